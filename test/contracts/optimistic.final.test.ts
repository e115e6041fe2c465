import { expect } from "chai";
import { hexlify } from "ethers";

import { DELIVERY } from "../../sdk/protocol/terms.ts";
import { movedBy } from "./support/books.ts";
import { challenge, finalizes } from "./support/disputes.ts";
import {
  ANSWER_BOND,
  ANSWER_GAS,
  ANSWER_PRICE,
  askJudged,
  claim,
  deployOptimistic,
  FINALIZE_GAS,
  GAS_PER_BYTE,
  GAS_PER_FINAL_BYTE,
  JUDGE_ID,
  openAnswer,
  untilWindowEnd,
  withOptimism,
  type Answered,
  type OptimisticWorld,
} from "./support/optimistic.ts";
import {
  buildWorld,
  CREDIT_GAS,
  ethers,
  GWEI,
  mined,
  networkHelpers,
  OPTIMISTIC,
  OUTPUT,
  outputDigest,
  read,
  send,
  STATUS,
} from "./support/world.ts";

const REVERTS = 1n;
const WHEN_FINAL = { delivery: DELIVERY.WhenFinal };
const world = (): Promise<OptimisticWorld> => networkHelpers.loadFixture(deployOptimistic);

/** A world where the protocol takes 2.5 % for its owner. */
async function deployWithFee(): Promise<OptimisticWorld> {
  const [owner] = await ethers.getSigners();
  if (owner === undefined) throw new Error("no accounts");
  const profile = { protocolFeeBps: 250n, feeReceiver: owner.address };
  return withOptimism(await buildWorld({ profile }));
}

/** An answer whose window is over. */
async function due(w: OptimisticWorld, terms: object = {}): Promise<Answered> {
  const answered = await openAnswer(w, { terms });
  await untilWindowEnd(answered);
  return answered;
}

const finalize = async (w: OptimisticWorld, answered: Answered, output?: Uint8Array) =>
  mined(await finalizes(w, answered, output === undefined ? {} : { output }));

describe("finalize", () => {
  it("pays the price, frees the bond and says so", async () => {
    const w = await world();
    const answered = await due(w);
    const moved = await movedBy(w, async () =>
      expect(finalizes(w, answered))
        .to.emit(w.coordinator, "RequestFinalized")
        .withArgs(answered.requestId, w.operatorId, OPTIMISTIC, ANSWER_PRICE, 0n, true),
    );
    expect(moved).to.deep.equal({ operator: ANSWER_PRICE, locked: -ANSWER_BOND });
    expect(await read(w.coordinator, "requestStatus", answered.requestId)).to.equal(
      STATUS.Finalized,
    );
    expect(await read(w.coordinator, "resultDigest", answered.requestId)).to.equal(
      outputDigest(OUTPUT),
    );
  });

  for (const [delivery, bytesAtTheEnd] of [
    [DELIVERY.WhenAnswered, 0n],
    [DELIVERY.WhenFinal, 20n],
  ] as const) {
    it(`splits the escrow to the wei, delivery ${delivery}`, async () => {
      const w = await networkHelpers.loadFixture(deployWithFee);
      const terms = { callbackGas: 0n, maxGasPrice: 10n * GWEI, delivery };
      const asked = await askJudged(w, { releaseId: w.royalJudgedId, terms });
      await networkHelpers.setNextBlockBaseFeePerGas(5n * GWEI);
      const answered = await claim(w, asked, { gasPrice: 6n * GWEI, gasLimit: 300_000n });
      await untilWindowEnd(answered);
      const moved = await movedBy(w, async () => {
        await networkHelpers.setNextBlockBaseFeePerGas(7n * GWEI);
        const step = { output: OUTPUT, gasPrice: 8n * GWEI, gasLimit: 300_000n };
        await mined(await finalizes(w, answered, step));
      });
      const gasFee =
        (ANSWER_GAS + GAS_PER_BYTE * 20n) * 6n * GWEI +
        (FINALIZE_GAS + GAS_PER_FINAL_BYTE * bytesAtTheEnd + 3n * CREDIT_GAS) * 8n * GWEI;
      const royalty = ANSWER_PRICE / 20n;
      const protocolFee = ANSWER_PRICE / 40n;
      const { escrow } = asked.assignment;
      expect(escrow).to.equal(
        ANSWER_PRICE +
          royalty +
          protocolFee +
          (ANSWER_GAS + GAS_PER_BYTE * 20n) * 10n * GWEI +
          (FINALIZE_GAS + GAS_PER_FINAL_BYTE * bytesAtTheEnd + 2n * CREDIT_GAS) * 10n * GWEI,
      );
      expect(moved).to.deep.equal({
        operator: ANSWER_PRICE + gasFee,
        publisher: royalty,
        owner: protocolFee,
        payer: escrow - ANSWER_PRICE - gasFee - royalty - protocolFee,
        locked: -ANSWER_BOND,
      });
    });
  }

  it("waits for the end of the window, to the second", async () => {
    const w = await world();
    const answered = await openAnswer(w);
    await networkHelpers.time.setNextBlockTimestamp(answered.windowEnd - 1n);
    await expect(finalizes(w, answered))
      .to.be.revertedWithCustomError(w.coordinator, "WindowOpen")
      .withArgs(answered.requestId, answered.windowEnd);
    await networkHelpers.time.setNextBlockTimestamp(answered.windowEnd);
    await finalize(w, answered);
  });

  it("takes the record of the answer and no other", async () => {
    const w = await world();
    const answered = await due(w);
    const { record } = answered;
    const changes: readonly Partial<typeof record>[] = [
      { payee: w.rivalId },
      { gasFee: 1n },
      { answeredAt: record.answeredAt - 1n },
    ];
    for (const change of changes) {
      await expect(finalizes(w, { ...answered, record: { ...record, ...change } }))
        .to.be.revertedWithCustomError(w.coordinator, "AnswerMismatch")
        .withArgs(answered.requestId);
    }
    const assignment = { ...answered.assignment, payer: w.rival.address as `0x${string}` };
    await expect(finalizes(w, { ...answered, assignment })).to.be.revertedWithCustomError(
      w.coordinator,
      "AnswerMismatch",
    );
  });

  it("happens once, and to answers only", async () => {
    const w = await world();
    const answered = await due(w);
    const open = await askJudged(w);
    await expect(finalizes(w, { ...answered, ...open }))
      .to.be.revertedWithCustomError(w.coordinator, "StatusWrong")
      .withArgs(open.requestId, STATUS.Open);
    await finalize(w, answered);
    await expect(finalizes(w, answered))
      .to.be.revertedWithCustomError(w.coordinator, "StatusWrong")
      .withArgs(answered.requestId, STATUS.Finalized);
  });

  it("is refused while a proof is asked for", async () => {
    const w = await world();
    const challenged = await challenge(w, await openAnswer(w), { value: ANSWER_BOND });
    await untilWindowEnd(challenged);
    await expect(finalizes(w, challenged))
      .to.be.revertedWithCustomError(w.coordinator, "StatusWrong")
      .withArgs(challenged.requestId, STATUS.Challenged);
  });

  it("is refused once the judge is revoked", async () => {
    const w = await world();
    const answered = await due(w);
    await send(w.coordinator, "revokeVerifier", [JUDGE_ID]);
    await expect(finalizes(w, answered))
      .to.be.revertedWithCustomError(w.coordinator, "VerifierIsRevoked")
      .withArgs(JUDGE_ID);
  });

  it("goes on while new requests are stopped", async () => {
    const w = await world();
    const answered = await due(w);
    await send(w.coordinator, "stopRequests", []);
    await finalize(w, answered);
  });
});

