import type { Agreement, RequestProgress } from "./request.ts";
import type { Market, View } from "./view.ts";

/** Gas the coordinator reimburses for an answer (FeeLib), with the payer's refund, near enough what it uses. */
const PROOF_GAS = 270_000n;
/** The same of an optimistic answer and of making it final, together. */
const OPTIMISTIC_GAS = 121_500n;
/** What a callback takes beside its own gas. */
const CALLBACK_OVERHEAD = 3_000n;
const GAS_PER_INPUT_BYTE = 18n;
const GAS_PER_OUTPUT_BYTE = 24n;
/** EIP-7623: what a transaction pays that is mostly calldata. */
const FLOOR_GAS = 49_000n;
const FLOOR_GAS_PER_BYTE = 40n;
/** Most of a tip that is reimbursed, in wei per gas. */
const REIMBURSED_TIP = 2_000_000_000n;
/** What it costs to take a late operator's penalty; nobody reimburses it. */
const PENALTY_GAS = 70_000n;
/** What it costs to find that he is excused. */
const EXCUSE_GAS = 13_000n;
/** Gas of an overturn beyond that of a proof, and of committing to it; nobody reimburses it. */
const OVERTURN_GAS = 110_000n;
/** Half of a slashed bond is burned, and two fifths of the rest are the challenger's. */
const BOND_PARTS = 5n;

/**
 * Whether answering now leaves the operator what he wants to keep: price, reimbursed gas and half
 * of a late operator's penalty, less gas. Compute is not in it: that is what `leastGain` is for.
 *
 * @returns null while the market is unknown; true where money cannot be compared with gas
 */
export function isWorthAnswering(request: RequestProgress, view: View): boolean | null {
  const { agreement } = request;
  const { market, leastGain } = view;
  if (agreement === null) return true;
  if (market === null) return null;
  if (!market.isCoin) return true;
  const units = answerGas(request, agreement);
  const { bonus, gas } = penaltyOf(request, view);
  const cost = (units + gas) * gasPrice(market);
  const pay = agreement.price + bonus + units * reimbursedPrice(agreement, market);
  return pay - cost >= leastGain;
}

/**
 * Whether `expire` pays its caller now. The reward is 1.2 times the gas it takes, at the price that
 * is reimbursed.
 */
export function isWorthExpiring({ agreement }: RequestProgress, { market }: View): boolean {
  if (agreement === null || market === null || !market.isCoin) return false;
  return 6n * reimbursedPrice(agreement, market) >= 5n * gasPrice(market);
}

/** What taking the assigned operator's penalty brings whoever answers for him, and takes in gas. */
function penaltyOf(
  request: RequestProgress,
  view: View,
): { readonly bonus: bigint; readonly gas: bigint } {
  const { operatorId, agreement } = request;
  if (operatorId === view.operatorId || operatorId === 0n) return { bonus: 0n, gas: 0n };
  if (isExcused(request, view)) return { bonus: 0n, gas: EXCUSE_GAS };
  return { bonus: (agreement?.latePenalty ?? 0n) / 2n, gas: PENALTY_GAS };
}

/** Whether no penalty is taken from the late operator: gas is too dear, or was noted to be. */
export function isExcused(
  { requestId, agreement }: RequestProgress,
  { market, notedBaseFees }: Pick<View, "market" | "notedBaseFees">,
): boolean {
  if (agreement === null) return false;
  const fees = [market?.baseFee ?? 0n, notedBaseFees.get(requestId) ?? 0n];
  return fees.some((fee) => isAboveTerms(agreement, fee));
}

/** Whether gas costs more than the requester pays for: then nobody is late. */
export function isSpike(agreement: Agreement, { baseFee }: Market): boolean {
  return isAboveTerms(agreement, baseFee);
}

function isAboveTerms({ maxGasPrice }: Agreement, baseFee: bigint): boolean {
  return maxGasPrice > 0n && baseFee > maxGasPrice;
}

/**
 * Whether overturning the standing answer earns more than its gas; true where that is not known. The base
 * fee of the callback is paid out of the bond, or there is no callback; its tip is not.
 */
export function isWorthOverturning(request: RequestProgress, view: View): boolean {
  const { agreement } = request;
  const { market } = view;
  if (agreement === null || market === null || !market.isCoin) return true;
  const units = proofGas(request, agreement, 0n);
  const callbackTip = callbackUnits(agreement) * market.tip;
  const cost = (units + OVERTURN_GAS) * gasPrice(market) + callbackTip;
  const pay = agreement.bond / BOND_PARTS + units * reimbursedPrice(agreement, market);
  return pay >= cost;
}

function answerGas(request: RequestProgress, agreement: Agreement): bigint {
  const callbackGas = callbackUnits(agreement);
  if (request.level !== "Optimistic") return proofGas(request, agreement, callbackGas);
  return OPTIMISTIC_GAS + GAS_PER_OUTPUT_BYTE * BigInt(agreement.outputLength) + callbackGas;
}

function proofGas(request: RequestProgress, agreement: Agreement, callbackGas: bigint): bigint {
  const [input, output] = [BigInt(request.inputLength), BigInt(agreement.outputLength)];
  const bytes = GAS_PER_INPUT_BYTE * input + GAS_PER_OUTPUT_BYTE * output;
  const units = PROOF_GAS + bytes + callbackGas;
  const floor = FLOOR_GAS + FLOOR_GAS_PER_BYTE * (input + output);
  return units > floor ? units : floor;
}

function callbackUnits({ callbackGas }: Agreement): bigint {
  return callbackGas === 0 ? 0n : CALLBACK_OVERHEAD + BigInt(callbackGas);
}

function gasPrice({ baseFee, tip }: Market): bigint {
  return baseFee + tip;
}

function reimbursedPrice({ maxGasPrice }: Agreement, market: Market): bigint {
  const tip = market.tip < REIMBURSED_TIP ? market.tip : REIMBURSED_TIP;
  const price = market.baseFee + tip;
  return price < maxGasPrice ? price : maxGasPrice;
}
