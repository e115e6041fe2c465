import type { GatherOperation } from "../../integer/operation.ts";
import type { Instantiator } from "./instantiator.ts";
import { sourceElement } from "./instantiator.ts";

/** No row: the same elements in other places. */
export const gather: Instantiator<GatherOperation> = ({ operation, sources }) => {
  const joined = sources.length === 1 ? sources : [sources.flat()];
  return (index) => sourceElement(joined, 0, operation.indices[index] as number);
};
