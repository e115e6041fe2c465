import type { Call } from "../graph/call.ts";
import type { Expand, NodeWriter } from "../graph/expandGraph.ts";
import type { Attribute } from "../onnx/attribute.ts";
import type { Tensor } from "../onnx/tensor.ts";
import { activation } from "./activation.ts";
import { invalidInput, range, unsupportedForm } from "./movement.ts";
import type { CompositeFamily } from "./operator.ts";
import { gruStep, lstmStep, rnnStep, type Cell, type Step } from "./recurrentStep.ts";

/** Recurrent layers, unrolled over their fixed number of steps. */
export const recurrentFamily: CompositeFamily = {
  RNN: recurrent({ gates: 1, defaults: ["Tanh"], states: 1, step: rnnStep }),
  GRU: recurrent({ gates: 3, defaults: ["Sigmoid", "Tanh"], states: 1, step: gruStep }),
  LSTM: recurrent({ gates: 4, defaults: ["Sigmoid", "Tanh", "Tanh"], states: 2, step: lstmStep }),
};

interface Layer {
  readonly gates: number;
  readonly defaults: readonly string[];
  readonly states: 1 | 2;
  readonly step: Step;
}

const ints = (...value: number[]): Attribute => ({ kind: "ints", value });
const int = (value: number): Attribute => ({ kind: "int", value });

function recurrent(layer: Layer): Expand {
  return (call, inputs, writer) => {
    const isBatchFirst = call.attributes.int("layout", 0) === 1;
    const source = isBatchFirst
      ? writer.node("Transpose", [inputs[0] ?? ""], { perm: ints(1, 0, 2) })[0]
      : (inputs[0] ?? "");
    const shape = call.shape(0);
    const [steps = 1, batch = 1] = isBatchFirst ? [shape[1], shape[0]] : shape;
    checkLengths(call, steps);
    const directions = directionsOf(call);
    const runs = directions.map((isReverse, direction) =>
      runDirection({ call, inputs, writer, layer, source, steps, batch, direction, isReverse }),
    );
    const all = range(steps).map((t) =>
      joined(
        writer,
        runs.map((run) => run.outputs[t] ?? ""),
        1,
      ),
    );
    const sequence = joined(writer, all, 0);
    const finals = range(layer.states).map((state) =>
      joined(
        writer,
        runs.map((run) => run.finals[state] ?? ""),
        0,
      ),
    );
    if (!isBatchFirst) return [sequence, ...finals];
    const [y] = writer.node("Transpose", [sequence], { perm: ints(2, 0, 1, 3) });
    return [y, ...finals.map((f) => writer.node("Transpose", [f], { perm: ints(1, 0, 2) })[0])];
  };
}

function joined(writer: NodeWriter, parts: readonly string[], axis: number): string {
  return writer.node("Concat", parts, { axis: int(axis) })[0];
}

/** True for a direction that runs backwards. */
function directionsOf(call: Call): boolean[] {
  switch (call.attributes.string("direction", "forward")) {
    case "forward":
      return [false];
    case "reverse":
      return [true];
    case "bidirectional":
      return [false, true];
    default:
      throw invalidInput(call, "direction is neither forward, reverse nor bidirectional");
  }
}

function checkLengths(call: Call, steps: number): void {
  if (!call.has(4)) return;
  if (call.isConstant(4) && call.constant(4).data.every((length) => length === steps)) return;
  throw unsupportedForm(call, "sequences of different lengths", "sequence_lens left out");
}

interface Run {
  /** [1, 1, batch, hidden] per time step. */
  readonly outputs: readonly string[];
  /** [1, batch, hidden] per state. */
  readonly finals: readonly string[];
}

