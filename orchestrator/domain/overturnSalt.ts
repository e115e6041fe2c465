import { createHash } from "node:crypto";

import type { Hex } from "./ports.ts";

/** Salt of this node's commitment about a request: the same after a restart, unknown to others. */
export function overturnSalt(requestId: Hex, secret: string): Hex {
  return `0x${createHash("sha256").update(`${secret} ${requestId}`).digest("hex")}`;
}
