import { DELIVERY, type Terms } from "../../../sdk/protocol/terms.ts";

/** How large amounts are, as docs/money.md says: no code of the contracts is used. */

const GWEI = 10n ** 9n;
const BPS = 10_000n;
const PENALTY_SCALE = 255n;
const TIP_CAP = 2n * GWEI;
const GAS_PER_BYTE = 22n;
const FLOOR_GAS = 52_000n;
const FLOOR_GAS_PER_BYTE = 40n;

/** Gas of a step beside its bytes and its callback. */
const STEP_GAS = { prove: 273_000n, answer: 59_000n, finalize: 65_500n } as const;
export type PaidStep = keyof typeof STEP_GAS;

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

/** Gas that is reimbursed for a step. */
export function gasUnits(step: PaidStep, payloadLength: bigint, callbackGas: bigint): bigint {
  const units = STEP_GAS[step] + GAS_PER_BYTE * payloadLength + callbackGas;
  const floor = FLOOR_GAS + FLOOR_GAS_PER_BYTE * payloadLength;
  return units < floor ? floor : units;
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
  const gas = mostUnits(parameters.level, release, terms) * terms.maxGasPrice;
  return { price, royalty, protocolFee, escrow: price + royalty + protocolFee + gas };
}

function mostUnits(level: Level, release: ReleaseTerms, terms: Terms): bigint {
  const { callbackGas } = terms;
  if (level === "Zk")
    return gasUnits("prove", release.inputLength + release.outputLength, callbackGas);
  const output = release.outputLength;
  return terms.delivery === DELIVERY.WhenAnswered
    ? gasUnits("answer", output, callbackGas) + gasUnits("finalize", 0n, 0n)
    : gasUnits("answer", output, 0n) + gasUnits("finalize", output, callbackGas);
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