describe("delivery when final", () => {
  it("comes with finalize, once, and says that it is final", async () => {
    const w = await world();
    const answered = await due(w, WHEN_FINAL);
    await finalize(w, answered, OUTPUT);
    expect(await read(w.consumer, "callbacks")).to.equal(1n);
    expect(await read(w.consumer, "lastOutput")).to.equal(hexlify(OUTPUT));
    expect(await read(w.consumer, "lastAnsweredAt")).to.equal(answered.record.answeredAt);
    expect(await read(w.consumer, "lastIsFinal")).to.equal(true);
  });

  it("needs the output that was answered", async () => {
    const w = await world();
    const answered = await due(w, WHEN_FINAL);
    const given = outputDigest(new Uint8Array());
    await expect(finalizes(w, answered))
      .to.be.revertedWithCustomError(w.coordinator, "OutputMismatch")
      .withArgs(answered.requestId, outputDigest(OUTPUT), given);
  });

  it("may fail, and is given again by retryCallback", async () => {
    const w = await world();
    const answered = await due(w, WHEN_FINAL);
    await send(w.consumer, "setMood", [REVERTS]);
    await expect(finalizes(w, answered, { output: OUTPUT }))
      .to.emit(w.coordinator, "RequestFinalized")
      .withArgs(answered.requestId, w.operatorId, OPTIMISTIC, ANSWER_PRICE, 0n, false);
    await send(w.consumer, "setMood", [0n]);
    await send(w.coordinator, "retryCallback", [answered.request, OUTPUT, 500_000n]);
    expect(await read(w.consumer, "lastIsFinal")).to.equal(true);
  });

  it("sees its result, though nothing is paid yet", async () => {
    const w = await world();
    const answered = await due(w, WHEN_FINAL);
    const values = [answered.requestId, OUTPUT, OPTIMISTIC, 0n];
    const data = w.coordinator.interface.encodeFunctionData("checkResult", values);
    await send(w.consumer, "setCall", [w.addresses.coordinator, data]);
    await finalize(w, answered, OUTPUT);
    expect(await read(w.consumer, "callSucceeded")).to.equal(true);
  });
});

describe("delivery when answered", () => {
  it("is not repeated when the answer becomes final, whatever output is handed in", async () => {
    const w = await world();
    const answered = await due(w);
    await finalize(w, answered, Uint8Array.of(1));
    expect(await read(w.consumer, "callbacks")).to.equal(1n);
    expect(await read(w.consumer, "lastIsFinal")).to.equal(false);
    await expect(
      send(w.coordinator, "retryCallback", [answered.request, OUTPUT, 500_000n]),
    ).to.be.revertedWithCustomError(w.coordinator, "CallbackAlreadyDelivered");
  });
});
