import { createHash } from "node:crypto";

import type { Hex } from "./ports.ts";
import type { Sampling } from "./view.ts";

const BITS = 48;

/** Whether a request is among the drawn ones: the same for ever, and nobody's to foresee without the seed. */
export function isSampled(requestId: Hex, { share, seed }: Sampling): boolean {
  const digest = createHash("sha256").update(`${seed} ${requestId}`).digest();
  return digest.readUIntBE(0, BITS / 8) / 2 ** BITS < share;
}
