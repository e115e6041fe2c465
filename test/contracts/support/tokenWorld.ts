import type { Contract } from "ethers";

import { deployContract } from "../../../scripts/deploy/deploy.ts";
import { as, buildWorld, ETHER, ethers, send, type World } from "./world.ts";

/** The same world where the asset is a token that keeps nothing of its transfers. */
export async function deployTokenWorld(): Promise<World & { readonly token: Contract }> {
  const [owner, ...others] = await ethers.getSigners();
  if (owner === undefined) throw new Error("no accounts");
  const address = await deployContract(owner, "mocks/TestToken", [0n]);
  const token = await ethers.getContractAt("TestToken", address, owner);
  const world = await buildWorld(address, async ({ coordinator, operatorRegistry }) => {
    for (const signer of [owner, ...others.slice(0, 4)]) {
      await send(token, "mint", [signer.address, 10n * ETHER]);
      await send(as(token, signer), "approve", [coordinator, 10n * ETHER]);
      await send(as(token, signer), "approve", [operatorRegistry, 10n * ETHER]);
    }
  });
  return { ...world, token };
}
