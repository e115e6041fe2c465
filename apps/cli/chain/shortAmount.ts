import { isShortAmount, nextShortAmount } from "../../../sdk/protocol/shortAmount.ts";
import { CliError } from "../failure.ts";
import { formatAmount, parseAmount, type Units } from "./amounts.ts";

const MOST = 2n ** 96n - 1n;

/**
 * A bond as contracts keep it in 16 bits.
 * @param option for the message: "--max-bond"
 * @throws CliError also for one with more digits than they keep, whose next step names the next above it
 */
export function parseShortAmount(
  text: string,
  { option, units }: { readonly option: string; readonly units: Units },
): bigint {
  const value = parseAmount(text, units);
  if (value > MOST) {
    const next = `Give at most ${formatAmount(MOST, units)}.`;
    throw new CliError(`${option} ${text} is more than contracts can keep.`, next);
  }
  if (isShortAmount(value)) return value;
  const sentence = `${option} ${text} has too many digits: contracts keep a number up to 1023 and zeros.`;
  throw new CliError(sentence, `Give ${formatAmount(nextShortAmount(value), units)}.`);
}
