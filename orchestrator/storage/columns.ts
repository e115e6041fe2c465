import { z } from "zod";

import type { Hex } from "../domain/ports.ts";

/** A column of lower-case hexadecimal text. */
export const hex = z.custom<Hex>(
  (value) => typeof value === "string" && /^0x[0-9a-f]*$/.test(value),
);

/** Wei and field elements do not fit SQLite's integers; they are decimal text. */
export const decimal = z
  .string()
  .regex(/^\d+$/)
  .transform((text) => BigInt(text));
