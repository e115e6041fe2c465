const MOST_MANTISSA = 1_023n;
const MOST_EXPONENT = 63n;

/**
 * Whether contracts can hold an amount in 16 bits, as they hold bonds: a number up to 1,023 times a
 * power of ten up to 10^63.
 */
export function isShortAmount(amount: bigint): boolean {
  return amount >= 0n && amount <= MOST_MANTISSA * 10n ** MOST_EXPONENT && cut(amount).rest === 0n;
}

/**
 * The least amount not below the given one that is short; for amounts of a bond at most 1% more.
 * @throws RangeError for an amount below zero or above all short ones.
 */
export function nextShortAmount(amount: bigint): bigint {
  if (amount < 0n || amount > MOST_MANTISSA * 10n ** MOST_EXPONENT) {
    throw new RangeError(`${amount} is no amount that fits 16 bits`);
  }
  const { mantissa, unit, rest } = cut(amount);
  if (rest === 0n) return amount;
  const next = (mantissa + 1n) * unit;
  // 1,024 units need the next greater one.
  return mantissa === MOST_MANTISSA ? nextShortAmount(next) : next;
}

/** amount = mantissa × unit + rest, with the least unit whose mantissa fits. */
function cut(amount: bigint): {
  readonly mantissa: bigint;
  readonly unit: bigint;
  readonly rest: bigint;
} {
  let unit = 1n;
  while (amount / unit > MOST_MANTISSA) unit *= 10n;
  return { mantissa: amount / unit, unit, rest: amount % unit };
}
