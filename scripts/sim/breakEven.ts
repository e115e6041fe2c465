/** How a lie is organised: who is the liar's, and when his gain is paid. */
export type Scheme =
  /** One operator; paid when his answer is final. */
  | "alone"
  /** Operator, challenger and requester are one; they overturn themselves before anybody else can. */
  | "gang"
  /** One operator; paid at once, by somebody who does not wait until the answer is final. */
  | "early";

export const SCHEMES = ["alone", "gang", "early"] as const satisfies readonly Scheme[];

/** A share of answers that was watched, and what a lie brought on average. */
export interface Point {
  readonly watched: number;
  readonly profit: number;
}

/** What a lie is about, in one unit for all three. */
export interface Stakes {
  readonly bond: number;
  /** What the answer itself earns. */
  readonly price: number;
  /** What the wrong answer brings elsewhere. */
  readonly gain: number;
}

/**
 * Where the line through the points crosses zero: below it lying pays, above it does not.
 * @returns 0 where lying never pays, 1 where it pays even if every answer is watched.
 * @throws RangeError for fewer than two different shares.
 */
export function breakEvenOf(points: readonly Point[]): number {
  const meanX = mean(points.map(({ watched }) => watched));
  const meanY = mean(points.map(({ profit }) => profit));
  let [covariance, variance] = [0, 0];
  for (const { watched, profit } of points) {
    covariance += (watched - meanX) * (profit - meanY);
    variance += (watched - meanX) ** 2;
  }
  if (!(variance > 0)) throw new RangeError("A line needs two different shares");
  const slope = covariance / variance;
  const atZero = meanY - slope * meanX;
  if (atZero <= 0) return 0;
  if (atZero + slope >= 0) return 1;
  return -atZero / slope;
}

/**
 * The same from the rules, without gas: a slash is 50% burned, 30% the payer's, 20% the challenger's,
 * so whoever is all of them loses half, and his price he pays himself.
 * @returns From 0 to 1, as `breakEvenOf`.
 */
export function breakEvenInTheory(scheme: Scheme, { bond, price, gain }: Stakes): number {
  switch (scheme) {
    case "alone":
      return (gain + price) / (gain + price + bond);
    case "gang":
      return gain / (gain + bond / 2);
    case "early":
      return Math.min(1, (gain + price) / (price + bond));
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
