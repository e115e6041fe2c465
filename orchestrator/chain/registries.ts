import { Interface } from "ethers";
import { z } from "zod";

import { modelRegistryAbi } from "../../sdk/protocol/abi/modelRegistry.ts";
import { operatorRegistryAbi } from "../../sdk/protocol/abi/operatorRegistry.ts";
import { cidOfDigest } from "../../sdk/protocol/cid.ts";
import { OrchestratorError } from "../domain/errors.ts";
import type { ReleaseRegistry } from "../domain/nodePorts.ts";
import type { Hex } from "../domain/ports.ts";
import { toRevert } from "./revert.ts";
import type { RpcPool } from "./rpcPool.ts";
import { rpcHex } from "./rpcSchemas.ts";

type Pool = Pick<RpcPool, "call">;

const models = new Interface(modelRegistryAbi);
const operators = new Interface(operatorRegistryAbi);

/** Releases as the ModelRegistry names them. */
export function rpcReleaseRegistry(pool: Pool, modelRegistry: Hex): ReleaseRegistry {
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
  };
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
    return contract.decodeFunctionResult(method, rpcHex.parse(answer)).toArray();
  } catch (error) {
    const revert = toRevert(error);
    const isUnknown =
      revert instanceof OrchestratorError && revert.data["name"] === "ReleaseUnknown";
    if (isUnknown)
      throw new OrchestratorError("ReleaseUnknown", { data: { values }, cause: revert });
    throw revert;
  }
}
