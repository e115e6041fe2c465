import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { VERIFICATIONS, type Verification } from "../../../sdk/protocol/verification.ts";
import { CliError } from "../failure.ts";

const NOBODY: Hex = `0x${"00".repeat(20)}`;
const SECONDS = { s: 1n, m: 60n, h: 3_600n, d: 86_400n } as const;

/** @throws CliError */
export function parseAddress(text: string): Hex {
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return text as Hex;
  throw new CliError(`${text} is no address.`, "Give 0x and 40 hexadecimal digits.");
}

/** An account that something is handed to, or the word none. @throws CliError */
export function parseReceiver(text: string): { readonly address: Hex; readonly isNobody: boolean } {
  const isNobody = text === "none";
  return { address: isNobody ? NOBODY : parseAddress(text), isNobody };
}

/**
 * 32 bytes: the id of a release or a request, or a measurement.
 * @param what for the message: "release id"
 * @throws CliError
 */
export function parseWord(text: string, what: string): Hex {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase() as Hex;
  throw new CliError(`${text} is no ${what}.`, "Give 0x and 64 hexadecimal digits.");
}

/** @throws CliError */
export function parseOperatorId(text: string): bigint {
  const isNumber = /^(\d+|0x[0-9a-fA-F]+)$/.test(text);
  if (isNumber && BigInt(text) > 0n && BigInt(text) < 2n ** 64n) return BigInt(text);
  const next = "It is the last 8 bytes of the owner's address; assay operator register prints it.";
  throw new CliError(`${text} is no operator id.`, next);
}

/**
 * @param range.what for the message: "gas"
 * @throws CliError
 */
export function parseWhole(
  text: string,
  range: { readonly what: string; readonly most: bigint },
): bigint {
  const { what, most } = range;
  if (/^\d+$/.test(text) && BigInt(text) <= most) return BigInt(text);
  throw new CliError(`${text} is no ${what}.`, `Give a whole number from 0 to ${most}.`);
}

/** Seconds of a time like 90s, 30m, 2h, 1d. @throws CliError */
export function parseDuration(text: string): bigint {
  const { count, unit } = /^(?<count>\d+)(?<unit>[smhd])$/.exec(text)?.groups ?? {};
  if (count !== undefined && (unit === "s" || unit === "m" || unit === "h" || unit === "d")) {
    return BigInt(count) * SECONDS[unit];
  }
  throw new CliError(`${text} is no time.`, "Give a number with its unit: 90s, 30m, 2h or 1d.");
}

/** Names of levels as the command line takes them. */
export const LEVEL_WORDS = VERIFICATIONS.map((level) => level.toLowerCase());

/** @throws CliError */
export function parseLevel(text: string): Verification {
  const level = VERIFICATIONS.find((each) => each.toLowerCase() === text);
  if (level !== undefined) return level;
  throw new CliError(`${text} is no level.`, `Give one of ${LEVEL_WORDS.join(", ")}.`);
}

/** Levels separated by commas, each once. @throws CliError */
export function parseLevels(text: string): readonly Verification[] {
  return [...new Set(text.split(",").map((each) => parseLevel(each.trim())))];
}
