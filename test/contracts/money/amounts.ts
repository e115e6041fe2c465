import { DELIVERY, type Terms } from "../../../sdk/protocol/terms.ts";

/** How large amounts are, as docs/money.md says: no code of the contracts is used. */

const GWEI = 10n ** 9n;
const BPS = 10_000n;
const PENALTY_SCALE = 255n;
const TIP_CAP = 2n * GWEI;
const FLOOR_GAS_PER_BYTE = 40n;
/** A share of the escrow to somebody beside the operator. */
const CREDIT_GAS = 5_500n;
const CALLBACK_OVERHEAD = 3_000n;

/** Gas of a step beside its bytes, callback and credits; of each byte; and what its calldata costs at least. */
const STEPS = {
  prove: { gas: 264_500n, input: 18n, output: 24n, floor: 49_000n },
  answer: { gas: 55_200n, input: 0n, output: 24n, floor: 38_000n },
  finalize: { gas: 60_700n, input: 0n, output: 16n, floor: 39_000n },
} as const;
export type PaidStep = keyof typeof STEPS;

export type Level = "Optimistic" | "Zk";

export interface Prices {
  readonly computePrice: bigint;
  readonly proofPrice: bigint;
  readonly bytePrice: bigint;
}

export interface ReleaseTerms {
  readonly units: { readonly compute: bigint; readonly proof: bigint; readonly byte: bigint };
  readonly inputLength: bigint;
  readonly outputLength: bigint;
  readonly royaltyBps: bigint;
  readonly minBond: bigint;
}

/** What one answer costs, and the 255ths of it that are lost by being late. */
export interface Listed {
  readonly price: bigint;
  readonly penaltyShare: bigint;
}

export function listedPrice(level: Level, prices: Prices, { units }: ReleaseTerms): Listed {
  const compute = units.compute * prices.computePrice;
  const proof = level === "Zk" ? units.proof * prices.proofPrice : 0n;
  const price = compute + proof + units.byte * prices.bytePrice;
  return { price, penaltyShare: price === 0n ? 0n : (compute * PENALTY_SCALE) / price };
}

export const latePenaltyOf = ({ price, penaltyShare }: Listed): bigint =>
  (price * penaltyShare) / PENALTY_SCALE;

/** What a step did: bytes in its calldata, gas of its callback with the call, credits to others. */
export interface Used {
  readonly input: bigint;
  readonly output: bigint;
  readonly callback: bigint;
  readonly credits: bigint;
}

export const withCall = (callbackGas: bigint): bigint => callbackGas + CALLBACK_OVERHEAD;

export const creditsOf = (...shares: readonly bigint[]): bigint =>
  BigInt(shares.filter((share) => share > 0n).length);

/** Gas that is reimbursed for a step. */
export function gasUnits(step: PaidStep, used: Used): bigint {
  const { input, output, callback, credits } = used;
  const own = STEPS[step];
  const bytes = own.input * input + own.output * output;
  const units = own.gas + bytes + callback + credits * CREDIT_GAS;
  return most(units, own.floor + FLOOR_GAS_PER_BYTE * (input + output));
}

/** What is paid for gas when the escrow is split: with the payer's credit, if something is left for him. */
export function settledGas(parameters: {
  readonly step: PaidStep;
  readonly used: Used;
  readonly gasPrice: bigint;
  /** For an earlier transaction. */
  readonly earlier: bigint;
  readonly held: bigint;
}): bigint {
  const { step, used, gasPrice, earlier, held } = parameters;
  const units = gasUnits(step, used);
  const fee = least(earlier + units * gasPrice, held);
  const withRefund = gasUnits(step, { ...used, credits: used.credits + 1n });
  const creditFee = (withRefund - units) * gasPrice;
  return held - fee > creditFee ? fee + creditFee : fee;
}

export interface GasMarket {
  readonly baseFee: bigint;
  /** Of the transaction, with its tip. */
  readonly gasPrice: bigint;
}

export function gasPriceOf(gas: GasMarket, maxGasPrice: bigint): bigint {
  return least(gas.gasPrice, gas.baseFee + TIP_CAP, maxGasPrice);
}

export interface Costs {
  readonly price: bigint;
  readonly royalty: bigint;
  readonly protocolFee: bigint;
  readonly escrow: bigint;
}

/** The most a request costs at a price: what is held for it. */
export function costsOf(parameters: {
  readonly level: Level;
  readonly price: bigint;
  readonly release: ReleaseTerms;
  readonly protocolFeeBps: bigint;
  readonly terms: Terms;
}): Costs {
  const { price, release, terms } = parameters;
  const royalty = shareOf(price, release.royaltyBps);
  const protocolFee = shareOf(price, parameters.protocolFeeBps);
  const credits = creditsOf(royalty, protocolFee);
  const gas = mostUnits(parameters.level, release, { terms, credits }) * terms.maxGasPrice;
  return { price, royalty, protocolFee, escrow: price + royalty + protocolFee + gas };
}

function mostUnits(
  level: Level,
  { inputLength, outputLength: output }: ReleaseTerms,
  { terms, credits }: { readonly terms: Terms; readonly credits: bigint },
): bigint {
  const { callbackGas, delivery } = terms;
  const callback = callbackGas === 0n ? 0n : withCall(callbackGas);
  const answer = { input: 0n, output, callback: 0n, credits: 0n };
  if (level === "Zk") return gasUnits("prove", { input: inputLength, output, callback, credits });
  return delivery === DELIVERY.WhenAnswered
    ? gasUnits("answer", { ...answer, callback }) +
        gasUnits("finalize", { ...answer, output: 0n, credits })
    : gasUnits("answer", answer) + gasUnits("finalize", { ...answer, callback, credits });
}

/** What an answer locks. */
export function bondOf(level: Level, price: bigint, asked: readonly bigint[]): bigint {
  return level === "Zk" ? 0n : most(5n * price, ...asked);
}

/** @param minBond Of the release. */
export const challengeBondOf = (minBond: bigint): bigint => (3n * minBond) / 10n;

/** Of a slashed bond: half leaves the registry; two fifths of what arrives are the challenger's. */
export function slashOf(
  bond: bigint,
  arrives: (amount: bigint) => bigint,
): {
  readonly sent: bigint;
  readonly arrived: bigint;
  readonly reward: bigint;
} {
  const sent = bond / 2n;
  const arrived = arrives(sent);
  return { sent, arrived, reward: (2n * arrived) / 5n };
}

/** What a bond pays at most for the callback of its answer that falls. */
export const mostForCallback = (bond: bigint): bigint => bond / 4n;

export const shareOf = (amount: bigint, bps: bigint): bigint => (amount * bps) / BPS;

export const least = (...amounts: readonly bigint[]): bigint =>
  amounts.reduce((a, b) => (b < a ? b : a));
export const most = (...amounts: readonly bigint[]): bigint =>
  amounts.reduce((a, b) => (b > a ? b : a));
