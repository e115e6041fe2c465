import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import type { Terms } from "../../sdk/protocol/terms.ts";
import { verificationNumber, type Verification } from "../../sdk/protocol/verification.ts";
import type { Deployment } from "./deployment.ts";
import { transact, view, type MinedTransaction } from "./transact.ts";

/** A request to be made. */
export interface Question {
  readonly releaseId: Hex;
  readonly level: Verification;
  readonly input: Uint8Array;
  readonly terms: Terms;
}

/** Most that a request can cost, in the asset's smallest unit; fields as in `Quote.sol`. */
export interface Quote {
  readonly price: bigint;
  readonly royalty: bigint;
  readonly protocolFee: bigint;
  readonly gasFee: bigint;
  readonly total: bigint;
}

/**
 * The most a request can cost now, whoever is drawn. `terms.maxFee` does not matter.
 * @throws ContractRefusal, for example NoOperator or LevelUnsupported
 */
export async function quote(deployment: Deployment, question: Question): Promise<Quote> {
  const { releaseId, level, input, terms } = question;
  const values = [releaseId, verificationNumber(level), input.length, terms];
  const costs = (await view(deployment.coordinator, "quote", values)) as Quote;
  const { price, royalty, protocolFee, gasFee, total } = costs;
  return { price, royalty, protocolFee, gasFee, total };
}

/** Seconds in which only the assigned operator may answer. @throws ContractRefusal ReleaseUnknown */
export async function primaryWindowOf(
  { modelRegistry }: Deployment,
  releaseId: Hex,
): Promise<bigint> {
  return (await view(modelRegistry, "primaryWindowOf", [releaseId])) as bigint;
}

/**
 * Sends a request as the key's account.
 * @param payment.payer Account that allowed the request's escrow to be taken from its balance;
 *   null: the own balance, to which `value` wei are added first
 * @throws ContractRefusal; AccountError as `transact`
 */
export async function askRequest(
  { coordinator }: Deployment,
  { releaseId, level, input, terms }: Question,
  payment: { readonly payer: Hex | null; readonly value: bigint },
): Promise<MinedTransaction> {
  const values = [releaseId, verificationNumber(level), input, terms];
  if (payment.payer === null) {
    return transact(coordinator, { method: "requestInference", values, value: payment.value });
  }
  const paid = [payment.payer, ...values];
  return transact(coordinator, { method: "requestInferenceFrom", values: paid });
}
