import { expect } from "chai";
import { hexlify } from "ethers";

import { DELIVERY } from "../../sdk/protocol/terms.ts";
import { challenge, finalizes, overturn } from "./support/disputes.ts";
import {
  ANSWER_BOND,
  deployOptimistic,
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
  read,
  send,
} from "./support/world.ts";

const [ACCEPTS, REVERTS] = [0n, 1n];

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

  it("is anyone's for an hour after the window", async () => {
    const { w, answered } = await undelivered();
    await untilWindowEnd(answered);
    await mined(await finalizes(w, answered));
    const until = answered.record.answeredAt + WINDOW_SECONDS + RETRY_SECONDS;
    await networkHelpers.time.setNextBlockTimestamp(until);
    await expect(retries(w, answered, OUTPUT))
      .to.be.revertedWithCustomError(w.coordinator, "RetryClosed")
      .withArgs(answered.requestId, until);
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
