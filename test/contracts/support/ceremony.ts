import { Contract, keccak256, toUtf8Bytes, type BaseWallet } from "ethers";

import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { ceremonyBookAbi } from "../../../sdk/protocol/abi/ceremonyBook.ts";
import {
  contributionTypedData,
  type CeremonyPlace,
  type Contribution,
} from "../../../sdk/protocol/ceremony.ts";
import { verifyingKeyId } from "../../../sdk/protocol/verifyingKey.ts";
import { networkHelpers, proverOf, send, type World } from "./world.ts";

export const RECOGNITION_DELAY = 3_600;

type Signing = Pick<BaseWallet, "address" | "signTypedData">;

export function bookOf(world: World): Contract {
  return new Contract(world.addresses.ceremonyBook, ceremonyBookAbi, world.owner);
}

export function placeOf(world: World): CeremonyPlace {
  return { chainId: 31_337n, book: world.addresses.ceremonyBook as Hex };
}

/** The key of the world's first release. */
export async function keyIdOf(): Promise<Hex> {
  const { verifyingKey } = await proverOf("sixWords");
  return `0x${Buffer.from(verifyingKeyId(verifyingKey)).toString("hex")}`;
}

export const hashNamed = (name: string): Hex => keccak256(toUtf8Bytes(name)) as Hex;

export async function signs(
  signer: Signing,
  place: CeremonyPlace,
  contribution: Contribution,
): Promise<string> {
  const { domain, types, message } = contributionTypedData(place, contribution);
  const mutable = { Contribution: [...types.Contribution] };
  return signer.signTypedData(domain, mutable, message);
}

/** Proposes contributors and waits until they are recognised. */
export async function recognise(world: World, contributors: readonly string[]): Promise<void> {
  const book = bookOf(world);
  for (const contributor of contributors) await send(book, "proposeContributor", [contributor]);
  await networkHelpers.time.increase(RECOGNITION_DELAY);
}

/** Has recognised accounts sign for the key, each for a contribution of his own. */
export async function contribute(
  world: World,
  keyId: Hex,
  contributors: readonly Signing[],
): Promise<void> {
  for (const contributor of contributors) {
    const contribution = { keyId, contributionHash: hashNamed(contributor.address) };
    const signature = await signs(contributor, placeOf(world), contribution);
    const { contributionHash } = contribution;
    const values = [keyId, contributor.address, contributionHash, signature];
    await send(bookOf(world), "recordContribution", values);
  }
}
