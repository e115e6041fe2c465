import { Interface } from "ethers";

import { ceremonyBookAbi } from "../../sdk/protocol/abi/ceremonyBook.ts";
import { inferenceCoordinatorAbi } from "../../sdk/protocol/abi/inferenceCoordinator.ts";
import { keyStoreAbi } from "../../sdk/protocol/abi/keyStore.ts";
import { modelRegistryAbi } from "../../sdk/protocol/abi/modelRegistry.ts";
import { operatorRegistryAbi } from "../../sdk/protocol/abi/operatorRegistry.ts";
import { zkVerifierAbi } from "../../sdk/protocol/abi/zkVerifier.ts";
import { OrchestratorError } from "../domain/errors.ts";

const interfaces = [
  inferenceCoordinatorAbi,
  operatorRegistryAbi,
  modelRegistryAbi,
  keyStoreAbi,
  zkVerifierAbi,
  ceremonyBookAbi,
].map((abi) => new Interface(abi));

/** Turns the refusal of an `eth_call` or `eth_estimateGas` into ContractReverted, if it was one. */
export function toRevert(error: unknown): unknown {
  if (!(error instanceof OrchestratorError) || error.code !== "RpcRefused") return error;
  const { rpcCode, rpcMessage, rpcData } = error.data;
  const data = findRevertData(rpcData);
  const isRevert = data !== null || rpcCode === 3 || String(rpcMessage).includes("revert");
  if (!isRevert) return error;
  return new OrchestratorError("ContractReverted", {
    data: decodeRevert(data ?? "0x"),
    cause: error,
  });
}

/** Name and arguments of a custom error; `name` is "unknown" for data no interface declares. */
export function decodeRevert(data: string): {
  readonly name: string;
  readonly values: readonly string[];
} {
  for (const each of interfaces) {
    const parsed = parse(each, data);
    if (parsed !== null) {
      const values: readonly unknown[] = parsed.args.toArray();
      return { name: parsed.name, values: values.map(String) };
    }
  }
  return { name: "unknown", values: [data] };
}

function parse(each: Interface, data: string) {
  try {
    return each.parseError(data);
  } catch {
    // Data shorter than a selector, or arguments that do not decode: not one of ours.
    return null;
  }
}

/** Servers put the data into `data` or nest it one level deeper. */
function findRevertData(value: unknown): string | null {
  if (typeof value === "string") {
    const [found] = /0x[0-9a-fA-F]*/.exec(value) ?? [];
    return found ?? null;
  }
  if (typeof value === "object" && value !== null && "data" in value) {
    return findRevertData(value.data);
  }
  return null;
}
