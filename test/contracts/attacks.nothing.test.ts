import { expect } from "chai";

import { movedBy, type Books } from "./support/books.ts";
import { challenge, closes, escalates, fails, finalizes, overturn } from "./support/disputes.ts";
import {
  askJudged,
  deployOptimistic,
  JUDGE_ID,
  openAnswer,
  serve,
  untilWindowEnd,
  withOptimism,
  WRONG_OUTPUT,
  type Answered,
  type OptimisticWorld,
} from "./support/optimistic.ts";
import { buildWorld, GWEI, mined, networkHelpers, read, send, STATUS } from "./support/world.ts";

const FREE = { prices: { computePrice: 0n, proofPrice: 0n, bytePrice: 0n } };

/** The least for which a challenge costs anything; no deployment takes less. */
const LEAST_BOND = 4n;
const HALF = LEAST_BOND / 2n;

/** Answers cost nothing and lock next to nothing here: no deployment should be so. */
async function deployForNothing(): Promise<OptimisticWorld> {
  const profile = { leastAnswerBond: LEAST_BOND };
  const w = await withOptimism(await buildWorld({ profile }));
  await serve(w, w.operator, FREE);
  return w;
}
const world = (): Promise<OptimisticWorld> => networkHelpers.loadFixture(deployForNothing);

const UNLOCKED: Books = { locked: -LEAST_BOND };
/** Of so little the challenger's fifth is nothing. */
const SLASHED: Books = {
  bond: -LEAST_BOND,
  locked: -LEAST_BOND,
  burned: HALF,
  payer: HALF,
  held: HALF,
  bondsHeld: -HALF,
};

describe("a request that costs nothing, answered on next to no bond", () => {
  const ends: readonly (readonly [
    string,
    bigint,
    (w: OptimisticWorld, answered: Answered) => Promise<unknown>,
    Books,
  ])[] = [
    [
      "finalize",
      STATUS.Finalized,
      async (w, answered) => {
        await untilWindowEnd(answered);
        return mined(await finalizes(w, answered));
      },
      UNLOCKED,
    ],
    [
      "escalate",
      STATUS.Finalized,
      async (w, answered) => mined(await escalates(w, answered)),
      UNLOCKED,
    ],
    [
      "overturn",
      STATUS.Overturned,
      async (w, answered) => mined(await overturn(w, answered, { output: WRONG_OUTPUT })),
      SLASHED,
    ],
    [
      "closeChallenge",
      STATUS.Overturned,
      async (w, answered) => {
        const challenged = await challenge(w, answered, { value: 1n });
        await untilWindowEnd(challenged);
        return mined(await closes(w, challenged));
      },
      { ...SLASHED, stranger: 1n, held: HALF + 1n },
    ],
    [
      "failAnswered",
      STATUS.Failed,
      async (w, answered) => {
        await send(w.coordinator, "revokeVerifier", [JUDGE_ID]);
        return mined(await fails(w, answered));
      },
      UNLOCKED,
    ],
  ];
  for (const [name, status, end, expected] of ends) {
    it(`ends by ${name}, and nothing moves but what was locked`, async () => {
      const w = await world();
      const answered = await openAnswer(w, { terms: { maxFee: 0n } });
      expect(answered.assignment.escrow).to.equal(0n);
      expect(answered.assignment.bond).to.equal(LEAST_BOND);
      expect(await movedBy(w, async () => end(w, answered))).to.deep.equal(expected);
      expect(await read(w.coordinator, "requestStatus", answered.requestId)).to.equal(status);
    });
  }

  it("expires, and costs who calls his gas", async () => {
    const w = await world();
    const { request, assignment } = await askJudged(w, { terms: { maxFee: 0n } });
    await networkHelpers.time.increaseTo(request.terms.deadline);
    const moved = await movedBy(w, async () =>
      send(w.coordinator, "expire", [request, assignment]),
    );
    expect(moved).to.deep.equal({});
  });

  it("pays who expires it from its escrow, and the payer the rest", async () => {
    const w = await world();
    const terms = { maxGasPrice: GWEI, callbackGas: 0n };
    const { request, assignment } = await askJudged(w, { terms });
    await networkHelpers.time.increaseTo(request.terms.deadline);
    const moved = await movedBy(w, async () => {
      await networkHelpers.setNextBlockBaseFeePerGas(GWEI);
      const overrides = { gasPrice: 2n * GWEI, gasLimit: 500_000n };
      await send(w.coordinator, "expire", [request, assignment, overrides]);
    });
    const [reward, refund] = [moved["owner"] ?? 0n, moved["payer"] ?? 0n];
    expect(reward > 0n && reward + refund === assignment.escrow).to.equal(true);
  });
});

describe("an escrow that is smaller than the gas of its expiry", () => {
  it("is his who calls, with what he is paid of the penalty; the payer gets nothing back", async () => {
    const w = await networkHelpers.loadFixture(deployOptimistic);
    const terms = { maxGasPrice: 10n * GWEI, callbackGas: 0n };
    const { request, assignment } = await askJudged(w, { terms });
    await networkHelpers.time.increaseTo(request.terms.deadline);
    const { escrow, latePenalty } = assignment;
    const moved = await movedBy(w, async () => {
      await networkHelpers.setNextBlockBaseFeePerGas(10n * GWEI);
      const overrides = { gasPrice: 20n * GWEI, gasLimit: 500_000n };
      await send(w.coordinator, "expire", [request, assignment, overrides]);
    });
    expect(latePenalty > 0n).to.equal(true);
    expect(moved).to.deep.equal({
      owner: escrow + latePenalty,
      bond: -latePenalty,
      held: latePenalty,
      bondsHeld: -latePenalty,
    });
  });
});
