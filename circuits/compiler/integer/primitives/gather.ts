import { CompilerError } from "../../compilerError.ts";
import { elementCount } from "../integerModel.ts";
import type { GatherOperation } from "../operation.ts";
import { describe, shapeMismatch } from "./elements.ts";
import type { Primitive } from "./primitive.ts";

/** Any movement of data: transpose, slice, pad, im2col, broadcast, concat. */
export const gather: Primitive<GatherOperation> = {
  infer(operation, sources) {
    if (operation.indices.length !== elementCount(operation.shape)) {
      throw shapeMismatch(
        operation,
        `${operation.indices.length} indices for shape [${operation.shape}]`,
      );
    }
    const available = sources.reduce((sum, source) => sum + source.low.length, 0);
    operation.indices.forEach((index, element) => {
      if (Number.isInteger(index) && index >= 0 && index < available) return;
      throw new CompilerError(
        "IndexOutOfRange",
        `${describe(operation)}: indices[${element}] is ${index}, the sources have ${available} elements`,
        { label: operation.label, element, index, available },
      );
    });
    return {
      shape: operation.shape,
      low: move(
        operation.indices,
        sources.map((source) => source.low),
      ),
      high: move(
        operation.indices,
        sources.map((source) => source.high),
      ),
    };
  },

  interpret: (operation, sources) => move(operation.indices, sources),
};

function move(indices: Float64Array, sources: readonly Float64Array[]): Float64Array {
  const joined = concat(sources);
  return indices.map((index) => joined[index] as number);
}

function concat(sources: readonly Float64Array[]): Float64Array {
  const [only] = sources;
  if (sources.length === 1 && only !== undefined) return only;
  const joined = new Float64Array(sources.reduce((sum, source) => sum + source.length, 0));
  let offset = 0;
  for (const source of sources) {
    joined.set(source, offset);
    offset += source.length;
  }
  return joined;
}
