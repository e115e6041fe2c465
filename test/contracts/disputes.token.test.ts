import { expect } from "chai";

import { movedBy, type Books } from "./support/books.ts";
import { challenge, closes, escalates, fails, finalizes, overturn } from "./support/disputes.ts";
import {
  ANSWER_BOND,
  ANSWER_PRICE,
  askJudged,
  CHALLENGE_BOND,
  claim,
  JUDGE_ID,
  openAnswer,
  untilWindowEnd,
  WRONG_OUTPUT,
  type Answered,
} from "./support/optimistic.ts";
import {
  deployKeepingScene,
  deployPlainScene,
  type TokenScene as Scene,
} from "./support/optimisticTokens.ts";
import { as, mined, networkHelpers, read, send } from "./support/world.ts";

const HALF = ANSWER_BOND / 2n;
const SLASHED = { bond: -ANSWER_BOND, locked: -ANSWER_BOND, burned: HALF, bondsHeld: -HALF };

describe("money of the optimistic level in a token", () => {
  const scene = (): Promise<Scene> => networkHelpers.loadFixture(deployPlainScene);
  const movedIn = async (w: Scene, answered: Answered, end: End): Promise<Books> =>
    movedBy(w, async () => mined(await end(w, answered)));
  type End = (w: Scene, answered: Answered) => ReturnType<typeof finalizes>;

  it("is locked and freed in the registry, where no token moves", async () => {
    const w = await scene();
    const asked = await askJudged(w);
    expect(await movedBy(w, async () => claim(w, asked))).to.deep.equal({ locked: ANSWER_BOND });
  });

  it("goes to the operator when the answer becomes final", async () => {
    const w = await scene();
    const answered = await openAnswer(w, { releaseId: w.royalJudgedId });
    await untilWindowEnd(answered);
    expect(await movedIn(w, answered, finalizes)).to.deep.equal({
      operator: ANSWER_PRICE,
      publisher: ANSWER_PRICE / 20n,
      locked: -ANSWER_BOND,
    });
  });

  it("goes to the operator with the challenger's bond when a proof comes", async () => {
    const w = await scene();
    const challenged = await challenge(w, await openAnswer(w));
    expect(await movedIn(w, challenged, escalates)).to.deep.equal({
      operator: ANSWER_PRICE + CHALLENGE_BOND,
      locked: -ANSWER_BOND,
    });
  });

  it("is split when none comes", async () => {
    const w = await scene();
    const challenged = await challenge(w, await openAnswer(w));
    await untilWindowEnd(challenged);
    expect(await movedIn(w, challenged, closes)).to.deep.equal({
      ...SLASHED,
      payer: ANSWER_PRICE + (3n * ANSWER_BOND) / 10n,
      stranger: ANSWER_BOND / 5n + CHALLENGE_BOND,
      held: HALF,
    });
  });

  it("is split when the answer was wrong; gas has no price in a token", async () => {
    const w = await scene();
    const answered = await openAnswer(w, {}, { output: WRONG_OUTPUT });
    expect(await movedIn(w, answered, overturn)).to.deep.equal({
      ...SLASHED,
      payer: ANSWER_PRICE + (3n * ANSWER_BOND) / 10n,
      stranger: ANSWER_BOND / 5n,
      held: HALF,
    });
  });

  it("goes back when the judge is revoked", async () => {
    const w = await scene();
    const challenged = await challenge(w, await openAnswer(w));
    await send(w.coordinator, "revokeVerifier", [JUDGE_ID]);
    expect(await movedIn(w, challenged, fails)).to.deep.equal({
      payer: ANSWER_PRICE,
      stranger: CHALLENGE_BOND,
      locked: -ANSWER_BOND,
    });
  });
});

describe("a token that keeps a tenth of each transfer", () => {
  const scene = (): Promise<Scene> => networkHelpers.loadFixture(deployKeepingScene);
  /** What of half the bond arrives at the coordinator. */
  const ARRIVED = HALF - HALF / 10n;

  it("leaves less of a slashed bond to share, and nobody is credited what did not arrive", async () => {
    for (const isProven of [true, false]) {
      const w = await scene();
      const answered = await openAnswer(w, {}, { output: WRONG_OUTPUT });
      const disputed = isProven ? answered : await challenge(w, answered);
      if (!isProven) await untilWindowEnd(disputed);
      const moved = await movedBy(w, async () =>
        mined(isProven ? await overturn(w, disputed) : await closes(w, disputed)),
      );
      const reward = (2n * ARRIVED) / 5n;
      expect(moved).to.deep.equal({
        ...SLASHED,
        payer: ANSWER_PRICE + ARRIVED - reward,
        stranger: reward + (isProven ? 0n : CHALLENGE_BOND),
        held: ARRIVED,
      });
    }
  });

  it("lets everybody withdraw all that he has", async () => {
    const w = await scene();
    const answered = await openAnswer(w, {}, { output: WRONG_OUTPUT });
    await mined(await overturn(w, answered));
    const last = await openAnswer(w);
    await untilWindowEnd(last);
    await mined(await finalizes(w, last));
    const { coordinator, consumer } = w;
    const payer = await consumer.getAddress();
    const all: bigint = await read(coordinator, "balanceOf", payer);
    const data = coordinator.interface.encodeFunctionData("withdraw", [w.owner.address, all]);
    await send(consumer, "execute", [w.addresses.coordinator, data]);
    const strangers: bigint = await read(coordinator, "balanceOf", w.stranger.address);
    await send(as(coordinator, w.stranger), "withdraw", [w.stranger.address, strangers]);
    const earned: bigint = await read(coordinator, "earningsOf", w.operatorId);
    const values = [w.operatorId, w.operator.address, earned];
    await send(as(coordinator, w.operator), "withdrawEarnings", values);
    expect(await read(w.token, "balanceOf", w.addresses.coordinator)).to.equal(0n);
  });
});
