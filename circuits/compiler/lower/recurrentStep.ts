import type { Call } from "../graph/call.ts";
import type { NodeWriter } from "../graph/expandGraph.ts";
import type { Attribute } from "../onnx/attribute.ts";
import type { Activation } from "./activation.ts";

/** One direction's constants and functions, with the graph being written. */
export interface Cell {
  readonly writer: NodeWriter;
  readonly call: Call;
  readonly hidden: number;
  /** [hidden, gates · hidden] */
  readonly recurrence: Float64Array;
  /** Recurrent half of the bias, [gates · hidden]. */
  readonly recurrentBias: Float64Array;
  /** Input, output and forget peepholes of an LSTM, [hidden] each. */
  readonly peepholes: readonly string[] | undefined;
  readonly activations: readonly Activation[];
}

/** From the projected input [batch, gates · hidden] and the states to the next states. */
export type Step = (cell: Cell, projected: string, states: readonly string[]) => readonly string[];

const int = (value: number): Attribute => ({ kind: "int", value });

/** Columns first … first + count gates of a [hidden, gates · hidden] matrix. */
function gateColumns({ recurrence, hidden }: Cell, first: number, count: number): Float64Array {
  const width = recurrence.length / hidden;
  return Float64Array.from({ length: hidden * hidden * count }, (_, i) => {
    const row = Math.floor(i / (hidden * count));
    return recurrence[row * width + first * hidden + (i % (hidden * count))] ?? 0;
  });
}

/** state · R + bias for some of the gates. */
function recur(cell: Cell, state: string, first: number, count: number): string {
  const { writer, hidden, recurrentBias } = cell;
  const matrix = writer.constant([hidden, hidden * count], gateColumns(cell, first, count));
  const bias = recurrentBias.slice(first * hidden, (first + count) * hidden);
  const [product] = writer.node("MatMul", [state, matrix]);
  return writer.node("Add", [product, writer.constant([hidden * count], bias)])[0];
}

function gatesOf(cell: Cell, sums: string, count: number): readonly string[] {
  if (count === 1) return [sums];
  const axis = int(1);
  return cell.writer.node("Split", [sums], { axis, num_outputs: int(count) }, count);
}

/** The activation of a gate, after the layer's clip. */
function activate(cell: Cell, which: number, sum: string): string {
  const limit = cell.call.attributes.float("clip");
  const { writer } = cell;
  const clipped =
    limit === undefined
      ? sum
      : writer.node("Clip", [sum, writer.constant([], [-limit]), writer.constant([], [limit])])[0];
  return cell.activations[which]?.(writer, clipped) ?? clipped;
}

export function rnnStep(cell: Cell, projected: string, [state = ""]: readonly string[]): string[] {
  const [sum] = cell.writer.node("Add", [projected, recur(cell, state, 0, 1)]);
  return [activate(cell, 0, sum)];
}

export function gruStep(cell: Cell, projected: string, [state = ""]: readonly string[]): string[] {
  const { writer, call } = cell;
  const [forZ = "", forR = "", forH = ""] = gatesOf(cell, projected, 3);
  const [backZ = "", backR = ""] = gatesOf(cell, recur(cell, state, 0, 2), 2);
  const z = activate(cell, 0, writer.node("Add", [forZ, backZ])[0]);
  const r = activate(cell, 0, writer.node("Add", [forR, backR])[0]);
  const back =
    call.attributes.int("linear_before_reset", 0) === 0
      ? recur(cell, writer.node("Mul", [r, state])[0], 2, 1)
      : writer.node("Mul", [r, recur(cell, state, 2, 1)])[0];
  const h = activate(cell, 1, writer.node("Add", [forH, back])[0]);
  // (1 − z) · h + z · state = h + z · (state − h): one product instead of two.
  const [gap] = writer.node("Sub", [state, h]);
  return [writer.node("Add", [h, writer.node("Mul", [z, gap])[0]])[0]];
}

export function lstmStep(cell: Cell, projected: string, states: readonly string[]): string[] {
  const { writer, call, peepholes } = cell;
  const [hidden = "", carry = ""] = states;
  const [sums] = writer.node("Add", [projected, recur(cell, hidden, 0, 4)]);
  const [forI = "", forO = "", forF = "", forC = ""] = gatesOf(cell, sums, 4);
  const peek = (sum: string, which: number, from: string): string => {
    const weights = peepholes?.[which];
    if (weights === undefined) return sum;
    return writer.node("Add", [sum, writer.node("Mul", [weights, from])[0]])[0];
  };
  const i = activate(cell, 0, peek(forI, 0, carry));
  const f =
    call.attributes.int("input_forget", 0) === 1
      ? writer.node("Sub", [writer.constant([], [1]), i])[0]
      : activate(cell, 0, peek(forF, 2, carry));
  const c = activate(cell, 1, forC);
  const [kept] = writer.node("Mul", [f, carry]);
  const [added] = writer.node("Mul", [i, c]);
  const [next] = writer.node("Add", [kept, added]);
  const o = activate(cell, 0, peek(forO, 1, next));
  const shown = cell.activations[2]?.(writer, next) ?? next;
  return [writer.node("Mul", [o, shown])[0], next];
}
