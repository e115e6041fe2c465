import type { Contract } from "ethers";

import { as, ETHER, ethers, networkHelpers, type World } from "./world.ts";

/** The registry of operators as the coordinator calls it. */
export async function asCoordinator(world: World): Promise<Contract> {
  const { coordinator } = world.addresses;
  await networkHelpers.setBalance(coordinator, 10n * ETHER);
  return as(world.operators, await ethers.getImpersonatedSigner(coordinator));
}
