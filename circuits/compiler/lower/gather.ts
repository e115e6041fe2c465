import type { Call } from "../graph/call.ts";
import type { Value } from "../integer/integerModel.ts";
import { sizeOf, stridesOf } from "../onnx/tensor.ts";
import { fromFixed, moveLinear, type Linear } from "../quantize/linear.ts";
import { axisOf, inPlace, invalidInput, movementOperator, range } from "./movement.ts";
import { indexValue, oneHot, selectConstant, selectPrivate } from "./oneHot.ts";
import type { Family, Lowering, Operator } from "./operator.ts";

/** Selection by index: free where the indices are constant, one-hot where they are private. */
export const gatherFamily: Family = {
  Gather: selecting(gatherPlan),
  GatherElements: selecting(gatherElementsPlan),
};

/**
 * What index i of the indices tensor may choose: candidates[i][column][k] is the element of the data
 * that lands in column `column` of result i if the index is k.
 */
export interface Plan {
  readonly shape: readonly number[];
  /** How many values one index may take. */
  readonly size: number;
  /** Elements of the result that one index chooses. */
  readonly columns: number;
  readonly candidate: (index: number, column: number, k: number) => number;
  /** Where column `column` of index `index` stands in the result. */
  readonly place: (index: number, column: number) => number;
}

function selecting(planOf: (call: Call) => Plan): Operator {
  const constantIndices = movementOperator(1, (call) => [moveByPlan(call, planOf(call))]);
  return {
    evaluate: constantIndices.evaluate,
    lower: (call) =>
      call.isConstant(1) ? constantIndices.lower(call) : [selectByIndex(call, planOf(call))],
  };
}

function moveByPlan(call: Call, plan: Plan) {
  const indices = new Int32Array(sizeOf(plan.shape));
  call.constant(1).data.forEach((given, index) => {
    const k = given < 0 ? given + plan.size : given;
    if (k < 0 || k >= plan.size) throw invalidInput(call, `index ${given} of ${plan.size}`);
    for (let column = 0; column < plan.columns; column++) {
      indices[plan.place(index, column)] = plan.candidate(index, column, k);
    }
  });
  return { shape: plan.shape, indices };
}

function selectByIndex(call: Lowering, plan: Plan): Linear {
  return selectByPlan(call, plan, indexValue(call, call.input(1), plan.size));
}

/** @param index whole numbers 0 … plan.size − 1 */
export function selectByPlan(call: Lowering, plan: Plan, index: Value): Linear {
  const { shape, size, columns } = plan;
  const count = index.low.length;
  const chosen = oneHot(call, index, size);
  const order = new Int32Array(sizeOf(shape));
  for (let i = 0; i < count; i++) {
    for (let column = 0; column < columns; column++)
      order[plan.place(i, column)] = i * columns + column;
  }
  const candidates = Int32Array.from({ length: sizeOf([count, columns, size]) }, (_, at) => {
    const row = Math.floor(at / size);
    return plan.candidate(Math.floor(row / columns), row % columns, at % size);
  });
  const isShared = range(columns * size).every((at) =>
    range(count).every((i) => candidates[i * columns * size + at] === candidates[at]),
  );
  if (call.isConstant(0) && isShared) {
    const data = call.constant(0).data;
    const table = Float64Array.from({ length: size * columns }, (_, at) => {
      const element = candidates[(at % columns) * size + Math.floor(at / columns)];
      return data[element ?? 0] ?? 0;
    });
    const rows = selectConstant(chosen, table, [count, columns]);
    return moveLinear({ sources: [rows], shape, indices: order });
  }
  const table = call.narrow(call.input(0));
  const selected = selectPrivate({ call, chosen, table, candidates, columns });
  return moveLinear({ sources: [fromFixed(selected)], shape, indices: order });
}

function gatherPlan(call: Call): Plan {
  const data = call.shape(0);
  const indices = call.shape(1);
  const axis = axisOf(call, call.attributes.int("axis", 0), data.length);
  const size = data[axis] ?? 1;
  const outer = sizeOf(data.slice(0, axis));
  const inner = sizeOf(data.slice(axis + 1));
  const count = sizeOf(indices);
  return {
    shape: [...data.slice(0, axis), ...indices, ...data.slice(axis + 1)],
    size,
    columns: outer * inner,
    candidate: (_, column, k) => (Math.floor(column / inner) * size + k) * inner + (column % inner),
    place: (index, column) =>
      (Math.floor(column / inner) * count + index) * inner + (column % inner),
  };
}

function gatherElementsPlan(call: Call): Plan {
  const data = call.shape(0);
  const shape = call.shape(1);
  const axis = axisOf(call, call.attributes.int("axis", 0), data.length);
  if (data.length !== shape.length) throw invalidInput(call, "data and indices differ in rank");
  const strides = stridesOf(data);
  const along = strides[axis] ?? 1;
  const starts = inPlace(shape).map((at) => elementStart(at, { shape, strides, axis }));
  return {
    shape,
    size: data[axis] ?? 1,
    columns: 1,
    candidate: (index, _, k) => (starts[index] ?? 0) + k * along,
    place: (index) => index,
  };
}

/** The element of the data that index `at` chooses when it is 0. */
export function elementStart(
  at: number,
  {
    shape,
    strides,
    axis,
  }: {
    readonly shape: readonly number[];
    readonly strides: readonly number[];
    readonly axis: number;
  },
): number {
  let rest = at;
  let start = 0;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i] ?? 1;
    if (i !== axis) start += (rest % size) * (strides[i] ?? 1);
    rest = Math.floor(rest / size);
  }
  return start;
}
