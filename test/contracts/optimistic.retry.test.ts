import { expect } from "chai";
import { hexlify } from "ethers";

import { DELIVERY } from "../../sdk/protocol/terms.ts";
import { challenge, closes, escalates, fails, finalizes, overturn } from "./support/disputes.ts";
import {
  ANSWER_BOND,
  deployOptimistic,
  JUDGE_ID,
  openAnswer,
  RETRY_SECONDS,
  untilWindowEnd,
  WINDOW_SECONDS,
  WRONG_OUTPUT,
  type Answered,
  type OptimisticWorld,
} from "./support/optimistic.ts";
import {
  as,
  CALLBACK_GAS,
  mined,
  networkHelpers,
  OUTPUT,
  outputDigest,
  proofFor,
  read,
  send,
} from "./support/world.ts";

const [ACCEPTS, REVERTS] = [0n, 1n];
/** What is counted between an answer and its final state. */
const QUARTER = 21_600n;

interface Undelivered {
  readonly w: OptimisticWorld;
  readonly answered: Answered;
}

/** An answer whose callback failed; the consumer is willing again. */
async function undelivered(output: Uint8Array = OUTPUT): Promise<Undelivered> {
  const w = await networkHelpers.loadFixture(deployOptimistic);
  await send(w.consumer, "setMood", [REVERTS]);
  const answered = await openAnswer(w, {}, { output });
  await send(w.consumer, "setMood", [ACCEPTS]);
  return { w, answered };
}

interface Retrying {
  readonly output?: Uint8Array;
  readonly callbackGas?: bigint;
}

const retriesAnswer = async (w: OptimisticWorld, answered: Answered, retrying: Retrying = {}) => {
  const { request, assignment, record } = answered;
  const values = [retrying.output ?? answered.output, retrying.callbackGas ?? CALLBACK_GAS];
  const retry = as(w.coordinator, w.stranger).getFunction("retryAnswerCallback");
  return retry(request, assignment, record, ...values);
};

const retries = async (w: OptimisticWorld, answered: Answered, output: Uint8Array) =>
  as(w.coordinator, w.stranger).getFunction("retryCallback")(
    answered.request,
    output,
    CALLBACK_GAS,
  );

describe("retryAnswerCallback", () => {
  it("delivers an answer that is not final, once", async () => {
    const { w, answered } = await undelivered();
    await expect(retriesAnswer(w, answered))
      .to.emit(w.coordinator, "CallbackDelivered")
      .withArgs(answered.requestId);
    expect(await read(w.consumer, "lastOutput")).to.equal(hexlify(OUTPUT));
    expect(await read(w.consumer, "lastAnsweredAt")).to.equal(answered.record.answeredAt);
    expect(await read(w.consumer, "lastIsFinal")).to.equal(false);
    await expect(retriesAnswer(w, answered))
      .to.be.revertedWithCustomError(w.coordinator, "CallbackAlreadyDelivered")
      .withArgs(answered.requestId);
  });

  it("is remembered when the answer becomes final", async () => {
    const { w, answered } = await undelivered();
    await mined(await retriesAnswer(w, answered));
    await untilWindowEnd(answered);
    await mined(await finalizes(w, answered));
    await expect(retries(w, answered, OUTPUT)).to.be.revertedWithCustomError(
      w.coordinator,
      "CallbackAlreadyDelivered",
    );
  });

  it("delivers while a proof is asked for, and that is remembered too", async () => {
    const { w, answered } = await undelivered();
    const challenged = await challenge(w, answered, { value: ANSWER_BOND });
    await mined(await retriesAnswer(w, challenged));
    await expect(retriesAnswer(w, challenged)).to.be.revertedWithCustomError(
      w.coordinator,
      "CallbackAlreadyDelivered",
    );
  });

  it("is refused where the callback comes when final, or not at all", async () => {
    const w = await networkHelpers.loadFixture(deployOptimistic);
    for (const terms of [{ delivery: DELIVERY.WhenFinal }, { callbackGas: 0n }]) {
      const answered = await openAnswer(w, { terms });
      await expect(retriesAnswer(w, answered))
        .to.be.revertedWithCustomError(w.coordinator, "CallbackAbsent")
        .withArgs(answered.requestId);
    }
  });

  it("is refused with another output, another record or less gas", async () => {
    const { w, answered } = await undelivered();
    await expect(retriesAnswer(w, answered, { output: WRONG_OUTPUT }))
      .to.be.revertedWithCustomError(w.coordinator, "OutputMismatch")
      .withArgs(answered.requestId, outputDigest(OUTPUT), outputDigest(WRONG_OUTPUT));
    const record = { ...answered.record, gasFee: 1n };
    await expect(retriesAnswer(w, { ...answered, record })).to.be.revertedWithCustomError(
      w.coordinator,
      "AnswerMismatch",
    );
    await expect(retriesAnswer(w, answered, { callbackGas: CALLBACK_GAS - 1n }))
      .to.be.revertedWithCustomError(w.coordinator, "CallbackGasTooLow")
      .withArgs(CALLBACK_GAS - 1n, CALLBACK_GAS);
  });

  it("changes nothing when the callback fails again", async () => {
    const { w, answered } = await undelivered();
    await send(w.consumer, "setMood", [REVERTS]);
    await expect(retriesAnswer(w, answered)).to.be.revertedWithCustomError(
      w.coordinator,
      "CallbackFailedAgain",
    );
    await send(w.consumer, "setMood", [ACCEPTS]);
    await mined(await retriesAnswer(w, answered));
  });

  it("is only the requester's after an hour", async () => {
    const { w, answered } = await undelivered();
    const until = answered.record.answeredAt + RETRY_SECONDS;
    await networkHelpers.time.setNextBlockTimestamp(until);
    await expect(retriesAnswer(w, answered))
      .to.be.revertedWithCustomError(w.coordinator, "RetryClosed")
      .withArgs(answered.requestId, until);
    const { request, assignment, record } = answered;
    const values = [request, assignment, record, OUTPUT, CALLBACK_GAS];
    const data = w.coordinator.interface.encodeFunctionData("retryAnswerCallback", values);
    await send(w.consumer, "execute", [w.addresses.coordinator, data]);
    expect(await read(w.consumer, "callbacks")).to.equal(1n);
  });
});

