import { Contract } from "ethers";

import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { ceremonyBookAbi } from "../../sdk/protocol/abi/ceremonyBook.ts";
import { keyStoreAbi } from "../../sdk/protocol/abi/keyStore.ts";
import type { Deployment } from "../account/deployment.ts";
import { view } from "../account/transact.ts";

type Registry = Pick<Deployment, "modelRegistry" | "provider">;

/**
 * keccak256(alpha, beta, gamma) that keys need here; null: any will do, for development.
 * @throws ContractRefusal; AccountError ChainRefused
 */
export async function pinnedSetupOf({ modelRegistry, provider }: Registry): Promise<Hex | null> {
  const address = String(await view(modelRegistry, "keyStore"));
  const keyStore = new Contract(address, keyStoreAbi, provider);
  const pinned = String(await view(keyStore, "pinnedSetup"));
  return BigInt(pinned) === 0n ? null : (pinned as Hex);
}

/**
 * A key's grade and the least the registry asks for.
 * @throws ContractRefusal; AccountError ChainRefused
 */
export async function leastGradeOf(
  { modelRegistry, provider }: Registry,
  keyId: Hex,
): Promise<{ readonly grade: bigint; readonly least: bigint }> {
  const address = String(await view(modelRegistry, "ceremonyBook"));
  const book = new Contract(address, ceremonyBookAbi, provider);
  const grade = BigInt(String(await view(book, "gradeOf", [keyId])));
  return { grade, least: BigInt(String(await view(modelRegistry, "leastKeyGrade"))) };
}
