import { Contract, ZeroHash, hexlify, type Signer } from "ethers";

import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { keyStoreAbi } from "../../sdk/protocol/abi/keyStore.ts";
import { modelRegistryAbi } from "../../sdk/protocol/abi/modelRegistry.ts";
import { JUDGE, modelId, releaseId, type Release } from "../../sdk/protocol/releaseId.ts";
import { levelBits, type Verification } from "../../sdk/protocol/verification.ts";
import {
  encodeVerifyingKey,
  verifyingKeyId,
  type VerifyingKey,
} from "../../sdk/protocol/verifyingKey.ts";
import type { AssayAddresses } from "./deploy.ts";

/** The parts of a release with a verifying key that differ between models. */
export interface ZkRelease {
  /** sha-256 of the manifest. */
  readonly manifestDigest: Hex;
  /** Bytes of input and output. */
  readonly inputLength: number;
  readonly outputLength: number;
  readonly units: { readonly compute: number; readonly proof: number; readonly byte: number };
  /** Publisher's share on top of the price, in 1/10,000. */
  readonly royaltyBps?: bigint;
  readonly primaryWindowSeconds: bigint;
  readonly verifyingKey: VerifyingKey;
  /** What it can be asked at; by default Zk alone. At Optimistic the key judges. */
  readonly levels?: readonly Verification[];
  /** Least bond behind an optimistic answer, a short amount (`isShortAmount`); by default the least the
   * registry allows. */
  readonly minBond?: bigint;
  /** Least grade the key needs to judge, 0 to 255; by default 0. */
  readonly minGrade?: bigint;
}

/** The release as `publishRelease` of the contract takes it; no bond is none, here. */
export function zkRelease(release: ZkRelease): Release {
  const levels = release.levels ?? ["Zk"];
  return {
    manifestDigest: release.manifestDigest,
    inputLength: BigInt(release.inputLength),
    outputLength: BigInt(release.outputLength),
    inputPayload: 0n,
    outputPayload: 0n,
    computeUnits: BigInt(release.units.compute),
    proofUnits: BigInt(release.units.proof),
    byteUnits: BigInt(release.units.byte),
    royaltyBps: release.royaltyBps ?? 0n,
    primaryWindowSeconds: release.primaryWindowSeconds,
    levels: levelBits(levels),
    keyId: hexlify(verifyingKeyId(release.verifyingKey)) as Hex,
    judge: levels.includes("Optimistic") ? JUDGE.ZkKey : JUDGE.None,
    minBond: release.minBond ?? 0n,
    minGrade: release.minGrade ?? 0n,
    measurements: ZeroHash as Hex,
  };
}

/**
 * Registers the verifying key, the signer's model of that name if it is new, and the release; or the
 * release of a model that the signer took over.
 * @param parameters.modelId Of a model that was handed over; its name plays no part then.
 * @returns The ids the contracts gave them.
 */
export async function publishRelease(parameters: {
  readonly signer: Signer;
  readonly addresses: Pick<AssayAddresses, "modelRegistry" | "keyStore">;
  readonly name: string;
  readonly version: string;
  readonly release: ZkRelease;
  readonly modelId?: Hex;
}): Promise<{ readonly modelId: Hex; readonly releaseId: Hex }> {
  const { signer, addresses, name, version } = parameters;
  const keyStore = new Contract(addresses.keyStore, keyStoreAbi, signer);
  const registry = new Contract(addresses.modelRegistry, modelRegistryAbi, signer);
  await mined(keyStore, "registerKey", encodeVerifyingKey(parameters.release.verifyingKey));

  const network = await signer.provider?.getNetwork();
  if (network === undefined) throw new Error("The signer has no provider; connect it to a chain");
  const place = { chainId: network.chainId, registry: addresses.modelRegistry as Hex };
  const publisher = (await signer.getAddress()) as Hex;
  const own = modelId({ ...place, publisher, name });
  const model = parameters.modelId ?? own;
  if (model === own && !(await isRegistered(registry, own))) {
    await mined(registry, "registerModel", name);
  }

  const release = zkRelease(await withBond(parameters.release, registry));
  await mined(registry, "publishRelease", model, version, release);
  return { modelId: model, releaseId: releaseId({ ...place, modelId: model, version, release }) };
}

async function isRegistered(registry: Contract, model: Hex): Promise<boolean> {
  const topics = registry.filters["ModelRegistered"]?.(model);
  return topics !== undefined && (await registry.queryFilter(topics)).length > 0;
}

/** An optimistic release for which no bond was chosen gets the least one. */
async function withBond(release: ZkRelease, registry: Contract): Promise<ZkRelease> {
  const isOptimistic = release.levels?.includes("Optimistic") ?? false;
  if (!isOptimistic || release.minBond !== undefined) return release;
  const minBond: bigint = await registry.getFunction("leastAnswerBond")();
  return { ...release, minBond };
}

async function mined(contract: Contract, method: string, ...parameters: readonly unknown[]) {
  const transaction = await contract.getFunction(method)(...parameters);
  await transaction.wait();
}
