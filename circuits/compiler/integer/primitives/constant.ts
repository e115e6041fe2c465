import { elementCount } from "../integerModel.ts";
import type { ConstantOperation } from "../operation.ts";
import { requireIntegers, shapeMismatch } from "./elements.ts";
import type { Primitive } from "./primitive.ts";

/** Integers fixed in the release. */
export const constant: Primitive<ConstantOperation> = {
  infer(operation) {
    const count = elementCount(operation.shape);
    if (operation.values.length !== count) {
      throw shapeMismatch(
        operation,
        `${operation.values.length} values for shape [${operation.shape}]`,
      );
    }
    requireIntegers(operation, "values", operation.values);
    return { shape: operation.shape, low: operation.values, high: operation.values };
  },

  interpret: (operation) => operation.values,
};
