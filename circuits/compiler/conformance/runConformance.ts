import { readdir } from "node:fs/promises";
import { compile, type Compilation } from "../compile.ts";
import { dequantizeValues, quantizeValues } from "../compareWithFloat.ts";
import { CompilerError } from "../compilerError.ts";
import { interpret } from "../integer/interpret.ts";
import { sizeOf } from "../onnx/tensor.ts";
import { billOf } from "../r1cs/bill.ts";
import { buildCircuit, type Circuit } from "../r1cs/buildCircuit.ts";
import { checkExact, exactnessInputs } from "./checkExact.ts";
import { referenceOutputs, type FloatReference, type ReferenceSource } from "./floatReference.ts";
import { readCase, type ConformanceCase } from "./readCase.ts";

export type Stage = "compile" | "size" | "exact" | "accurate";

export interface ConformanceFailure {
  readonly name: string;
  readonly stage: Stage;
  readonly reason: string;
}

/** How far one model came. */
export interface ModelOutcome {
  readonly name: string;
  readonly compiled: boolean;
  readonly exact: boolean;
  readonly accurate: boolean;
  readonly rows?: number;
  /** Σ|ŷ − y| / Σ|y| of the worst output; its largest absolute error where y is all zero. */
  readonly relativeError?: number;
  readonly reference?: ReferenceSource;
  readonly failure?: ConformanceFailure;
  readonly milliseconds: number;
}

export interface ConformanceReport {
  readonly total: number;
  readonly compiled: number;
  readonly exact: number;
  readonly accurate: number;
  readonly failures: readonly ConformanceFailure[];
  /** Models that onnxruntime refuses, and what they are compared with instead. */
  readonly references: readonly { readonly name: string; readonly source: ReferenceSource }[];
  readonly models: readonly ModelOutcome[];
}

export interface ConformanceRequest {
  /** Holds one folder per model with `network.onnx` and `input.json`. */
  readonly directory: string;
  readonly reference: FloatReference;
  /** Names of the models to try; all where absent. */
  readonly only?: readonly string[];
  /** Larger circuits are not built; default 2^23 − 4 rows. */
  readonly rowLimit?: number;
  /** Told of every model as it is done. */
  readonly onModel?: (outcome: ModelOutcome) => void;
  readonly signal?: AbortSignal;
}

const ROW_LIMIT = 2 ** 23 - 4;
/** Σ|ŷ − y| / Σ|y| must stay below this. */
const RELATIVE_TOLERANCE = 0.01;
/** The largest absolute error where an expected output is all zero; labels are whole numbers. */
const ABSOLUTE_TOLERANCE = 0.01;

