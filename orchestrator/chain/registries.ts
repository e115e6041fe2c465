import { Interface, keccak256 } from "ethers";
import { z } from "zod";

import { inferenceCoordinatorAbi } from "../../sdk/protocol/abi/inferenceCoordinator.ts";
import { modelRegistryAbi } from "../../sdk/protocol/abi/modelRegistry.ts";
import { operatorRegistryAbi } from "../../sdk/protocol/abi/operatorRegistry.ts";
import { cidOfDigest } from "../../sdk/protocol/cid.ts";
import { verificationNumber } from "../../sdk/protocol/verification.ts";
import { OrchestratorError } from "../domain/errors.ts";
import type { ReleaseRegistry } from "../domain/nodePorts.ts";
import type { Hex } from "../domain/ports.ts";
import type { Verification } from "../domain/request.ts";
import { decodePreimage } from "./coordinator.ts";
import { toRevert } from "./revert.ts";
import type { RpcPool } from "./rpcPool.ts";
import { rpcHex, rpcLog, type Log } from "./rpcSchemas.ts";

type Pool = Pick<RpcPool, "call">;

const models = new Interface(modelRegistryAbi);
const operators = new Interface(operatorRegistryAbi);
const coordinators = new Interface(inferenceCoordinatorAbi);
const unit = z.bigint().transform(Number);
const ADDRESS_MASK = (1n << 160n) - 1n;
const units = z.tuple([unit, unit, unit]);

/** Releases as the registries name them. */
export function rpcReleaseRegistry(
  pool: Pool,
  place: {
    readonly modelRegistry: Hex;
    readonly operatorRegistry: Hex;
    /** Block from which an operator can have listed itself. */
    readonly startBlock: number;
  },
): ReleaseRegistry {
  const { modelRegistry, operatorRegistry, startBlock } = place;
  return {
    async release(releaseId) {
      const [digest] = await view(pool, {
        to: modelRegistry,
        contract: models,
        method: "releaseManifest",
        values: [releaseId],
      });
      return { releaseId, manifestCid: cidOfDigest(rpcHex.parse(digest)) };
    },
    async units(releaseId) {
      const [answer] = await view(pool, {
        to: modelRegistry,
        contract: models,
        method: "unitsOf",
        values: [releaseId],
      });
      const [compute, proof, byte] = units.parse(answer);
      return { compute, proof, byte };
    },
    async keyId(releaseId) {
      const [route] = await view(pool, {
        to: modelRegistry,
        contract: models,
        method: "releaseRoute",
        values: [releaseId],
      });
      return keyIdAt(pool, z.bigint().parse(route) & ADDRESS_MASK);
    },
    async servedBy(operatorId, level) {
      const set = operators.encodeFilterTopics("ListingSet", [operatorId]);
      const removed = operators.encodeFilterTopics("ListingRemoved", [operatorId]);
      const range = { fromBlock: `0x${startBlock.toString(16)}`, toBlock: "latest" };
      const query = { address: operatorRegistry, ...range };
      const both = [[set[0], removed[0]], set[1]];
      const answer = await pool.call({
        method: "eth_getLogs",
        params: [{ ...query, topics: both }],
      });
      return stillServed(z.array(rpcLog).parse(answer), level);
    },
  };
}

/** A key is stored as code: a STOP, and the key. */
async function keyIdAt(pool: Pool, address: bigint): Promise<Hex> {
  const account = `0x${address.toString(16).padStart(40, "0")}`;
  const code = await pool.call({ method: "eth_getCode", params: [account, "latest"] });
  return rpcHex.parse(keccak256(`0x${rpcHex.parse(code).slice(4)}`));
}

function stillServed(logs: readonly Log[], wanted?: Verification): readonly Hex[] {
  const number = wanted === undefined ? null : verificationNumber(wanted);
  const served = new Map<string, Hex>();
  for (const log of logs) {
    const parsed = operators.parseLog(log);
    if (parsed === null) continue;
    const releaseId = rpcHex.parse(parsed.args["releaseId"]);
    const level = z.bigint().parse(parsed.args["level"]);
    if (number !== null && level !== number) continue;
    const listing = `${releaseId} ${level}`;
    if (parsed.name === "ListingSet") served.set(listing, releaseId);
    else served.delete(listing);
  }
  return [...new Set(served.values())];
}

/** @throws OrchestratorError SenderNotAllowed if the sender does not act for the operator */
export async function requireSender(
  pool: Pool,
  input: { readonly operatorRegistry: Hex; readonly operatorId: bigint; readonly sender: Hex },
): Promise<void> {
  const { operatorRegistry, operatorId, sender } = input;
  const [isSender] = await view(pool, {
    to: operatorRegistry,
    contract: operators,
    method: "isSender",
    values: [operatorId, sender],
  });
  if (z.boolean().parse(isSender)) return;
  throw new OrchestratorError("SenderNotAllowed", { data: { operatorId, sender } });
}

/** What of the operator's bond new answers can lock. */
export async function freeBond(
  pool: Pool,
  input: { readonly operatorRegistry: Hex; readonly operatorId: bigint },
): Promise<bigint> {
  const [bond] = await view(pool, {
    to: input.operatorRegistry,
    contract: operators,
    method: "bondOf",
    values: [input.operatorId],
  });
  const [amount, locked] = z.tuple([z.bigint(), z.bigint()], z.unknown()).parse(bond);
  return amount - locked;
}

/** Operator who alone may answer an open optimistic request now; 0 if none may. */
export async function fallbackOf(
  pool: Pool,
  input: { readonly coordinator: Hex; readonly preimage: string },
): Promise<bigint> {
  const [operatorId] = await view(pool, {
    to: input.coordinator,
    contract: coordinators,
    method: "fallbackOf",
    values: decodePreimage(input.preimage),
  });
  return z.bigint().parse(operatorId);
}

/** Calldata that notes the present base fee. */
export function encodeNoteBaseFee(): Hex {
  return rpcHex.parse(operators.encodeFunctionData("noteBaseFee"));
}

/** Highest base fee anyone noted in the period of this chain second. */
export async function notedBaseFee(
  pool: Pool,
  input: { readonly operatorRegistry: Hex; readonly time: number },
): Promise<bigint> {
  const [fee] = await view(pool, {
    to: input.operatorRegistry,
    contract: operators,
    method: "highestBaseFee",
    values: [input.time],
  });
  return z.bigint().parse(fee);
}

/** Whether the deployment's one asset is the chain's coin. */
export async function isAssetCoin(pool: Pool, coordinator: Hex): Promise<boolean> {
  const [asset] = await view(pool, {
    to: coordinator,
    contract: coordinators,
    method: "asset",
    values: [],
  });
  return BigInt(rpcHex.parse(asset)) === 0n;
}

async function view(
  pool: Pool,
  query: {
    readonly to: Hex;
    readonly contract: Interface;
    readonly method: string;
    readonly values: readonly unknown[];
  },
): Promise<readonly unknown[]> {
  const { to, contract, method, values } = query;
  const data = contract.encodeFunctionData(method, values);
  try {
    const answer = await pool.call({ method: "eth_call", params: [{ to, data }, "latest"] });
    return contract.decodeFunctionResult(method, rpcHex.parse(answer)).toArray(true);
  } catch (error) {
    const revert = toRevert(error);
    const isUnknown =
      revert instanceof OrchestratorError && revert.data["name"] === "ReleaseUnknown";
    if (isUnknown)
      throw new OrchestratorError("ReleaseUnknown", { data: { values }, cause: revert });
    throw revert;
  }
}
