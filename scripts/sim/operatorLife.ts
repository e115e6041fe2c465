import { verificationNumber } from "../../sdk/protocol/verification.ts";
import { ECONOMY } from "./economy.ts";
import type { Operator } from "./people.ts";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

const LEVELS = [verificationNumber("Optimistic"), verificationNumber("Zk")] as const;
/** The bond that one answer may lock is the most a listing can say. */
const LIMITS = {
  minGasPrice: 0n,
  maxCallbackGas: 2_500_000n,
  maxInputLength: 24_576n,
  maxBond: 792n * 10n ** 26n,
};
/** Prices move by up to this much around the average, in hundredths. */
const PRICE_SPREAD = 30;

/** Whom the registry gets to know. */
type Enrolling = Pick<Operator, "account" | "id">;

/** Operators enter the registry with bond, and serve at both levels. */
export async function enrol<Someone extends Enrolling>(
  world: World,
  operators: readonly Someone[],
  terms: {
    readonly priceFactor: () => number;
    /** In wei. */
    readonly bondOf: (operator: Someone) => bigint;
  },
): Promise<void> {
  for (const operator of operators) {
    const { account, id } = operator;
    const bond = terms.bondOf(operator);
    world.register(account, "registerOperator", []);
    world.register(account, "addBond", [id, bond], bond);
    world.register(account, "addSender", [id, account]);
    offer(world, operator, terms.priceFactor());
  }
  await world.step();
}

/** A new price from half of the operators, which for those who had left a list is also a way back. */
export async function moveMarket(
  world: World,
  operators: readonly Operator[],
  random: Random,
): Promise<void> {
  for (const operator of operators) {
    const { staying } = await world.bondOf(operator.id);
    const missing = ECONOMY.operatorBond - staying;
    // Half gone: who wants to go on puts up what he lost.
    if (2n * missing > ECONOMY.operatorBond)
      world.register(operator.account, "addBond", [operator.id, missing], missing);
    if (random.chance(0.5)) offer(world, operator, priceFactorOf(random));
  }
  await world.step();
}

/** Between 0.7 and 1.3. */
export function priceFactorOf(random: Random): number {
  return (100 - PRICE_SPREAD + random.below(2 * PRICE_SPREAD + 1)) / 100;
}

function offer(world: World, { account, id }: Enrolling, factor: number): void {
  const times = (price: bigint): bigint => (price * BigInt(Math.round(factor * 100))) / 100n;
  world.register(account, "setPrices", [
    id,
    {
      computePrice: times(ECONOMY.computePrice),
      proofPrice: times(ECONOMY.proofPrice),
      bytePrice: times(ECONOMY.bytePrice),
    },
  ]);
  for (const level of LEVELS) {
    world.register(account, "startServing", [id, world.releaseId, level, LIMITS]);
  }
}
