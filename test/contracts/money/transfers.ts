import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { least, slashOf } from "./amounts.ts";
import { amountAt, type Books, type Place, type Transfer } from "./causes.ts";

/** What each step moves, as docs/money.md says. */

/** A request, and what was agreed about it. */
export interface Agreed {
  readonly id: Hex;
  readonly payer: Hex;
  /** Zero address: the release asks for no royalty. */
  readonly publisher: Hex;
  readonly feeReceiver: Hex;
  readonly price: bigint;
  readonly royalty: bigint;
  readonly protocolFee: bigint;
  readonly escrow: bigint;
  readonly bond: bigint;
}

/** What of an amount comes through a transfer: a token may keep a part. */
export type Arrives = (amount: bigint) => bigint;

export const balance = (account: Hex): Place => `balance ${account}`;
const escrowOf = ({ id }: { readonly id: Hex }): Place => `escrow ${id}`;

export const taken = (request: Agreed): readonly Transfer[] => [
  {
    cause: "request taken",
    from: balance(request.payer),
    to: escrowOf(request),
    amount: request.escrow,
  },
];

/** @param gasFee What gas costs by the rules; no more is paid than the escrow holds for it. */
export function settled(request: Agreed, payee: bigint, gasFee: bigint): readonly Transfer[] {
  const { price, royalty, protocolFee } = request;
  const from = escrowOf(request);
  const held = request.escrow - price - royalty - protocolFee;
  const gas = least(gasFee, held);
  return [
    { cause: "price", from, to: `earnings ${payee}`, amount: price },
    { cause: "gas", from, to: `earnings ${payee}`, amount: gas },
    { cause: "royalty", from, to: balance(request.publisher), amount: royalty },
    { cause: "protocol fee", from, to: balance(request.feeReceiver), amount: protocolFee },
    { cause: "rest", from, to: balance(request.payer), amount: held - gas },
  ];
}

export const locked = ({ bond }: Agreed, payee: bigint): readonly Transfer[] => [
  { cause: "answer locked", from: `free ${payee}`, to: `locked ${payee}`, amount: bond },
];

export const unlocked = ({ bond }: Agreed, payee: bigint): readonly Transfer[] => [
  { cause: "answer unlocked", from: `locked ${payee}`, to: `free ${payee}`, amount: bond },
];

/** A penalty as it was agreed, and where the part of it goes that is paid out. */
export interface Late {
  readonly operatorId: bigint;
  readonly penalty: bigint;
  readonly mostPaid: bigint;
  readonly cause: "late, to who answers" | "late, to who expires";
  readonly to: Place;
}

/** Free bond pays first, then what is leaving; of less than the penalty, the same shares are paid. */
export function penalized(books: Books, late: Late, arrives: Arrives): readonly Transfer[] {
  const { operatorId, penalty, mostPaid, cause, to } = late;
  const fromFree = least(penalty, amountAt(books, `free ${operatorId}`));
  const fromLeaving = least(penalty - fromFree, amountAt(books, `leaving ${operatorId}`));
  const all = fromFree + fromLeaving;
  if (all === 0n) return [];
  const sent = (mostPaid * all) / penalty;
  const paid = arrives(sent);
  return spread(
    [
      { from: `free ${operatorId}`, amount: fromFree },
      { from: `leaving ${operatorId}`, amount: fromLeaving },
    ],
    [
      { cause, to, amount: paid },
      { cause: "kept by the token", to: "outside", amount: sent - paid },
      { cause: "late, burned", to: "burned", amount: all - sent },
    ],
  );
}

interface Source {
  readonly from: Place;
  readonly amount: bigint;
}

/** Pours each source into the uses in their order; both sums are the same. */
function spread(
  sources: readonly Source[],
  uses: readonly Omit<Transfer, "from">[],
): readonly Transfer[] {
  const transfers: Transfer[] = [];
  const left = sources.map(({ amount }) => amount);
  for (const use of uses) {
    let needed = use.amount;
    sources.forEach(({ from }, i) => {
      const amount = least(needed, left[i] ?? 0n);
      left[i] = (left[i] ?? 0n) - amount;
      needed -= amount;
      if (amount > 0n) transfers.push({ ...use, from, amount });
    });
  }
  return transfers;
}

