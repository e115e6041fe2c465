import type { Contract } from "ethers";

import { deployContract, type AssayAddresses } from "../../../scripts/deploy/deploy.ts";
import { as, buildWorld, ETHER, ethers, send, type World } from "./world.ts";

export type TokenWorld = World & { readonly token: Contract };

/** The same world where the asset is a token that keeps nothing of its transfers. */
export const deployTokenWorld = (): Promise<TokenWorld> => buildTokenWorld(0n);

/** Of a tenth that the token keeps, half the bonds are left to be enough. */
export const deployFeeTokenWorld = (): Promise<TokenWorld> => buildTokenWorld(1_000n, ETHER / 2n);

/**
 * @param feeBps What the token keeps of each transfer, in 1/10,000.
 * @param minBond Less than what arrives of an ether.
 */
export async function buildTokenWorld(feeBps: bigint, minBond = ETHER): Promise<TokenWorld> {
  const [owner, ...others] = await ethers.getSigners();
  if (owner === undefined) throw new Error("no accounts");
  const address = await deployContract(owner, "mocks/TestToken", [feeBps]);
  const token = await ethers.getContractAt("TestToken", address, owner);
  const prepare = async ({ coordinator, operatorRegistry }: AssayAddresses): Promise<void> => {
    for (const signer of [owner, ...others.slice(0, 4)]) {
      await send(token, "mint", [signer.address, 10n * ETHER]);
      await send(as(token, signer), "approve", [coordinator, 10n * ETHER]);
      await send(as(token, signer), "approve", [operatorRegistry, 10n * ETHER]);
    }
  };
  const profile = { asset: address, minBond };
  return { ...(await buildWorld({ profile, prepare })), token };
}
