import type { Value } from "../integer/integerModel.ts";

/** ONNX operators that exports use; all of opset 13 or 14, all with int64 kernels. */
export type OperatorName =
  | "Add"
  | "Cast"
  | "Concat"
  | "Div"
  | "Equal"
  | "Gather"
  | "Identity"
  | "Less"
  | "MatMul"
  | "Mul"
  | "Reshape"
  | "Sub"
  | "Where";

export interface WrittenNode {
  readonly operator: OperatorName;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, number>>;
}

export interface WrittenConstant {
  readonly name: string;
  readonly type: "int64" | "float32";
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/** TensorProto.DataType numbers. */
export const DATA_TYPES = { float32: 1, int64: 7 } as const;

/** Collects the nodes and constants of an ONNX graph; names are short and made in order. */
export class GraphWriter {
  readonly nodes: WrittenNode[] = [];
  readonly constants: WrittenConstant[] = [];

  /** Appends a node and returns the name of its one output. */
  node(
    operator: OperatorName,
    inputs: readonly string[],
    attributes: Readonly<Record<string, number>> = {},
  ): string {
    const output = `t${this.nodes.length}`;
    this.nodes.push({ operator, inputs, output, attributes });
    return output;
  }

  /** A float32 or int64 constant. */
  constant(constant: Omit<WrittenConstant, "name">): string {
    const name = `c${this.constants.length}`;
    this.constants.push({ ...constant, name });
    return name;
  }

  /** An int64 constant to combine with a value elementwise: a scalar where all are equal. */
  elementwise(values: ArrayLike<number>, value: Pick<Value, "shape">): string {
    const [first] = Array.from(values);
    const isUniform = Array.from(values).every((each) => each === first);
    return isUniform
      ? this.constant({ type: "int64", shape: [], values: [first ?? 0] })
      : this.constant({ type: "int64", shape: value.shape, values });
  }

  /** Gives a tensor another name. */
  alias(name: string, output: string): void {
    this.nodes.push({ operator: "Identity", inputs: [name], output, attributes: {} });
  }

  cast(name: string, type: "int64" | "float32"): string {
    return this.node("Cast", [name], { to: DATA_TYPES[type] });
  }
}
