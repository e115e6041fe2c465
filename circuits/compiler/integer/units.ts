import { type IntegerModel, elementCount } from "./integerModel.ts";
import { payloadLength } from "./payload.ts";

/** What operators' prices are multiplied with. */
export interface Units {
  /** Multiplications of one inference, and one per element of every other operation. */
  readonly compute: number;
  /** Slots of the evaluation domain, to which proving time is proportional. */
  readonly proof: number;
  /** Bytes of input and output. */
  readonly byte: number;
}

/** Follows from the release alone, so that an operator computes it again before he trusts a price. */
export function unitsOf(model: IntegerModel, domainSize: number): Units {
  const compute = model.operations.reduce((sum, operation, id) => {
    const elements = elementCount(model.values[id]?.shape ?? []);
    const depth =
      operation.kind === "matMul" ? operation.weights.length / operation.bias.length : 1;
    return sum + elements * depth;
  }, 0);
  const byte = payloadLength(model.inputs) + payloadLength(model.outputs);
  return { compute, proof: domainSize, byte };
}
