import { keccak256, Wallet } from "ethers";
import { z } from "zod";

import { OrchestratorError } from "../domain/errors.ts";
import type { ContractCall } from "../domain/contractCall.ts";
import type { BroadcastResult, PreparedCall, SettlementChain } from "../domain/nodePorts.ts";
import type { Hex, Logger } from "../domain/ports.ts";
import { encodeCall, encodeChallengeBondOf } from "./coordinatorCalls.ts";
import { rpcGasPrices } from "./gasPrices.ts";
import { encodeNoteBaseFee } from "./registries.ts";
import { toRevert } from "./revert.ts";
import type { RpcPool } from "./rpcPool.ts";
import { rpcBigint, rpcHex, rpcNumber, rpcReceipt } from "./rpcSchemas.ts";

/** EIP-7825: no transaction may use more gas. */
const TRANSACTION_GAS_CAP = 1n << 24n;
const TRANSFER_GAS = 21_000n;
/** Estimates are made at a gas price of nothing, at which gas is not reimbursed: a credit and an event less. */
const REWARD_GAS = 30_000n;

/** Calls that credit gas to somebody. */
const REWARDED: ReadonlySet<ContractCall["purpose"]> = new Set([
  "expire",
  "finalize",
  "escalate",
  "overturn",
  "closeChallenge",
]);

function rewardGas(call: ContractCall): bigint {
  if (call.purpose === "finalizeMany") return REWARD_GAS * BigInt(call.items.length);
  return REWARDED.has(call.purpose) ? REWARD_GAS : 0n;
}

/** The sender's side of one coordinator, over an RPC pool. */
export function rpcSettlement(input: {
  readonly pool: Pick<RpcPool, "call" | "callAll">;
  readonly coordinator: Hex;
  readonly operatorRegistry: Hex;
  readonly chainId: number;
  readonly privateKey: string;
  /** Whether the deployment's asset is the chain's coin. */
  readonly isCoin: () => Promise<boolean>;
  readonly logger: Logger;
}): SettlementChain {
  const { pool, chainId, logger } = input;
  const wallet = new Wallet(input.privateKey);
  const sender = rpcHex.parse(wallet.address);
  return {
    sender,
    async prepare(contractCall) {
      const { to, data } = encode(contractCall, input);
      const value = await valueOf(contractCall, input);
      const gas = await estimate(pool, { from: sender, to, data, value });
      return { to, data, value, gasLimit: withMargin(gas + rewardGas(contractCall)) };
    },
    prepareCancel() {
      return { to: sender, data: "0x", value: 0n, gasLimit: TRANSFER_GAS };
    },
    async sign(call, nonce, fees) {
      const transaction = { type: 2, chainId, nonce, ...call, ...fees };
      const raw = rpcHex.parse(await wallet.signTransaction(transaction));
      return { raw, hash: rpcHex.parse(keccak256(raw)) };
    },
    async broadcast(raw) {
      const results = await sendRaw(pool, raw);
      const outcome = bestOf(results.map(toBroadcastResult));
      logger.debug("transaction broadcast", { hash: keccak256(raw), outcome });
      return outcome;
    },
    async receipt(hash) {
      const answer = await pool.call({ method: "eth_getTransactionReceipt", params: [hash] });
      const found = rpcReceipt.nullable().parse(answer);
      if (found === null) return null;
      const block = { number: found.blockNumber, hash: found.blockHash };
      return { hash, block, succeeded: found.status === 1, gasUsed: found.gasUsed };
    },
    async isKnown(hash) {
      const answer = await pool.call({ method: "eth_getTransactionByHash", params: [hash] });
      return z.object({}).nullable().parse(answer) !== null;
    },
    async minedNonce() {
      const params = [sender, "latest"];
      return rpcNumber.parse(await pool.call({ method: "eth_getTransactionCount", params }));
    },
    gasPrices: () => rpcGasPrices(pool),
  };
}

function encode(
  call: ContractCall,
  place: { readonly coordinator: Hex; readonly operatorRegistry: Hex },
): Pick<PreparedCall, "to" | "data"> {
  if (call.purpose === "noteBaseFee") {
    return { to: place.operatorRegistry, data: encodeNoteBaseFee() };
  }
  return { to: place.coordinator, data: encodeCall(call) };
}

/** A challenge brings its bond along; of a token the sender has a balance in the coordinator. */
async function valueOf(
  call: ContractCall,
  { pool, coordinator: to, isCoin }: Parameters<typeof rpcSettlement>[0],
): Promise<bigint> {
  if (call.purpose !== "challenge" || !(await isCoin())) return 0n;
  const data = encodeChallengeBondOf(call.request.preimage);
  return rpcBigint.parse(await pool.call({ method: "eth_call", params: [{ to, data }, "latest"] }));
}

async function estimate(
  pool: Pick<RpcPool, "call">,
  { value, ...rest }: Omit<PreparedCall, "gasLimit"> & { readonly from: Hex },
): Promise<bigint> {
  const call = value === 0n ? rest : { ...rest, value: `0x${value.toString(16)}` };
  try {
    return rpcBigint.parse(await pool.call({ method: "eth_estimateGas", params: [call] }));
  } catch (error) {
    throw toRevert(error);
  }
}

/** Room for a state that differs a little in the block that takes the transaction. */
function withMargin(gas: bigint): bigint {
  const limit = gas + gas / 8n + 10_000n;
  return limit < TRANSACTION_GAS_CAP ? limit : TRANSACTION_GAS_CAP;
}

async function sendRaw(
  pool: Pick<RpcPool, "callAll">,
  raw: Hex,
): Promise<readonly PromiseSettledResult<unknown>[]> {
  try {
    return await pool.callAll({ method: "eth_sendRawTransaction", params: [raw] });
  } catch (reason) {
    return [{ status: "rejected", reason }];
  }
}

function toBroadcastResult(result: PromiseSettledResult<unknown>): BroadcastResult {
  if (result.status === "fulfilled") return "accepted";
  const error: unknown = result.reason;
  if (!(error instanceof OrchestratorError) || error.code !== "RpcRefused") return "unknown";
  const message = String(error.data["rpcMessage"]).toLowerCase();
  if (/already (known|imported)|known transaction/.test(message)) return "accepted";
  if (/nonce.*too low/.test(message)) return "nonce used";
  if (message.includes("underpriced")) return "underpriced";
  if (message.includes("insufficient funds")) return "unfunded";
  return "unknown";
}

/** One endpoint that took the transaction is enough. */
function bestOf(results: readonly BroadcastResult[]): BroadcastResult {
  const order = ["accepted", "nonce used", "underpriced", "unfunded"] as const;
  return order.find((result) => results.includes(result)) ?? "unknown";
}
