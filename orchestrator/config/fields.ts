/** What single settings may look like; messages complete the sentence "NAME …". */
import { resolve } from "node:path";
import { z } from "zod";

import type { Hex } from "../domain/ports.ts";

const GWEI = 10n ** 9n;

export const url = (protocols: RegExp) =>
  z.url({ protocol: protocols, error: "is no url of this kind" });
export const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, "is no address: 0x and 40 hexadecimal digits")
  .transform((text) => text.toLowerCase() as Hex);
export const hash = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, "is no hash: 0x and 64 hexadecimal digits")
  .transform((text) => text.toLowerCase() as Hex);
export const whole = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d+$/, "is no whole number")
    .transform(Number)
    .pipe(z.number().min(low, `is below ${low}`).max(high, `is above ${high}`));
/** Operators' ids are the last 8 bytes of an address. */
export const operatorId = z
  .string()
  .regex(/^(\d+|0x[0-9a-fA-F]+)$/, "is no unsigned integer")
  .transform((text) => BigInt(text))
  .refine((id) => id < 2n ** 64n, "is no operator id: at most 8 bytes");
/** Order of secp256k1: a private key is below it and not zero. */
const CURVE_ORDER =
  0xffff_ffff_ffff_ffff_ffff_ffff_ffff_fffe_baae_dce6_af48_a03b_bfd2_5e8c_d036_4141n;
export const privateKey = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, "is no private key: 0x and 64 hexadecimal digits")
  .refine((text) => BigInt(text) > 0n && BigInt(text) < CURVE_ORDER, {
    error: "is no private key: out of the curve's range",
    when: ({ issues }) => issues.length === 0,
  });
export const gwei = z
  .string()
  .regex(/^\d+(\.\d{1,9})?$/, "is no amount in gwei")
  .transform((text) => {
    const [units = "0", decimals = ""] = text.split(".");
    return BigInt(units) * GWEI + BigInt(decimals.padEnd(9, "0"));
  });
export const onOff = z
  .enum(["on", "off"], "is neither on nor off")
  .transform((text) => text === "on");
/** A part of a whole, 0 to 1. */
export const share = z
  .string()
  .regex(/^(0|1|0?\.\d{1,9}|1\.0+)$/, "is no share: a number from 0 to 1")
  .transform(Number);
export const path = z
  .string()
  .min(1)
  .transform((text) => resolve(text));
export const port = whole(0, 65_535);

/** "name=token, name=token" */
export const tokens = z
  .string()
  .transform((text) => text.split(",").map((pair) => pair.trim().split("=")))
  .pipe(z.array(z.tuple([z.string().min(1), z.string().min(16, "needs tokens of 16 characters")])))
  .transform((pairs) => new Map(pairs.map(([name, token]) => [token, name])));
