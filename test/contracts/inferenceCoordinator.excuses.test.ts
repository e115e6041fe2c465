import { expect } from "chai";

import { isExcused } from "../../orchestrator/domain/worth.ts";
import { Excuses } from "../../orchestrator/services/excuses.ts";
import { agreement, block, journaledRequest } from "../orchestrator/support/builders.ts";
import {
  answer,
  ask,
  deployWorld,
  GWEI,
  networkHelpers,
  PRIMARY_WINDOW_SECONDS,
  read,
  type Asked,
  type World,
} from "./support/world.ts";

const PERIOD = 21_600;
const WINDOW = Number(PRIMARY_WINDOW_SECONDS);
const { time } = networkHelpers;

/** A chain whose next block is the first of a period of base fees. */
async function worldAtPeriod(): Promise<{ readonly w: World; readonly start: number }> {
  const w = await networkHelpers.loadFixture(deployWorld);
  const start = (Math.floor((await time.latest()) / PERIOD) + 1) * PERIOD;
  return { w, start };
}

async function askAt(w: World, second: number): Promise<Asked> {
  await networkHelpers.setNextBlockBaseFeePerGas(GWEI / 2n);
  await time.setNextBlockTimestamp(second);
  return ask(w, { terms: { maxGasPrice: GWEI, deadline: BigInt(second + 3 * PERIOD) } });
}

async function noteAt(w: World, second: number, baseFee: bigint): Promise<void> {
  await time.setNextBlockTimestamp(second);
  await networkHelpers.setNextBlockBaseFeePerGas(baseFee);
  // Estimates are made at a base fee of zero.
  await (await w.operators.getFunction("noteBaseFee")({ gasLimit: 100_000n })).wait();
}

/** What a node that could answer in the late operator's place foresees. */
async function isForeseen(w: World, asked: Asked, second: number): Promise<boolean> {
  const { assignedAt, primaryUntil, latePenalty } = asked.assignment;
  const row = journaledRequest(1, {
    operatorId: w.operatorId,
    primaryUntil: Number(primaryUntil),
    deadline: second + 1,
    agreement: agreement({ assignedAt: Number(assignedAt), latePenalty, maxGasPrice: GWEI }),
  });
  const excuses = new Excuses({
    journal: { unfinishedRequests: () => [row] },
    notedBaseFee: (at) => read(w.operators, "highestBaseFee", at),
    operator: { operatorId: w.rivalId, fallback: true },
  });
  await excuses.refresh({ ...block(1), timestamp: second });
  const market = { baseFee: GWEI / 2n, tip: 0n, isCoin: true };
  return isExcused(row, { market, ...excuses.current() });
}

/** Whether the late operator was excused, once the rival has answered; as the node foresaw. */
async function isExcusedAt(w: World, asked: Asked, second: number): Promise<boolean> {
  const foreseen = await isForeseen(w, asked, second);
  await time.setNextBlockTimestamp(second);
  await networkHelpers.setNextBlockBaseFeePerGas(GWEI / 2n);
  await answer(w, asked, { payee: w.rivalId });
  const late = await w.coordinator.queryFilter("OperatorLate", "latest");
  expect(foreseen).to.equal(late.length === 0);
  return foreseen;
}

describe("an operator who is late, after a base fee was noted", () => {
  it("is excused by one of the period he was assigned in, from before", async () => {
    const { w, start } = await worldAtPeriod();
    await noteAt(w, start, 2n * GWEI);
    const asked = await askAt(w, start + PERIOD - WINDOW - 1);
    expect(await isExcusedAt(w, asked, start + PERIOD)).to.equal(true);
  });

  it("is excused by one of the period his window ends in, from after", async () => {
    const { w, start } = await worldAtPeriod();
    const asked = await askAt(w, start + PERIOD - WINDOW);
    await noteAt(w, start + 2 * PERIOD - 1, 2n * GWEI);
    expect(await isExcusedAt(w, asked, start + 2 * PERIOD)).to.equal(true);
  });

  it("is not excused by one of another period, nor by what the requester pays for", async () => {
    const { w, start } = await worldAtPeriod();
    await noteAt(w, start - 1, 2n * GWEI);
    const asked = await askAt(w, start);
    await noteAt(w, start + WINDOW, GWEI);
    await noteAt(w, start + PERIOD, 2n * GWEI);
    expect(await isExcusedAt(w, asked, start + PERIOD + 1)).to.equal(false);
  });
});