function runDirection({
  call,
  inputs,
  writer,
  layer,
  source,
  steps,
  batch,
  direction,
  isReverse,
}: {
  readonly call: Call;
  readonly inputs: readonly string[];
  readonly writer: NodeWriter;
  readonly layer: Layer;
  readonly source: string;
  readonly steps: number;
  readonly batch: number;
  readonly direction: number;
  readonly isReverse: boolean;
}): Run {
  const weights = part(call.constant(1), direction);
  const [rows = 1, width = 1] = weights.shape;
  const hidden = rows / layer.gates;
  const cell = cellOf({ call, writer, layer, direction, hidden });
  const bias = call.has(3)
    ? part(call.constant(3), direction).data.slice(0, rows)
    : new Float64Array(rows);
  const [product] = writer.node("MatMul", [
    source,
    writer.constant([width, rows], transposed(weights.data, rows, width)),
  ]);
  const [projected] = writer.node("Add", [product, writer.constant([rows], bias)]);
  let states = range(layer.states).map((state) =>
    initialState({ call, inputs, writer, state, direction, batch, hidden }),
  );
  const outputs = new Array<string>(steps).fill("");
  for (let i = 0; i < steps; i++) {
    const t = isReverse ? steps - 1 - i : i;
    const at = writer.constant([], [t], "int64");
    const [now] = writer.node("Gather", [projected, at], { axis: int(0) });
    states = [...layer.step(cell, now, states)];
    outputs[t] = writer.node("Unsqueeze", [states[0] ?? ""], { axes: ints(0, 1) })[0];
  }
  const finals = states.map((state) => writer.node("Unsqueeze", [state], { axes: ints(0) })[0]);
  return { outputs, finals };
}

function cellOf({
  call,
  writer,
  layer,
  direction,
  hidden,
}: {
  readonly call: Call;
  readonly writer: NodeWriter;
  readonly layer: Layer;
  readonly direction: number;
  readonly hidden: number;
}): Cell {
  const rows = layer.gates * hidden;
  const recurrence = part(call.constant(2), direction);
  const peephole = call.has(7) ? part(call.constant(7), direction).data : undefined;
  const names = call.attributes.strings("activations");
  const at = direction * layer.defaults.length;
  return {
    writer,
    call,
    hidden,
    recurrence: transposed(recurrence.data, rows, hidden),
    recurrentBias: call.has(3)
      ? part(call.constant(3), direction).data.slice(rows)
      : new Float64Array(rows),
    peepholes:
      peephole === undefined
        ? undefined
        : range(3).map((i) =>
            writer.constant([hidden], peephole.slice(i * hidden, (i + 1) * hidden)),
          ),
    activations: layer.defaults.map((name, i) =>
      activation(call, names?.[at + i] ?? name, {
        alpha: call.attributes.floats("activation_alpha")?.[at + i],
        beta: call.attributes.floats("activation_beta")?.[at + i],
      }),
    ),
  };
}

function initialState({
  call,
  inputs,
  writer,
  state,
  direction,
  batch,
  hidden,
}: {
  readonly call: Call;
  readonly inputs: readonly string[];
  readonly writer: NodeWriter;
  readonly state: number;
  readonly direction: number;
  readonly batch: number;
  readonly hidden: number;
}): string {
  const name = inputs[5 + state] ?? "";
  if (name === "") return writer.constant([batch, hidden], new Float64Array(batch * hidden));
  const at = writer.constant([], [direction], "int64");
  const axis = call.attributes.int("layout", 0) === 1 ? 1 : 0;
  return writer.node("Gather", [name, at], { axis: int(axis) })[0];
}

function part(tensor: Tensor, direction: number): Tensor {
  const shape = tensor.shape.slice(1);
  const size = shape.reduce((product, each) => product * each, 1);
  const data = tensor.data.slice(direction * size, (direction + 1) * size);
  return { ...tensor, shape, data };
}

function transposed(data: Float64Array, rows: number, columns: number): Float64Array {
  return data.map((_, i) => data[(i % rows) * columns + Math.floor(i / rows)] ?? 0);
}
