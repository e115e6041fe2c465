import type { KnownAnswer } from "../../sdk/protocol/knownAnswers.ts";
import type { IntegerModel } from "../compiler/integer/integerModel.ts";
import { interpret } from "../compiler/integer/interpret.ts";
import { decodeInputs, encodeOutputs, payloadLength } from "../compiler/integer/payload.ts";

const RANDOM_PAYLOADS = 16;
/** Ends and middles of every element type, byte by byte. */
const FILLS = [0x00, 0xff, 0x7f, 0x80, 0x01, 0x55];

/**
 * Right outputs, by the interpreter, for the given payloads and for the edges of the input's range.
 * Which payloads are tried depends on nothing but the model, so a release stays reproducible.
 */
export function makeKnownAnswers(
  model: IntegerModel,
  payloads: readonly Uint8Array[],
): KnownAnswer[] {
  const length = payloadLength(model.inputs);
  const edges = FILLS.map((fill) => new Uint8Array(length).fill(fill));
  const random = Array.from({ length: RANDOM_PAYLOADS }, (_, index) => noise(length, index + 1));
  return [...payloads, ...edges, ...random].map((input) => ({
    input,
    output: encodeOutputs(model, interpret(model, decodeInputs(model, input))),
  }));
}

/** Bytes of a linear congruential generator: all that is asked of them is to vary. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed;
  return new Uint8Array(length).map(() => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}
