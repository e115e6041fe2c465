import { readFile } from "node:fs/promises";
import { Contract, JsonRpcProvider, Wallet } from "ethers";

import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { modelRegistryAbi } from "../../sdk/protocol/abi/modelRegistry.ts";
import { publishRelease, type ZkRelease } from "./publishRelease.ts";

/**
 * Publishes a release on a running chain.
 * @param parameters.keyFile holds the publisher's private key, hexadecimal
 * @param parameters.modelRegistry address of the deployment's ModelRegistry
 * @throws Error if the key is none, the chain does not answer, or a contract refuses
 */
export async function publishFromKeyFile(parameters: {
  readonly rpcUrl: string;
  readonly keyFile: string;
  readonly modelRegistry: string;
  readonly name: string;
  readonly version: string;
  readonly release: ZkRelease;
}): Promise<{ readonly modelId: Hex; readonly releaseId: Hex }> {
  const { rpcUrl, keyFile, modelRegistry, name, version, release } = parameters;
  const key = (await readFile(keyFile, "utf8")).trim();
  const provider = new JsonRpcProvider(rpcUrl, undefined, { cacheTimeout: -1 });
  try {
    const registry = new Contract(modelRegistry, modelRegistryAbi, provider);
    const zkVerifier: string = await registry.getFunction("zkVerifier")();
    return await publishRelease({
      signer: new Wallet(key, provider),
      addresses: { modelRegistry, zkVerifier },
      name,
      version,
      release,
    });
  } finally {
    provider.destroy();
  }
}