/** Compiles every model of a suite and holds it against its float model and its circuit. */
export async function runConformance(request: ConformanceRequest): Promise<ConformanceReport> {
  const entries = await readdir(request.directory, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .filter((name) => request.only?.includes(name) ?? true)
    .sort();
  const models: ModelOutcome[] = [];
  for (const name of names) {
    request.signal?.throwIfAborted();
    const outcome = await tryModel(request, name);
    models.push(outcome);
    request.onModel?.(outcome);
  }
  const count = (key: "compiled" | "exact" | "accurate"): number =>
    models.filter((outcome) => outcome[key]).length;
  return {
    total: models.length,
    compiled: count("compiled"),
    exact: count("exact"),
    accurate: count("accurate"),
    failures: models.flatMap(({ failure }) => failure ?? []),
    references: models.flatMap(({ name, reference }) =>
      reference === undefined || reference === "onnxruntime" ? [] : [{ name, source: reference }],
    ),
    models,
  };
}

async function tryModel(request: ConformanceRequest, name: string): Promise<ModelOutcome> {
  const start = performance.now();
  const nothing = { name, compiled: false, exact: false, accurate: false };
  const done = (outcome: Omit<ModelOutcome, "milliseconds">): ModelOutcome => ({
    ...outcome,
    milliseconds: Math.round(performance.now() - start),
  });
  let suiteCase: ConformanceCase;
  let compilation: Compilation;
  try {
    suiteCase = await readCase(request.directory, name);
    compilation = compile({ onnx: suiteCase.onnx, samples: [suiteCase.input] });
  } catch (error) {
    return done({ ...nothing, failure: { name, stage: "compile", reason: reasonOf(error) } });
  }
  const { reference, rowLimit = ROW_LIMIT } = request;
  const accuracy = await attempt("accurate", () =>
    judgeAccuracy({ suiteCase, compilation, reference }),
  );
  const exactness = await attempt("exact", () =>
    judgeExactness({ suiteCase, compilation, rowLimit }),
  );
  const failed = exactness.failure ?? accuracy.failure;
  return done({
    ...nothing,
    compiled: true,
    exact: exactness.failure === undefined,
    accurate: accuracy.failure === undefined,
    ...(exactness.rows === undefined ? {} : { rows: exactness.rows }),
    ...(accuracy.relativeError === undefined ? {} : { relativeError: accuracy.relativeError }),
    ...(accuracy.source === undefined ? {} : { reference: accuracy.source }),
    ...(failed === undefined ? {} : { failure: { name, ...failed } }),
  });
}

type Failed = Omit<ConformanceFailure, "name">;

/** What one check found of a model. */
interface Judgement {
  readonly rows?: number;
  readonly relativeError?: number;
  readonly source?: ReferenceSource;
  readonly failure?: Failed;
}

/** A check that breaks is a failure of its model: it must not end the run of all others. */
async function attempt(
  stage: Stage,
  judge: () => Judgement | Promise<Judgement>,
): Promise<Judgement> {
  try {
    return await judge();
  } catch (error) {
    return { failure: { stage, reason: reasonOf(error) } };
  }
}

interface Judged {
  readonly suiteCase: ConformanceCase;
  readonly compilation: Compilation;
}

function judgeExactness({
  suiteCase,
  compilation,
  rowLimit,
}: Judged & { readonly rowLimit: number }): Judgement {
  const circuit = buildCircuit(compilation.model);
  const { rows } = circuit.size;
  if (rows > rowLimit)
    return { rows, failure: { stage: "size", reason: tooLarge(circuit, rowLimit) } };
  for (const input of exactnessInputs(circuit, quantizedInput({ suiteCase, compilation }))) {
    const reason = checkExact(circuit, input);
    if (reason !== undefined) return { rows, failure: { stage: "exact", reason } };
  }
  return { rows };
}

function tooLarge(circuit: Circuit, rowLimit: number): string {
  const { size, advice } = billOf(circuit);
  return `${size.rows} rows, the limit is ${rowLimit}; most are in ${advice.layer} (${advice.rows})`;
}

function quantizedInput({ suiteCase, compilation }: Judged): Float64Array[] {
  return compilation.schema.inputs.map((schema, index) =>
    quantizeValues(elementsOf(suiteCase.input[index], schema.shape), schema),
  );
}

/** Zeros for the input that a graph without inputs gets; suites list it as empty or not at all. */
function elementsOf(given: readonly number[] | undefined, shape: readonly number[]) {
  return given === undefined || given.length === 0 ? new Float64Array(sizeOf(shape)) : given;
}

async function judgeAccuracy({
  suiteCase,
  compilation,
  reference,
}: Judged & { readonly reference: FloatReference }): Promise<Judgement> {
  const { outputs: expected, source } = await referenceOutputs(suiteCase, reference);
  const { model, schema } = compilation;
  const outputs = interpret(model, quantizedInput({ suiteCase, compilation })).map((output, at) =>
    dequantizeValues(output, schema.outputs[at]?.fractionBits ?? 0),
  );
  const errors = outputs.map((output, at) => errorOf(output, expected[at] ?? []));
  const worst = errors.reduce((a, b) => (b.error / b.limit > a.error / a.limit ? b : a));
  if (errors.every(({ error, limit }) => error < limit)) {
    return { relativeError: worst.error, source };
  }
  const reason = `error ${worst.error.toPrecision(3)} against ${source}, the limit is ${worst.limit}`;
  return { relativeError: worst.error, source, failure: { stage: "accurate", reason } };
}

/** Of one output: relative to its sum, or the largest absolute error where it is all zero. */
function errorOf(
  output: Float64Array,
  right: ArrayLike<number>,
): { readonly error: number; readonly limit: number } {
  if (output.length !== right.length) return { error: Infinity, limit: RELATIVE_TOLERANCE };
  const sums = { error: 0, magnitude: 0, largest: 0 };
  output.forEach((value, i) => {
    const gap = Math.abs(value - (right[i] ?? NaN));
    sums.error += gap;
    sums.magnitude += Math.abs(right[i] ?? NaN);
    sums.largest = Math.max(sums.largest, gap);
  });
  return sums.magnitude === 0
    ? { error: sums.largest, limit: ABSOLUTE_TOLERANCE }
    : { error: sums.error / sums.magnitude, limit: RELATIVE_TOLERANCE };
}

function reasonOf(error: unknown): string {
  if (error instanceof CompilerError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
