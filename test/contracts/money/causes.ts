/** Why money moves. The names are those of the table in docs/money.md, which a test compares. */
export const CAUSES = [
  "deposited",
  "sent along",
  "withdrawn",
  "earnings withdrawn",
  "request taken",
  "price",
  "gas",
  "royalty",
  "protocol fee",
  "rest",
  "reward of expiry",
  "rest of expiry",
  "failed",
  "answer locked",
  "answer unlocked",
  "late, to who answers",
  "late, to who expires",
  "late, burned",
  "challenge placed",
  "challenge lost",
  "challenge returned",
  "slash, to the challenger",
  "slash, to the payer",
  "slash, burned",
  "slash, for the callback",
  "gas of overturning",
  "rest of a fallen answer",
  "bond added",
  "unbonding started",
  "bond withdrawn",
  "kept by the token",
] as const;
export type Cause = (typeof CAUSES)[number];

/** Where money is: ledgers of the coordinator, parts of bonds in the registry, or neither. */
export type Place =
  | "outside"
  | "burned"
  | `balance ${string}`
  | `earnings ${bigint}`
  | `escrow ${string}`
  | `challenge ${string}`
  | `free ${bigint}`
  | `locked ${bigint}`
  | `leaving ${bigint}`;

export interface Transfer {
  readonly cause: Cause;
  readonly from: Place;
  readonly to: Place;
  readonly amount: bigint;
}

/** Amounts by place; a place that is missing holds nothing. */
export type Books = ReadonlyMap<Place, bigint>;

export const amountAt = (books: Books, place: Place): bigint => books.get(place) ?? 0n;

/** @throws Error if a place would hold less than nothing, or less than nothing moved. */
export function afterTransfers(books: Books, transfers: readonly Transfer[]): Books {
  const next = new Map(books);
  for (const { cause, from, to, amount } of transfers) {
    if (amount < 0n) throw new Error(`"${cause}" would move ${amount}`);
    const left = amountAt(next, from) - amount;
    if (left < 0n && from !== "outside")
      throw new Error(`"${cause}" takes ${amount} from ${from}, which lacks ${-left}`);
    next.set(from, left);
    next.set(to, amountAt(next, to) + amount);
  }
  return next;
}

const IN_REGISTRY = /^(burned|free|locked|leaving)/u;
const IN_COORDINATOR = /^(balance|earnings|escrow|challenge)/u;

export const heldByRegistry = (books: Books): bigint => sumOf(books, IN_REGISTRY);
export const heldByCoordinator = (books: Books): bigint => sumOf(books, IN_COORDINATOR);

export function sumOf(books: Books, places: RegExp): bigint {
  return [...books]
    .filter(([place]) => places.test(place))
    .reduce((sum, [, amount]) => sum + amount, 0n);
}
