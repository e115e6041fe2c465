import { interpret } from "../integer/interpret.ts";

import { decodePayload, encodeOutputs, encodePayload, payloadLength } from "../integer/payload.ts";
import type { Circuit } from "../r1cs/buildCircuit.ts";
import { calculateWitness } from "../witness/calculateWitness.ts";
import { findUnsatisfiedRow } from "../witness/findUnsatisfiedRow.ts";

/**
 * Whether interpreter and circuit agree to the byte on an input, and the witness satisfies every
 * row. Returns what is wrong, or undefined.
 */
export function checkExact(circuit: Circuit, input: Uint8Array): string | undefined {
  const { model } = circuit;
  const interpreted = encodeOutputs(model, interpret(model, decodePayload(model.inputs, input)));
  // Any field element does: conformance has no request to bind.
  const witness = calculateWitness({ model, input, challengeOf: () => 7n });
  const at = interpreted.findIndex((byte, i) => byte !== witness.output[i]);
  if (at >= 0) return `byte ${at} of the output differs between interpreter and witness`;
  const broken = findUnsatisfiedRow(circuit.rows(), witness.values);
  return broken === undefined ? undefined : `the witness breaks row ${broken.index}`;
}

/** The given input and random bytes: fewer for large circuits. */
export function exactnessInputs(circuit: Circuit, given: readonly Float64Array[]): Uint8Array[] {
  const { model, size } = circuit;
  const length = payloadLength(model.inputs);
  const count = size.rows < 50_000 ? 3 : size.rows < 1_000_000 ? 1 : 0;
  const random = Array.from({ length: count }, (_, seed) => randomBytes(length, seed + 1));
  return [encodePayload(model.inputs, given), ...random];
}

/** Reproducible bytes (xorshift32). */
function randomBytes(length: number, seed: number): Uint8Array {
  let state = seed * 0x9e3779b1;
  return Uint8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  });
}