describe("retryCallback at Optimistic", () => {
  it("delivers an undelivered answer as final once it is", async () => {
    const { w, answered } = await undelivered();
    await expect(retries(w, answered, OUTPUT)).to.be.revertedWithCustomError(
      w.coordinator,
      "StatusWrong",
    );
    await untilWindowEnd(answered);
    await mined(await finalizes(w, answered));
    await mined(await retries(w, answered, OUTPUT));
    expect(await read(w.consumer, "lastIsFinal")).to.equal(true);
    expect(await read(w.consumer, "lastAnsweredAt")).to.equal(answered.record.answeredAt);
  });

  it("is anyone's for an hour after it became final, to the quarter of a day after the answer", async () => {
    const { w, answered } = await undelivered();
    const { answeredAt } = answered.record;
    // However late it is made final: here on the third day.
    for (const [finalAt, until] of [
      [answered.windowEnd, answeredAt + QUARTER + RETRY_SECONDS],
      [answeredAt + 9n * QUARTER, answeredAt + 9n * QUARTER + RETRY_SECONDS],
      [answeredAt + 9n * QUARTER + 1n, answeredAt + 10n * QUARTER + RETRY_SECONDS],
    ] as const) {
      const snapshot = await networkHelpers.takeSnapshot();
      await networkHelpers.time.setNextBlockTimestamp(finalAt);
      await mined(await finalizes(w, answered));
      await networkHelpers.time.setNextBlockTimestamp(until);
      await expect(retries(w, answered, OUTPUT))
        .to.be.revertedWithCustomError(w.coordinator, "RetryClosed")
        .withArgs(answered.requestId, until);
      await snapshot.restore();
      expect(finalAt < until - RETRY_SECONDS + 1n).to.equal(true);
    }
  });

  it("is anyone's after a long challenge too, and tells the time of the answer", async () => {
    const { w, answered } = await undelivered();
    await networkHelpers.time.setNextBlockTimestamp(answered.windowEnd - 1n);
    const challenged = await challenge(w, answered, { value: ANSWER_BOND });
    const evidence = await proofFor(w, challenged);
    const last = challenged.windowEnd - 1n;
    expect(last > answered.record.answeredAt + WINDOW_SECONDS).to.equal(true);
    await networkHelpers.time.setNextBlockTimestamp(last);
    await mined(await escalates(w, challenged, { evidence }));
    await networkHelpers.time.setNextBlockTimestamp(last + RETRY_SECONDS - 1n);
    await mined(await retries(w, answered, OUTPUT));
    expect(await read(w.consumer, "lastAnsweredAt")).to.equal(answered.record.answeredAt);
  });

  it("delivers the right output of an overturned answer, and no other", async () => {
    const { w, answered } = await undelivered(WRONG_OUTPUT);
    await send(w.consumer, "setMood", [REVERTS]);
    await expect(overturn(w, answered)).to.emit(w.coordinator, "CallbackFailed");
    await send(w.consumer, "setMood", [ACCEPTS]);
    await expect(retries(w, answered, WRONG_OUTPUT)).to.be.revertedWithCustomError(
      w.coordinator,
      "OutputMismatch",
    );
    await mined(await retries(w, answered, OUTPUT));
    expect(await read(w.consumer, "lastOutput")).to.equal(hexlify(OUTPUT));
    expect(await read(w.consumer, "lastIsFinal")).to.equal(true);
  });
});

