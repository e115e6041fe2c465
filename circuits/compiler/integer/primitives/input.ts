import { elementRange } from "../elementType.ts";
import { elementCount } from "../integerModel.ts";
import type { InputOperation } from "../operation.ts";
import type { Primitive } from "./primitive.ts";

/** Elements of the request's payload; the interval is the whole range of the type. */
export const input: Primitive<InputOperation> = {
  infer(operation) {
    const count = elementCount(operation.shape);
    const { low, high } = elementRange(operation.elementType);
    return {
      shape: operation.shape,
      low: new Float64Array(count).fill(low),
      high: new Float64Array(count).fill(high),
    };
  },

  interpret(operation) {
    throw new RangeError(`the interpreter supplies input "${operation.name}" itself`);
  },
};
