import { withOptimism, type OptimisticWorld } from "./optimistic.ts";
import { deployFeeTokenWorld, deployTokenWorld, type TokenWorld } from "./tokenWorld.ts";
import { as, ETHER, send } from "./world.ts";

export type TokenScene = OptimisticWorld<TokenWorld>;

/** The optimistic level in a token; the stranger can pay for challenges. */
export async function withChallenger(world: TokenWorld): Promise<TokenScene> {
  const w = await withOptimism(world);
  await send(as(w.coordinator, w.stranger), "deposit", [w.stranger.address, ETHER]);
  return w;
}

export const deployPlainScene = async (): Promise<TokenScene> =>
  withChallenger(await deployTokenWorld());

/** The token keeps a part of each transfer. */
export const deployKeepingScene = async (): Promise<TokenScene> =>
  withChallenger(await deployFeeTokenWorld());
