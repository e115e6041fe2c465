import { expect } from "chai";

import { movedBy } from "./support/books.ts";
import { challenge, closes, overturn } from "./support/disputes.ts";
import {
  ANSWER_BOND,
  ANSWER_PRICE,
  CHALLENGE_BOND,
  openAnswer,
  untilWindowEnd,
  WRONG_OUTPUT,
} from "./support/optimistic.ts";
import {
  deployKeepingScene,
  deployPlainScene,
  withChallenger,
  type TokenScene as Scene,
} from "./support/optimisticTokens.ts";
import { buildTokenWorld } from "./support/tokenWorld.ts";
import {
  answer,
  as,
  ask,
  deployWorld,
  ETHER,
  mined,
  networkHelpers,
  PRIMARY_WINDOW_SECONDS,
  read,
  send,
  STATUS,
} from "./support/world.ts";

/** Nine tenths of each transfer: more than what is burned can make up for. */
const deployGreedy = async (): Promise<Scene> =>
  withChallenger(await buildTokenWorld(9_000n, ETHER / 20n));

const HALF = ANSWER_BOND / 2n;
/** Nothing leaves the registry: half is burned, half is owed. */
const SLASHED = { bond: -ANSWER_BOND, locked: -ANSWER_BOND, burned: HALF };

const pause = (w: Scene): Promise<unknown> => send(w.token, "setPaused", [true]);
const resume = (w: Scene): Promise<unknown> => send(w.token, "setPaused", [false]);
const owed = (w: Scene): Promise<bigint> => read(w.operators, "owed");

/** A wrong answer was overturned while the token was paused. */
async function overturned(w: Scene): Promise<void> {
  const answered = await openAnswer(w, {}, { output: WRONG_OUTPUT });
  await pause(w);
  await mined(await overturn(w, answered));
  await resume(w);
}

describe("while the token is paused", () => {
  const scene = (): Promise<Scene> => networkHelpers.loadFixture(deployPlainScene);

  it("a wrong answer falls all the same, and everybody is credited what is his", async () => {
    const w = await scene();
    const answered = await openAnswer(w, {}, { output: WRONG_OUTPUT });
    await pause(w);
    const moved = await movedBy(w, async () => {
      await expect(await overturn(w, answered))
        .to.emit(w.operators, "PaymentOwed")
        .withArgs(w.operatorId, HALF);
    });
    expect(moved).to.deep.equal({
      ...SLASHED,
      payer: ANSWER_PRICE + (3n * ANSWER_BOND) / 10n,
      stranger: ANSWER_BOND / 5n,
    });
    expect(await owed(w)).to.equal(HALF);
    const { requestId } = answered;
    expect(await read(w.coordinator, "requestStatus", requestId)).to.equal(STATUS.Overturned);
  });

  it("so does one that no proof came for", async () => {
    const w = await scene();
    const challenged = await challenge(w, await openAnswer(w));
    await untilWindowEnd(challenged);
    await pause(w);
    expect(await movedBy(w, async () => mined(await closes(w, challenged)))).to.deep.equal({
      ...SLASHED,
      payer: ANSWER_PRICE + (3n * ANSWER_BOND) / 10n,
      stranger: ANSWER_BOND / 5n + CHALLENGE_BOND,
    });
  });

  it("who answers for a late operator is paid, and gets his part of the penalty", async () => {
    const w = await scene();
    const asked = await ask(w);
    await networkHelpers.time.increase(PRIMARY_WINDOW_SECONDS);
    await pause(w);
    await answer(w, asked, { payee: w.rivalId });
    const part = asked.assignment.latePenalty / 2n;
    expect(part > 0n).to.equal(true);
    const { price } = asked.assignment;
    expect(await read(w.coordinator, "earningsOf", w.rivalId)).to.equal(price + part);
    expect(await owed(w)).to.equal(part);
  });

  it("nothing that is owed can be sent, and nobody withdraws", async () => {
    const w = await scene();
    await overturned(w);
    await pause(w);
    await expect(send(w.operators, "forwardOwed", []))
      .to.be.revertedWithCustomError(w.operators, "OwedNotSent")
      .withArgs(HALF);
    const { address } = w.stranger;
    await expect(
      send(as(w.coordinator, w.stranger), "withdraw", [address, 1n]),
    ).to.be.revertedWithCustomError(w.token, "Paused");
  });
});

describe("forwardOwed", () => {
  it("sends the coordinator what it is owed, called by anyone", async () => {
    const w = await networkHelpers.loadFixture(deployPlainScene);
    await overturned(w);
    const moved = await movedBy(w, async () => {
      await expect(as(w.operators, w.stranger).getFunction("forwardOwed")())
        .to.emit(w.operators, "OwedForwarded")
        .withArgs(HALF, HALF);
    });
    expect(moved).to.deep.equal({ held: HALF, bondsHeld: -HALF });
    expect(await owed(w)).to.equal(0n);
  });

  it("has nothing to send where nothing is owed: never, where the asset is coins", async () => {
    for (const w of [await networkHelpers.loadFixture(deployPlainScene), await deployWorld()]) {
      await expect(send(w.operators, "forwardOwed", [])).to.be.revertedWithCustomError(
        w.operators,
        "NothingOwed",
      );
    }
  });

  it("makes up from what was burned for what a token keeps, until all is there", async () => {
    const w = await networkHelpers.loadFixture(deployKeepingScene);
    await overturned(w);
    const kept = HALF / 10n;
    expect(await movedBy(w, async () => send(w.operators, "forwardOwed", []))).to.deep.equal({
      burned: -kept,
      held: HALF - kept,
      bondsHeld: -HALF,
    });
    expect(await owed(w)).to.equal(kept);
    for (let rest = kept; rest > 0n; rest = await owed(w)) {
      await send(w.operators, "forwardOwed", []);
    }
    const burned: bigint = await read(w.operators, "burned");
    expect(HALF - burned).to.equal(HALF / 9n);
    const { coordinator, consumer } = w;
    const withdrawal = async (account: string): Promise<string> => {
      const all: bigint = await read(coordinator, "balanceOf", account);
      return coordinator.interface.encodeFunctionData("withdraw", [w.owner.address, all]);
    };
    const data = await withdrawal(await consumer.getAddress());
    await send(consumer, "execute", [w.addresses.coordinator, data]);
    const rest = await withdrawal(w.stranger.address);
    await mined(await w.stranger.sendTransaction({ to: w.addresses.coordinator, data: rest }));
    expect(await read(w.token, "balanceOf", w.addresses.coordinator)).to.equal(0n);
  });

  it("waits rather than lets a token keep what nothing makes up for", async () => {
    const w = await networkHelpers.loadFixture(deployGreedy);
    await overturned(w);
    await send(w.operators, "forwardOwed", []);
    const [left, burned]: readonly bigint[] = [await owed(w), await read(w.operators, "burned")];
    expect([left, burned]).to.deep.equal([(9n * HALF) / 10n, HALF / 10n]);
    await expect(send(w.operators, "forwardOwed", []))
      .to.be.revertedWithCustomError(w.operators, "BurnedTooLow")
      .withArgs(burned, (81n * HALF) / 100n);
  });
});
