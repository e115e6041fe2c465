import { expect } from "chai";

import { movedBy } from "./support/books.ts";
import { challenge, fails } from "./support/disputes.ts";
import {
  ANSWER_BOND,
  askJudged,
  CHALLENGE_BOND,
  deployOptimistic,
  JUDGE_ID,
  openAnswer,
  untilWindowEnd,
  type OptimisticWorld,
} from "./support/optimistic.ts";
import { mined, networkHelpers, read, send, STATUS } from "./support/world.ts";

const BOND = { value: CHALLENGE_BOND };
const world = (): Promise<OptimisticWorld> => networkHelpers.loadFixture(deployOptimistic);

const revoke = async (w: OptimisticWorld): Promise<unknown> =>
  send(w.coordinator, "revokeVerifier", [JUDGE_ID]);

describe("failAnswered", () => {
  it("gives everybody back what was theirs", async () => {
    const w = await world();
    const answered = await openAnswer(w);
    await revoke(w);
    const { escrow } = answered.assignment;
    const moved = await movedBy(w, async () =>
      expect(fails(w, answered))
        .to.emit(w.coordinator, "RequestFailed")
        .withArgs(answered.requestId, JUDGE_ID, escrow),
    );
    expect(moved).to.deep.equal({ payer: escrow, locked: -ANSWER_BOND });
    expect(await read(w.coordinator, "requestStatus", answered.requestId)).to.equal(STATUS.Failed);
    expect(BigInt(await read(w.coordinator, "resultDigest", answered.requestId))).to.equal(0n);
  });

  for (const [delivery, told] of [
    [0n, "tells"],
    [1n, "does not bother"],
  ] as const) {
    it(`${told} a consumer who chose delivery ${delivery}`, async () => {
      const w = await world();
      const answered = await openAnswer(w, { terms: { delivery } });
      await revoke(w);
      await mined(await fails(w, answered));
      expect(BigInt(await read(w.consumer, "lastVoidedId"))).to.equal(
        delivery === 0n ? BigInt(answered.requestId) : 0n,
      );
    });
  }

  it("voids a challenge: its bond goes back, also after the proof's deadline", async () => {
    const w = await world();
    const challenged = await challenge(w, await openAnswer(w), BOND);
    await untilWindowEnd(challenged);
    await revoke(w);
    const moved = await movedBy(w, async () => mined(await fails(w, challenged)));
    expect(moved).to.deep.equal({
      payer: challenged.assignment.escrow,
      stranger: CHALLENGE_BOND,
      locked: -ANSWER_BOND,
    });
    expect(await read(w.coordinator, "openChallengesOf", w.operatorId)).to.equal(0n);
  });

  it("is refused while the judge stands, and once that of level Zk alone is revoked", async () => {
    const w = await world();
    const answered = await openAnswer(w);
    for (const verifierId of [undefined, 1n]) {
      if (verifierId !== undefined) await send(w.coordinator, "revokeVerifier", [verifierId]);
      await expect(fails(w, answered))
        .to.be.revertedWithCustomError(w.coordinator, "VerifierNotRevoked")
        .withArgs(JUDGE_ID);
    }
  });

  it("happens once, to answers as they stand", async () => {
    const w = await world();
    const answered = await openAnswer(w);
    const open = await askJudged(w);
    await revoke(w);
    const record = { ...answered.record, payee: w.rivalId };
    await expect(fails(w, { ...answered, record })).to.be.revertedWithCustomError(
      w.coordinator,
      "AnswerMismatch",
    );
    await expect(fails(w, { ...answered, ...open })).to.be.revertedWithCustomError(
      w.coordinator,
      "StatusWrong",
    );
    await mined(await fails(w, answered));
    await expect(fails(w, answered))
      .to.be.revertedWithCustomError(w.coordinator, "StatusWrong")
      .withArgs(answered.requestId, STATUS.Failed);
  });
});
