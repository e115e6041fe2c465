import assert from "node:assert/strict";
import { it } from "node:test";
import { compile, type Compilation } from "../../../circuits/compiler/compile.ts";
import { dequantizeValues, quantizeValues } from "../../../circuits/compiler/compareWithFloat.ts";
import { checkExact, exactnessInputs } from "../../../circuits/compiler/conformance/checkExact.ts";
import { bindGraph } from "../../../circuits/compiler/graph/bindGraph.ts";
import { evaluateGraph } from "../../../circuits/compiler/graph/evaluateGraph.ts";
import { expandGraph } from "../../../circuits/compiler/graph/expandGraph.ts";
import { interpret } from "../../../circuits/compiler/integer/interpret.ts";
import { findEvaluate, findExpand } from "../../../circuits/compiler/lower/registry.ts";
import type { Attribute } from "../../../circuits/compiler/onnx/attribute.ts";
import type { ElementType } from "../../../circuits/compiler/onnx/elementType.ts";
import { readModel } from "../../../circuits/compiler/onnx/readModel.ts";
import { buildCircuit } from "../../../circuits/compiler/r1cs/buildCircuit.ts";
import { buildModel } from "../onnx/buildModel.ts";
import { ortReference } from "./ortReference.ts";

/** An input of the node under test; left out (null) where ONNX allows it. */
export interface CaseInput {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly elementType?: ElementType;
  /** True for weights, axes and the like, false for what the request brings. */
  readonly isConstant?: boolean;
}

export interface OperatorCase {
  readonly operator: string;
  /** Tells cases of one operator apart. */
  readonly about: string;
  readonly inputs: readonly (CaseInput | null)[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly opset?: number;
  readonly outputs?: readonly ElementType[];
  /** Σ|ŷ − y| / Σ|y| allowed between integers and floats; 0 asks for equality. */
  readonly tolerance?: number;
  /** Operators that onnxruntime lacks on the CPU: floats are compared with these instead. */
  readonly expected?: readonly (readonly number[])[];
  /** Onnxruntime's own kernel is that far off. */
  readonly floatTolerance?: number;
}

/** One `it` per case: floats equal onnxruntime's, integers come close, circuit and interpreter agree. */
export function checkOperators(cases: readonly OperatorCase[]): void {
  for (const operatorCase of cases) {
    it(`${operatorCase.operator}: ${operatorCase.about}`, async () => checkOperator(operatorCase));
  }
}

async function checkOperator(operatorCase: OperatorCase): Promise<void> {
  const onnx = modelOf(operatorCase);
  const bound = bindGraph(readModel(onnx));
  const given = operatorCase.inputs.filter(
    (input): input is CaseInput => input !== null && input.isConstant !== true,
  );
  const feeds = bound.inputs.map((input, i) => ({
    ...input,
    data: Float64Array.from(given[i]?.data ?? []),
  }));
  const graph = expandGraph({ graph: bound, feeds, find: findEvaluate, findExpand });
  const values = evaluateGraph(graph, feeds, findEvaluate);
  const ours = graph.outputs.map((name) => values.get(name));
  const right = operatorCase.expected ?? (await ortReference(onnx, feeds));
  right.forEach((expected, at) => {
    assertClose(ours[at]?.data ?? [], expected, operatorCase.floatTolerance ?? 2e-6, "floats");
  });

  const compilation = compile({ onnx, samples: [feeds.map(({ data }) => [...data])] });
  checkIntegers(
    compilation,
    feeds.map(({ data }) => data),
    { right, operatorCase },
  );
}

function checkIntegers(
  compilation: Compilation,
  data: readonly Float64Array[],
  {
    right,
    operatorCase,
  }: {
    readonly right: readonly ArrayLike<number>[];
    readonly operatorCase: OperatorCase;
  },
): void {
  const { model, schema } = compilation;
  const inputs = schema.inputs.map((input, i) => quantizeValues(data[i] ?? [], input));
  interpret(model, inputs).forEach((output, at) => {
    const reals = dequantizeValues(output, schema.outputs[at]?.fractionBits ?? 0);
    assertClose(reals, right[at] ?? [], operatorCase.tolerance ?? 0.005, "integers");
  });
  const circuit = buildCircuit(model);
  for (const input of exactnessInputs(circuit, inputs)) {
    assert.equal(checkExact(circuit, input), undefined);
  }
}

function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  assert.equal(actual.length, expected.length, `${what}: number of elements`);
  let error = 0;
  let magnitude = 0;
  for (let i = 0; i < expected.length; i++) {
    error += Math.abs((actual[i] ?? NaN) - (expected[i] ?? NaN));
    magnitude += Math.abs(expected[i] ?? NaN);
  }
  const limit = tolerance * (magnitude === 0 ? 1 : magnitude);
  assert.ok(error <= limit, `${what}: off by ${error} of ${magnitude}`);
}

function modelOf({ operator, inputs, attributes, opset, outputs }: OperatorCase): Uint8Array {
  const types = outputs ?? [inputs[0]?.elementType ?? "float32"];
  const named = inputs.map((input, i) => (input === null ? null : { ...input, name: `in${i}` }));
  const present = named.filter((input) => input !== null);
  return buildModel({
    ...(opset === undefined ? {} : { opset }),
    nodes: [
      {
        operator,
        inputs: named.map((input) => input?.name ?? ""),
        outputs: types.map((_, i) => `out${i}`),
        ...(attributes === undefined ? {} : { attributes }),
      },
    ],
    inputs: present.filter((input) => input.isConstant !== true),
    constants: present.filter((input) => input.isConstant === true),
    outputs: types.map((elementType, i) => ({ name: `out${i}`, elementType, shape: ["?"] })),
  });
}

/** A private float tensor of reproducible values in −scale … scale. */
export function floats(shape: readonly number[], scale = 1, seed = 1): CaseInput {
  let state = seed * 7919 + 17;
  const size = shape.reduce((product, each) => product * each, 1);
  const data = Array.from({ length: size }, () => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.fround((state / 2 ** 30 - 1) * scale);
  });
  return { shape, data };
}

/** As `floats`, but of values in low … high. */
export function between(shape: readonly number[], low: number, high: number, seed = 1): CaseInput {
  const unit = floats(shape, 1, seed);
  const data = unit.data.map((x) => Math.fround(low + ((x + 1) / 2) * (high - low)));
  return { shape, data };
}

/** Whole numbers low … high. */
export function whole(
  shape: readonly number[],
  low: number,
  high: number,
  elementType: ElementType = "int64",
): CaseInput {
  const { data } = between(shape, low, high + 0.999);
  return { shape, data: data.map(Math.floor), elementType };
}

export function constant(
  shape: readonly number[],
  data: readonly number[],
  elementType: ElementType = "float32",
): CaseInput {
  return { shape, data, elementType, isConstant: true };
}

export function asConstant(input: CaseInput): CaseInput {
  return { ...input, isConstant: true };
}

/** A constant list of int64, as axes and shapes come. */
export function list(...data: number[]): CaseInput {
  return constant([data.length], data, "int64");
}
