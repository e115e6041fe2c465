import { AbstractSigner } from "ethers";

import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import type { Deployment } from "../account/deployment.ts";
import { toAccountError, view } from "../account/transact.ts";
import type { NamedRelease } from "../demo/localNetwork.ts";
import { publishRelease } from "./publishRelease.ts";

/**
 * Registers a release on a deployment that was opened with its publisher's key.
 * @param named.modelId of a model that the publisher took over; none: his own of that name
 * @throws ContractRefusal; AccountError FundsMissing, ChainRefused
 */
export async function publishOn(
  { modelRegistry }: Deployment,
  named: NamedRelease & { readonly modelId?: Hex },
): Promise<{ readonly modelId: Hex; readonly releaseId: Hex }> {
  const signer = modelRegistry.runner;
  if (!(signer instanceof AbstractSigner)) {
    throw new TypeError("publishing needs a deployment opened with a key");
  }
  const keyStore = String(await view(modelRegistry, "keyStore"));
  const addresses = { modelRegistry: await modelRegistry.getAddress(), keyStore };
  try {
    return await publishRelease({ signer, addresses, ...named });
  } catch (error) {
    throw toAccountError(error);
  }
}