/** @param reward What whoever ends it gets altogether. @param fromPenalty Part of it. */
export function expired(
  request: Agreed,
  caller: Hex,
  { reward, fromPenalty }: { readonly reward: bigint; readonly fromPenalty: bigint },
): readonly Transfer[] {
  const from = escrowOf(request);
  const fromEscrow = reward - fromPenalty;
  return [
    { cause: "reward of expiry", from, to: balance(caller), amount: fromEscrow },
    {
      cause: "rest of expiry",
      from,
      to: balance(request.payer),
      amount: request.escrow - fromEscrow,
    },
  ];
}

export const failed = (request: Agreed): readonly Transfer[] => [
  {
    cause: "failed",
    from: escrowOf(request),
    to: balance(request.payer),
    amount: request.escrow,
  },
];

/* DISPUTES */

/** A challenge that nobody has answered. */
export interface Challenged {
  readonly challenger: Hex;
  readonly bond: bigint;
}

export const challengePlaced = (id: Hex, made: Challenged): readonly Transfer[] => [
  {
    cause: "challenge placed",
    from: balance(made.challenger),
    to: `challenge ${id}`,
    amount: made.bond,
  },
];

export const challengeLost = (
  id: Hex,
  payee: bigint,
  made: Challenged | undefined,
): readonly Transfer[] =>
  made === undefined
    ? []
    : [
        {
          cause: "challenge lost",
          from: `challenge ${id}`,
          to: `earnings ${payee}`,
          amount: made.bond,
        },
      ];

export const challengeReturned = (id: Hex, made: Challenged | undefined): readonly Transfer[] =>
  made === undefined
    ? []
    : [
        {
          cause: "challenge returned",
          from: `challenge ${id}`,
          to: balance(made.challenger),
          amount: made.bond,
        },
      ];

/**
 * @param gasFee Of the proof that made it fall, paid as far as the escrow goes; 0 without one.
 * @param callbackFee What telling the consumer cost who sent the transaction; 0 if it was not called.
 */
export function fallen(parameters: {
  readonly request: Agreed;
  readonly payee: bigint;
  readonly challenger: Hex;
  readonly sender: Hex;
  readonly gasFee: bigint;
  readonly callbackFee: bigint;
  readonly arrives: Arrives;
}): readonly Transfer[] {
  const { request, payee, challenger, sender, callbackFee, arrives } = parameters;
  const { sent, arrived, reward } = slashOf(request.bond, arrives);
  const from: Place = `locked ${payee}`;
  const payer = balance(request.payer);
  const gas = least(parameters.gasFee, request.escrow);
  return [
    { cause: "slash, burned", from, to: "burned", amount: request.bond - sent - callbackFee },
    { cause: "slash, for the callback", from, to: balance(sender), amount: callbackFee },
    { cause: "slash, to the challenger", from, to: balance(challenger), amount: reward },
    { cause: "slash, to the payer", from, to: payer, amount: arrived - reward },
    { cause: "kept by the token", from, to: "outside", amount: sent - arrived },
    {
      cause: "gas of overturning",
      from: escrowOf(request),
      to: balance(challenger),
      amount: gas,
    },
    {
      cause: "rest of a fallen answer",
      from: escrowOf(request),
      to: payer,
      amount: request.escrow - gas,
    },
  ];
}

/** What the token keeps of what was owed is made up for by what was burned. */
export const keptOfOwed = (amount: bigint): readonly Transfer[] => [
  { cause: "kept by the token", from: "burned", to: "outside", amount },
];

/* ACCOUNTS AND BONDS */

/** What leaves somebody's hands arrives here, but for what the token keeps. */
export const deposited = (
  account: Hex,
  amount: bigint,
  cause: "deposited" | "sent along" = "deposited",
): readonly Transfer[] => [{ cause, from: "outside", to: balance(account), amount }];

export const withdrawn = (account: Hex, amount: bigint): readonly Transfer[] => [
  { cause: "withdrawn", from: balance(account), to: "outside", amount },
];

export const earningsWithdrawn = (operatorId: bigint, amount: bigint): readonly Transfer[] => [
  { cause: "earnings withdrawn", from: `earnings ${operatorId}`, to: "outside", amount },
];

export const bondAdded = (operatorId: bigint, amount: bigint): readonly Transfer[] => [
  { cause: "bond added", from: "outside", to: `free ${operatorId}`, amount },
];

export const unbondingStarted = (operatorId: bigint, amount: bigint): readonly Transfer[] => [
  {
    cause: "unbonding started",
    from: `free ${operatorId}`,
    to: `leaving ${operatorId}`,
    amount,
  },
];

export const bondWithdrawn = (operatorId: bigint, amount: bigint): readonly Transfer[] => [
  { cause: "bond withdrawn", from: `leaving ${operatorId}`, to: "outside", amount },
];