describe("retryVoidedCallback", () => {
  /** An answer that fell, or whose judge was revoked, while its consumer did not listen. */
  async function unheard(end: "closeChallenge" | "failAnswered"): Promise<Undelivered> {
    const w = await networkHelpers.loadFixture(deployOptimistic);
    const open = await openAnswer(w);
    let answered = open;
    if (end === "closeChallenge") {
      answered = await challenge(w, open, { value: ANSWER_BOND });
      await untilWindowEnd(answered);
    } else await send(w.coordinator, "revokeVerifier", [JUDGE_ID]);
    await send(w.consumer, "setMood", [REVERTS]);
    const ends = end === "closeChallenge" ? closes : fails;
    await expect(ends(w, answered)).to.emit(w.coordinator, "CallbackFailed");
    await send(w.consumer, "setMood", [ACCEPTS]);
    return { w, answered };
  }

  const tells = async (w: OptimisticWorld, answered: Answered, callbackGas = CALLBACK_GAS) =>
    as(w.coordinator, w.stranger).getFunction("retryVoidedCallback")(answered.request, callbackGas);

  for (const end of ["closeChallenge", "failAnswered"] as const) {
    it(`tells a consumer who did not hear of ${end}, once`, async () => {
      const { w, answered } = await unheard(end);
      await expect(tells(w, answered))
        .to.emit(w.coordinator, "CallbackDelivered")
        .withArgs(answered.requestId);
      expect(await read(w.consumer, "lastVoidedId")).to.equal(answered.requestId);
      await expect(tells(w, answered))
        .to.be.revertedWithCustomError(w.coordinator, "CallbackAlreadyDelivered")
        .withArgs(answered.requestId);
    });

    it(`is only the requester's an hour after ${end}`, async () => {
      const { w, answered } = await unheard(end);
      const [ended] = await w.coordinator.queryFilter("CallbackFailed", -4);
      const block = await ended?.getBlock();
      const until = BigInt(block?.timestamp ?? 0) + RETRY_SECONDS;
      await networkHelpers.time.setNextBlockTimestamp(until);
      await expect(tells(w, answered))
        .to.be.revertedWithCustomError(w.coordinator, "RetryClosed")
        .withArgs(answered.requestId, until);
      const values = [answered.request, CALLBACK_GAS];
      const data = w.coordinator.interface.encodeFunctionData("retryVoidedCallback", values);
      await send(w.consumer, "execute", [w.addresses.coordinator, data]);
      expect(await read(w.consumer, "lastVoidedId")).to.equal(answered.requestId);
    });
  }

  it("changes nothing when it fails again, and takes no less gas", async () => {
    const { w, answered } = await unheard("closeChallenge");
    await expect(tells(w, answered, CALLBACK_GAS - 1n))
      .to.be.revertedWithCustomError(w.coordinator, "CallbackGasTooLow")
      .withArgs(CALLBACK_GAS - 1n, CALLBACK_GAS);
    await send(w.consumer, "setMood", [REVERTS]);
    await expect(tells(w, answered)).to.be.revertedWithCustomError(
      w.coordinator,
      "CallbackFailedAgain",
    );
    await send(w.consumer, "setMood", [ACCEPTS]);
    await mined(await tells(w, answered));
  });

  it("is refused to who was told, who has an output, and who never had an answer", async () => {
    const w = await networkHelpers.loadFixture(deployOptimistic);
    const absent = async (answered: Answered): Promise<void> => {
      await expect(tells(w, answered))
        .to.be.revertedWithCustomError(w.coordinator, "CallbackAbsent")
        .withArgs(answered.requestId);
    };
    const wrong = await openAnswer(w, {}, { output: WRONG_OUTPUT });
    await absent(wrong);
    await mined(await overturn(w, wrong));
    await absent(wrong);
    await send(w.operators, "addBond", [w.operatorId, ANSWER_BOND, { value: ANSWER_BOND }]);
    const unseen = await openAnswer(w, { terms: { delivery: DELIVERY.WhenFinal } });
    const told = await challenge(w, await openAnswer(w), { value: ANSWER_BOND });
    await untilWindowEnd(told);
    await mined(await closes(w, told));
    await expect(tells(w, told)).to.be.revertedWithCustomError(
      w.coordinator,
      "CallbackAlreadyDelivered",
    );
    await send(w.coordinator, "revokeVerifier", [JUDGE_ID]);
    await mined(await fails(w, unseen));
    await absent(unseen);
  });

  it("remembers who was told of a revoked judge", async () => {
    const w = await networkHelpers.loadFixture(deployOptimistic);
    const answered = await openAnswer(w);
    await send(w.coordinator, "revokeVerifier", [JUDGE_ID]);
    await mined(await fails(w, answered));
    await expect(tells(w, answered)).to.be.revertedWithCustomError(
      w.coordinator,
      "CallbackAlreadyDelivered",
    );
  });
});
