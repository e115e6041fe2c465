import { CompilerError } from "../compilerError.ts";
import type { IntegerModel } from "../integer/integerModel.ts";
import { payloadLength } from "../integer/payload.ts";
import { enforceCommitment, enforceEvaluation } from "./claim.ts";
import type { Row } from "./combination.ts";
import type { CircuitSize } from "./constraintSystem.ts";
import { ConstraintSystem } from "./constraintSystem.ts";
import { instantiateModel } from "./instantiate.ts";

/** The three public signals of every circuit: h and y are outputs, c is an input. */
export const PUBLIC_LAYOUT = { outputs: 2, inputs: 1, names: ["h", "y", "c"] } as const;

/** What a layer adds to the circuit. */
export interface LayerSize extends CircuitSize {
  readonly label: string;
}

/** The constraints of a model's releases. Rows are made anew each time they are asked for. */
export interface Circuit {
  readonly model: IntegerModel;
  readonly size: CircuitSize;
  readonly layers: readonly LayerSize[];
  readonly rows: () => Iterable<Row>;
}

/** Sizes the circuit of a model; nothing is kept but counts. */
export function buildCircuit(model: IntegerModel): Circuit {
  const system = new ConstraintSystem({ keepsRows: false, computesValues: false });
  const layers = new Map<string, LayerSize>();
  let before = { ...system.size, wires: 0 };
  for (const label of instantiateClaim(system, model)) {
    const after = system.size;
    layers.set(label, grown(layers.get(label), { label, before, after }));
    before = after;
  }
  return { model, size: system.size, layers: [...layers.values()], rows: () => rowsOf(model) };
}

function* rowsOf(model: IntegerModel): Generator<Row> {
  const system = new ConstraintSystem({ keepsRows: true, computesValues: false });
  for (const _label of instantiateClaim(system, model)) yield* system.takeRows();
}

/** Every constraint of a circuit in order, by the label of the layer at work. */
function* instantiateClaim(system: ConstraintSystem, model: IntegerModel): Generator<string> {
  requirePayload(model);
  const { words } = yield* instantiateModel(system, model, new Uint8Array(0));
  enforceCommitment(system, words);
  yield "commitment";
  enforceEvaluation(system, words);
  yield "evaluation";
}

function requirePayload(model: IntegerModel): void {
  if (payloadLength(model.inputs) + payloadLength(model.outputs) <= MAX_PAYLOAD_BYTES) return;
  throw new CompilerError("ModelTooLarge", `inputs and outputs exceed ${MAX_PAYLOAD_BYTES} bytes`);
}

/** Far above what a request may carry; keeps the commitment of a hostile model bounded. */
const MAX_PAYLOAD_BYTES = 2 ** 22;

function grown(
  layer: LayerSize | undefined,
  step: { readonly label: string; readonly before: CircuitSize; readonly after: CircuitSize },
): LayerSize {
  const { label, before, after } = step;
  return {
    label,
    rows: (layer?.rows ?? 0) + after.rows - before.rows,
    wires: (layer?.wires ?? 0) + after.wires - before.wires,
    bits: (layer?.bits ?? 0) + after.bits - before.bits,
    termsA: (layer?.termsA ?? 0) + after.termsA - before.termsA,
    termsB: (layer?.termsB ?? 0) + after.termsB - before.termsB,
    termsC: (layer?.termsC ?? 0) + after.termsC - before.termsC,
  };
}
