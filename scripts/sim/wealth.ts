import { verificationNumber } from "../../sdk/protocol/verification.ts";
import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import type { World } from "./world.ts";

/** Longer than bonds take to leave (deployment profile). */
const UNBONDING_SECONDS = 31 * 86_400 + 1;
const LEVELS = [verificationNumber("Optimistic"), verificationNumber("Zk")] as const;

/** An operator as the registry knows him. */
interface Bonded {
  readonly account: Hex;
  readonly id: bigint;
}

/** All that accounts and operators own together, in wei: coins, balances, earnings, bonds. */
export async function wealthOf(
  world: World,
  accounts: readonly Hex[],
  operators: readonly Bonded[],
): Promise<bigint> {
  let wealth = 0n;
  for (const account of accounts) {
    wealth += await world.chain.balanceOf(account);
    wealth += await world.coordinatorNumber("balanceOf", [account]);
  }
  for (const { id } of operators) {
    wealth += await world.coordinatorNumber("earningsOf", [id]);
    const { staying, leaving } = await world.bondOf(id);
    wealth += staying + leaving;
  }
  return wealth;
}

/** Everybody takes out everything, bonds too; what is left in the contracts is nobody's. */
export async function cashOut(world: World, operators: readonly Bonded[]): Promise<void> {
  for (const account of world.chain.accounts) {
    const balance = await world.coordinatorNumber("balanceOf", [account]);
    if (balance > 0n) world.ask(account, "withdraw", [account, balance]);
  }
  for (const { account, id } of operators) {
    const earnings = await world.coordinatorNumber("earningsOf", [id]);
    if (earnings > 0n) world.ask(account, "withdrawEarnings", [id, account, earnings]);
    for (const level of LEVELS) {
      // Reverts for who lost his place, at the price of its gas.
      world.register(account, "stopServing", [id, world.releaseId, level]);
    }
    const { staying } = await world.bondOf(id);
    if (staying > 0n) world.register(account, "startUnbonding", [id, staying]);
  }
  await world.step();
  world.chain.wait(UNBONDING_SECONDS);
  for (const { account, id } of operators) {
    world.register(account, "withdrawBond", [id, account]);
  }
  await world.step();
}
