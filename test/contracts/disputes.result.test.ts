import { expect } from "chai";

import { bookOf, contribute, keyIdOf, recognise } from "./support/ceremony.ts";
import { challenge, closes, escalates, finalizes, overturn } from "./support/disputes.ts";
import {
  askJudged,
  CHALLENGE_BOND,
  claim,
  deployOptimistic,
  openAnswer,
  untilWindowEnd,
  WRONG_OUTPUT,
  type OptimisticWorld,
} from "./support/optimistic.ts";
import {
  ethers,
  mined,
  networkHelpers,
  OPTIMISTIC,
  OUTPUT,
  outputDigest,
  read,
  send,
  STATUS,
  ZK,
} from "./support/world.ts";

const BOND = { value: CHALLENGE_BOND };
const TEE = 1n;
const world = (): Promise<OptimisticWorld> => networkHelpers.loadFixture(deployOptimistic);

/** A world where two contributors signed for the key of both releases. */
async function deployGraded(): Promise<OptimisticWorld> {
  const w = await deployOptimistic();
  const signers = (await ethers.getSigners()).slice(5, 7);
  await recognise(
    w,
    signers.map(({ address }) => address),
  );
  await contribute(w, await keyIdOf(), signers);
  await send(w.models, "refreshGrade", [w.judgedId]);
  return w;
}
const graded = (): Promise<OptimisticWorld> => networkHelpers.loadFixture(deployGraded);

interface Question {
  readonly output?: Uint8Array;
  readonly level?: bigint;
  readonly grade?: bigint;
}

const checks = async (
  w: OptimisticWorld,
  { requestId }: { readonly requestId: string },
  { output = OUTPUT, level = OPTIMISTIC, grade = 0n }: Question = {},
): Promise<unknown> => read(w.coordinator, "checkResult", requestId, output, level, grade);

const digestOf = async (w: OptimisticWorld, { requestId }: { readonly requestId: string }) =>
  read(w.coordinator, "resultDigest", requestId);

describe("result of an optimistic request", () => {
  it("is none while it is open, answered or challenged", async () => {
    const w = await world();
    const asked = await askJudged(w);
    const expectNone = async (status: bigint): Promise<void> => {
      await expect(checks(w, asked))
        .to.be.revertedWithCustomError(w.coordinator, "StatusWrong")
        .withArgs(asked.requestId, status);
      expect(BigInt(await digestOf(w, asked))).to.equal(0n);
      expect(await read(w.coordinator, "requestStatus", asked.requestId)).to.equal(status);
    };
    await expectNone(STATUS.Open);
    const answered = await claim(w, asked);
    await expectNone(STATUS.Answered);
    await challenge(w, answered, BOND);
    await expectNone(STATUS.Challenged);
  });

  it("is worth its bond and no grade when nobody disputed it", async () => {
    const w = await graded();
    const answered = await openAnswer(w);
    expect(answered.assignment.grade).to.equal(2n);
    await untilWindowEnd(answered);
    await mined(await finalizes(w, answered));
    await checks(w, answered);
    expect(await digestOf(w, answered)).to.equal(outputDigest(OUTPUT));
    await expect(checks(w, answered, { level: TEE }))
      .to.be.revertedWithCustomError(w.coordinator, "LevelTooLow")
      .withArgs(answered.requestId, OPTIMISTIC, TEE);
    await expect(checks(w, answered, { grade: 1n }))
      .to.be.revertedWithCustomError(w.coordinator, "GradeTooLow")
      .withArgs(0n, 1n);
    await expect(checks(w, answered, { output: WRONG_OUTPUT }))
      .to.be.revertedWithCustomError(w.coordinator, "OutputMismatch")
      .withArgs(answered.requestId, outputDigest(OUTPUT), outputDigest(WRONG_OUTPUT));
  });

  it("is worth a proof by a key of its grade once escalated", async () => {
    const w = await graded();
    const answered = await openAnswer(w);
    await mined(await escalates(w, answered));
    await checks(w, answered, { level: ZK, grade: 2n });
    await expect(checks(w, answered, { level: ZK, grade: 3n }))
      .to.be.revertedWithCustomError(w.coordinator, "GradeTooLow")
      .withArgs(2n, 3n);
  });

  it("is the proven output once overturned, not the answer's", async () => {
    const w = await graded();
    const answered = await openAnswer(w, {}, { output: WRONG_OUTPUT });
    await mined(await overturn(w, answered));
    await checks(w, answered, { level: ZK, grade: 2n });
    expect(await digestOf(w, answered)).to.equal(outputDigest(OUTPUT));
    await expect(checks(w, answered, { output: WRONG_OUTPUT })).to.be.revertedWithCustomError(
      w.coordinator,
      "OutputMismatch",
    );
  });

  it("is none where the answer fell without a proof", async () => {
    const w = await world();
    const challenged = await challenge(w, await openAnswer(w), BOND);
    await untilWindowEnd(challenged);
    await mined(await closes(w, challenged));
    expect(BigInt(await digestOf(w, challenged))).to.equal(0n);
    await expect(checks(w, challenged)).to.be.revertedWithCustomError(w.coordinator, "StatusWrong");
  });

  it("keeps the grade its key had when it was asked, whoever is revoked later", async () => {
    const w = await graded();
    const answered = await openAnswer(w, { terms: { minGrade: 2n } });
    const [contributor] = (await ethers.getSigners()).slice(5);
    await send(bookOf(w), "revokeContributor", [contributor?.address]);
    await mined(await escalates(w, answered));
    await checks(w, answered, { level: ZK, grade: 2n });
  });
});
