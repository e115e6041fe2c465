import type { Call, Evaluate } from "../graph/call.ts";
import { elementTypeOf } from "../onnx/elementType.ts";
import { sizeOf, type Tensor } from "../onnx/tensor.ts";
import { refusal } from "../refusal.ts";
import { invalidInput } from "./movement.ts";
import type { Family, Operator } from "./operator.ts";

/** Operators that make constants. They fold away; where they do not, a shape is private. */
export const constantsFamily: Family = {
  Constant: foldedOperator((call) => {
    const { attributes } = call;
    const tensor = attributes.tensor("value");
    if (tensor !== undefined) return [tensor];
    const float = attributes.float("value_float");
    if (float !== undefined) return [scalar("float32", float)];
    const int = attributes.int("value_int");
    if (int !== undefined) return [scalar("int64", int)];
    const floats = attributes.floats("value_floats");
    if (floats !== undefined) return [list("float32", floats)];
    const ints = attributes.ints("value_ints");
    if (ints !== undefined) return [list("int64", ints)];
    throw invalidInput(call, "the constant is neither tensor, float nor int");
  }),
  ConstantOfShape: foldedOperator((call) => {
    const shape = [...call.constant(0).data];
    const value = call.attributes.tensor("value");
    const data = new Float64Array(sizeOf(shape)).fill(value?.data[0] ?? 0);
    return [{ elementType: value?.elementType ?? "float32", shape, data }];
  }),
  Shape: foldedOperator((call) => {
    const shape = call.shape(0);
    const start = call.attributes.int("start", 0);
    const end = call.attributes.int("end", shape.length);
    return [list("int64", shape.slice(start, end))];
  }),
  Size: foldedOperator((call) => [scalar("int64", sizeOf(call.shape(0)))]),
  Range: foldedOperator((call) => {
    const [start = 0, limit = 0, delta = 1] = [0, 1, 2].map((i) => call.constant(i).data[0]);
    if (delta === 0) throw invalidInput(call, "delta is 0");
    const count = Math.max(0, Math.ceil((limit - start) / delta));
    const data = Array.from({ length: sizeOf([count]) }, (_, i) => start + i * delta);
    return [list(call.elementType(0), data)];
  }),
  HannWindow: foldedOperator((call) => [window(call, [0.5, 0.5])]),
  HammingWindow: foldedOperator((call) => [window(call, [25 / 46, 21 / 46])]),
  BlackmanWindow: foldedOperator((call) => [window(call, [0.42, 0.5, 0.08])]),
  NonZero: foldedOperator((call) => [nonZero(call.constant(0))]),
  EyeLike: foldedOperator((call) => {
    const shape = call.shape(0);
    const diagonal = call.attributes.int("k", 0);
    const [height = 0, width = 0] = shape;
    const data = new Float64Array(sizeOf([height, width])).map((_, i) =>
      (i % width) - Math.floor(i / width) === diagonal ? 1 : 0,
    );
    const type = elementTypeOf(call.attributes.int("dtype", -1)) ?? call.elementType(0);
    return [{ elementType: type, shape, data }];
  }),
};

/** An operator whose result must be constant by the time it is lowered. */
function foldedOperator(evaluate: Evaluate): Operator {
  return {
    evaluate,
    lower: (call) => {
      throw refusal("ShapePrivate", { node: call.name, operator: call.operator });
    },
  };
}

function scalar(elementType: Tensor["elementType"], value: number): Tensor {
  return { elementType, shape: [], data: Float64Array.of(value) };
}

function list(elementType: Tensor["elementType"], values: readonly number[]): Tensor {
  return { elementType, shape: [values.length], data: Float64Array.from(values) };
}

/** Σ (−1)^k · a[k] · cos(2πkn / N), where N is one less for a symmetric window. */
function window(call: Call, terms: readonly number[]): Tensor {
  const size = call.constant(0).data[0] ?? 0;
  const isPeriodic = call.attributes.int("periodic", 1) === 1;
  const period = isPeriodic ? size : size - 1;
  const data = Float64Array.from({ length: sizeOf([size]) }, (_, n) =>
    terms.reduce((sum, a, k) => {
      const sign = k % 2 === 0 ? 1 : -1;
      return sum + sign * a * Math.cos((2 * Math.PI * k * n) / period);
    }, 0),
  );
  const type = elementTypeOf(call.attributes.int("output_datatype", 1)) ?? "float32";
  return { elementType: type, shape: [size], data };
}

function nonZero(tensor: Tensor): Tensor {
  const { shape, data } = tensor;
  const found: number[] = [];
  data.forEach((value, i) => {
    if (value !== 0) found.push(i);
  });
  const rows = shape.length === 0 ? [1] : shape;
  const result = new Float64Array(rows.length * found.length);
  let stride = 1;
  for (let axis = rows.length - 1; axis >= 0; axis--) {
    const size = rows[axis] ?? 1;
    found.forEach((position, i) => {
      result[axis * found.length + i] = Math.floor(position / stride) % size;
    });
    stride *= size;
  }
  return { elementType: "int64", shape: [rows.length, found.length], data: result };
}
