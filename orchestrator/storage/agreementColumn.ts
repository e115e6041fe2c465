import { z } from "zod";

import type { Agreement } from "../domain/request.ts";
import { decimal } from "./columns.ts";

const agreement = z.object({
  assignedAt: z.number(),
  verifierId: decimal,
  price: decimal,
  latePenalty: decimal,
  maxGasPrice: decimal,
  callbackGas: z.number(),
  outputLength: z.number(),
  // Older rows are of a level that locks none.
  bond: decimal.default(0n),
  grade: decimal.default(0n),
});

/** What was agreed, as JSON; null in rows of an older version. */
export const agreementColumn = z
  .string()
  .nullable()
  .transform((text): Agreement | null =>
    text === null ? null : agreement.parse(JSON.parse(text)),
  );

export function agreementText(value: Agreement | null): string | null {
  if (value === null) return null;
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === "bigint" ? each.toString() : each,
  );
}
