import type { Call } from "../graph/call.ts";
import type { Value } from "../integer/integerModel.ts";
import { sizeOf, stridesOf } from "../onnx/tensor.ts";
import { moveLinear } from "../quantize/linear.ts";
import { selectByPlan, type Plan } from "./gather.ts";
import { invalidInput, movementOperator, range, type Movement } from "./movement.ts";
import { indexValue } from "./oneHot.ts";
import type { Family, Lowering } from "./operator.ts";

const byConstantTuples = movementOperator(1, (call) => [gatherConstant(call)]);

/** Selection by index tuples: free where they are constant, one-hot over what is private in them. */
export const gatherNdFamily: Family = {
  GatherND: {
    evaluate: byConstantTuples.evaluate,
    lower: (call) => {
      if (call.isConstant(1)) return byConstantTuples.lower(call);
      const { plan, index } = privatePlan(call);
      return [selectByPlan(call, plan, index)];
    },
  },
};

/** How index tuples address the data. */
interface Tuples {
  readonly batch: number;
  /** Components of a tuple. */
  readonly length: number;
  readonly count: number;
  /** Elements that one tuple selects. */
  readonly inner: number;
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  /** First element of the batch that a tuple belongs to. */
  readonly start: (tuple: number) => number;
  readonly shape: readonly number[];
}

function tuplesOf(call: Call): Tuples {
  const data = call.shape(0);
  const indices = call.shape(1);
  const batch = call.attributes.int("batch_dims", 0);
  const length = indices.at(-1) ?? 1;
  if (batch + length > data.length) {
    throw invalidInput(call, "index tuples are longer than the data's rank");
  }
  const count = sizeOf(indices.slice(0, -1));
  const perBatch = count / sizeOf(indices.slice(0, batch));
  const perData = sizeOf(data.slice(batch));
  return {
    batch,
    length,
    count,
    inner: sizeOf(data.slice(batch + length)),
    sizes: data.slice(batch, batch + length),
    strides: stridesOf(data).slice(batch, batch + length),
    start: (tuple) => Math.floor(tuple / perBatch) * perData,
    shape: [...indices.slice(0, -1), ...data.slice(batch + length)],
  };
}

function gatherConstant(call: Call): Movement {
  const tuples = tuplesOf(call);
  const { data } = call.constant(1);
  const indices = new Int32Array(tuples.count * tuples.inner);
  for (let tuple = 0; tuple < tuples.count; tuple++) {
    let element = tuples.start(tuple);
    for (let i = 0; i < tuples.length; i++) {
      element += component(call, tuples, i, data[tuple * tuples.length + i] ?? 0);
    }
    for (let i = 0; i < tuples.inner; i++) indices[tuple * tuples.inner + i] = element + i;
  }
  return { shape: tuples.shape, indices };
}

function component(call: Call, { sizes, strides }: Tuples, i: number, given: number): number {
  const size = sizes[i] ?? 1;
  const at = given < 0 ? given + size : given;
  if (at < 0 || at >= size) throw invalidInput(call, `index ${given} of ${size}`);
  return at * (strides[i] ?? 1);
}

/** Components that are the same in every request are added up now; the others are one number. */
function privatePlan(call: Lowering): { readonly plan: Plan; readonly index: Value } {
  const tuples = tuplesOf(call);
  const { linear } = call.input(1);
  const column = (i: number): Int32Array =>
    Int32Array.from({ length: tuples.count }, (_, tuple) => tuple * tuples.length + i);
  const isConstant = range(tuples.length).map((i) =>
    column(i).every((at) => (linear.indices[at] ?? -1) < 0),
  );
  const open = range(tuples.length).filter((i) => isConstant[i] !== true);
  const starts = range(tuples.count).map((tuple) =>
    range(tuples.length).reduce((element, i) => {
      if (isConstant[i] !== true) return element;
      const given = linear.offsets[tuple * tuples.length + i] ?? 0;
      return element + component(call, tuples, i, given);
    }, tuples.start(tuple)),
  );
  const sizes = open.map((i) => tuples.sizes[i] ?? 1);
  const places = stridesOf(sizes);
  const { inner } = tuples;
  const plan: Plan = {
    shape: tuples.shape,
    size: sizeOf(sizes),
    columns: inner,
    candidate: (tuple, at, k) =>
      open.reduce(
        (element, i, n) =>
          element + (Math.floor(k / (places[n] ?? 1)) % (sizes[n] ?? 1)) * (tuples.strides[i] ?? 1),
        (starts[tuple] ?? 0) + at,
      ),
    place: (tuple, at) => tuple * inner + at,
  };
  const parts = open.map((i, n) => {
    const source = moveLinear({ sources: [linear], shape: [tuples.count], indices: column(i) });
    const value = indexValue(call, { ...call.input(1), linear: source }, sizes[n] ?? 1);
    const multipliers = places[n] ?? 1;
    return call.builder.affine({ source: value, multipliers, label: call.name });
  });
  const [first, ...others] = parts;
  if (first === undefined) throw new RangeError("no private component");
  const index = others.reduce((a, b) => call.builder.add({ a, b, label: call.name }), first);
  return { plan, index };
}
