import { expect } from "chai";
import { hexlify } from "ethers";

import { DELIVERY } from "../../sdk/protocol/terms.ts";
import { inOneBlock } from "./support/blocks.ts";
import { movedBy } from "./support/books.ts";
import {
  challenge,
  commit,
  commitmentOf,
  finalizes,
  overturn,
  overturns,
  SALT,
} from "./support/disputes.ts";
import {
  ANSWER_BOND,
  askJudged,
  CHALLENGE_BOND,
  claim,
  deployOptimistic,
  JUDGE_ID,
  openAnswer,
  untilWindowEnd,
  WRONG_OUTPUT,
  type Answered,
  type OptimisticWorld,
} from "./support/optimistic.ts";
import {
  as,
  CREDIT_GAS,
  ethers,
  GWEI,
  INPUT,
  mined,
  networkHelpers,
  OUTPUT,
  outputDigest,
  PROOF_GAS,
  proofFor,
  read,
  send,
  STATUS,
  ZK,
} from "./support/world.ts";

const REVERTS = 1n;
const BOND = { value: CHALLENGE_BOND };
const world = (): Promise<OptimisticWorld> => networkHelpers.loadFixture(deployOptimistic);

const lie = async (w: OptimisticWorld, terms: object = {}): Promise<Answered> =>
  openAnswer(w, { terms }, { output: WRONG_OUTPUT });

describe("commitOverturn", () => {
  it("is said, and said once", async () => {
    const w = await world();
    const commitment = commitmentOf(await lie(w), w.stranger);
    const commits = w.coordinator.getFunction("commitOverturn");
    await expect(commits(commitment))
      .to.emit(w.coordinator, "OverturnCommitted")
      .withArgs(commitment);
    await expect(commits(commitment))
      .to.be.revertedWithCustomError(w.coordinator, "AlreadyCommitted")
      .withArgs(commitment);
  });

  it("is for one caller, one output and one salt", async () => {
    const w = await world();
    const answered = await lie(w);
    await commit(w, answered);
    for (const [changes, caller] of [
      [{ from: w.rival }, w.rival],
      [{ salt: `0x${"11".repeat(32)}` }, w.stranger],
      [{ output: OUTPUT.map((byte) => byte ^ 1) }, w.stranger],
    ] as const) {
      await expect(overturns(w, answered, changes))
        .to.be.revertedWithCustomError(w.coordinator, "OverturnNotCommitted")
        .withArgs(commitmentOf(answered, caller, changes));
    }
    await mined(await overturns(w, answered));
  });

  it("holds from the next block on", async () => {
    const w = await world();
    const answered = await lie(w);
    const evidence = await proofFor(w, answered, { payee: BigInt(w.stranger.address) });
    const commits = as(w.coordinator, w.stranger).getFunction("commitOverturn");
    const went = await inOneBlock([
      async (place) => commits(commitmentOf(answered, w.stranger), place),
      async (place) => overturns(w, answered, { evidence, ...place }),
    ]);
    expect(went).to.deep.equal([true, false]);
    await mined(await overturns(w, answered, { evidence }));
  });
});

describe("overturn", () => {
  it("puts the proven output in place: half burned, three tenths to the payer, two to who proved", async () => {
    const w = await world();
    const answered = await lie(w, { callbackGas: 0n });
    await commit(w, answered);
    const reward = ANSWER_BOND / 5n;
    const refund = answered.assignment.escrow + (3n * ANSWER_BOND) / 10n;
    const moved = await movedBy(w, async () =>
      expect(overturns(w, answered))
        .to.emit(w.coordinator, "RequestOverturned")
        .withArgs(
          answered.requestId,
          w.operatorId,
          w.stranger.address,
          ANSWER_BOND,
          reward,
          refund,
          hexlify(OUTPUT),
        ),
    );
    expect(moved).to.deep.equal({
      bond: -ANSWER_BOND,
      locked: -ANSWER_BOND,
      burned: ANSWER_BOND / 2n,
      payer: refund,
      stranger: reward,
      held: ANSWER_BOND / 2n,
      bondsHeld: -(ANSWER_BOND / 2n),
    });
    expect(await read(w.coordinator, "requestStatus", answered.requestId)).to.equal(
      STATUS.Overturned,
    );
    expect(await read(w.coordinator, "resultDigest", answered.requestId)).to.equal(
      outputDigest(OUTPUT),
    );
    await read(w.coordinator, "checkResult", answered.requestId, OUTPUT, ZK, 0n);
  });

  for (const delivery of [DELIVERY.WhenAnswered, DELIVERY.WhenFinal]) {
    it(`calls back with the right output as final, delivery ${delivery}`, async () => {
      const w = await world();
      const answered = await lie(w, { delivery });
      const receipt = await mined(await overturn(w, answered));
      const block = await ethers.provider.getBlock(receipt.blockNumber);
      expect(await read(w.consumer, "lastOutput")).to.equal(hexlify(OUTPUT));
      expect(await read(w.consumer, "lastIsFinal")).to.equal(true);
      expect(await read(w.consumer, "lastAnsweredAt")).to.equal(block?.timestamp);
      await expect(
        send(w.coordinator, "retryCallback", [answered.request, OUTPUT, 500_000n]),
      ).to.be.revertedWithCustomError(w.coordinator, "CallbackAlreadyDelivered");
    });
  }

  it("is not stopped by a requester who reverts, and calls none who wants no callback", async () => {
    const w = await world();
    const answered = await lie(w);
    await send(w.consumer, "setMood", [REVERTS]);
    await expect(overturn(w, answered)).to.emit(w.coordinator, "CallbackFailed");
    await send(w.operators, "addBond", [w.operatorId, ANSWER_BOND, { value: ANSWER_BOND }]);
    const quiet = await lie(w, { callbackGas: 0n });
    await expect(overturn(w, quiet)).to.not.emit(w.coordinator, "CallbackFailed");
  });

  it("pays the gas of the proof from the escrow", async () => {
    const w = await world();
    const terms = { callbackGas: 0n, maxGasPrice: 10n * GWEI };
    const asked = await askJudged(w, { terms });
    const answered = await claim(w, asked, { output: WRONG_OUTPUT });
    await commit(w, answered);
    const gasFee = (PROOF_GAS + CREDIT_GAS) * 2n * GWEI;
    const { escrow } = asked.assignment;
    expect(gasFee < escrow).to.equal(true);
    const evidence = await proofFor(w, answered, { payee: BigInt(w.stranger.address) });
    const moved = await movedBy(w, async () => {
      await networkHelpers.setNextBlockBaseFeePerGas(GWEI);
      const sent = { evidence, gasPrice: 2n * GWEI, gasLimit: 2_000_000n };
      await mined(await overturns(w, answered, sent));
    });
    expect(moved["stranger"]).to.equal(ANSWER_BOND / 5n + gasFee);
    expect(moved["payer"]).to.equal(escrow - gasFee + (3n * ANSWER_BOND) / 10n);
  });

  it("pays no more gas than the escrow holds", async () => {
    const w = await world();
    const terms = { callbackGas: 0n, maxGasPrice: 10n * GWEI };
    const asked = await askJudged(w, { terms });
    const answered = await claim(w, asked, { output: WRONG_OUTPUT });
    await commit(w, answered);
    const { escrow } = asked.assignment;
    const evidence = await proofFor(w, answered, { payee: BigInt(w.stranger.address) });
    const moved = await movedBy(w, async () => {
      await networkHelpers.setNextBlockBaseFeePerGas(10n * GWEI);
      const sent = { evidence, gasPrice: 10n * GWEI, gasLimit: 2_000_000n };
      await mined(await overturns(w, answered, sent));
    });
    expect(moved["stranger"]).to.equal(ANSWER_BOND / 5n + escrow);
    expect(moved["payer"]).to.equal((3n * ANSWER_BOND) / 10n);
  });

  it("ends a challenge for good: its bond goes back, the reward is his who proved", async () => {
    const w = await world();
    const quiet = await lie(w, { callbackGas: 0n });
    const challenged = await challenge(w, quiet, { ...BOND, from: w.rival });
    await commit(w, challenged);
    const moved = await movedBy(w, async () => mined(await overturns(w, challenged)));
    expect(moved["rivalsBalance"]).to.equal(CHALLENGE_BOND);
    expect(moved["stranger"]).to.equal(ANSWER_BOND / 5n);
    expect(await read(w.coordinator, "openChallengesOf", w.operatorId)).to.equal(0n);
  });

  it("is too late at the window's end, challenged or not", async () => {
    const w = await world();
    const first = await lie(w);
    const second = await challenge(w, await lie(w), BOND);
    for (const answered of [first, second]) {
      await commit(w, answered);
      const evidence = await proofFor(w, answered, { payee: BigInt(w.stranger.address) });
      await networkHelpers.time.setNextBlockTimestamp(answered.windowEnd);
      await expect(overturns(w, answered, { evidence }))
        .to.be.revertedWithCustomError(w.coordinator, "WindowClosed")
        .withArgs(answered.requestId, answered.windowEnd);
    }
  });

  it("takes no proof of the output that stands", async () => {
    const w = await world();
    const answered = await openAnswer(w);
    await expect(overturn(w, answered))
      .to.be.revertedWithCustomError(w.coordinator, "SameOutput")
      .withArgs(answered.requestId);
  });

  it("takes no proof of another input, another length or for another payee", async () => {
    const w = await world();
    const answered = await lie(w);
    const input = INPUT.map((byte) => byte ^ 1);
    await commit(w, answered);
    await expect(overturns(w, answered, { input })).to.be.revertedWithCustomError(
      w.coordinator,
      "InputMismatch",
    );
    await expect(
      overturns(w, answered, { payee: BigInt(w.rival.address) }),
    ).to.be.revertedWithCustomError(w.verifier, "ProofInvalid");
    const [output, evidence] = [OUTPUT.slice(2), new Uint8Array(288)];
    await commit(w, answered, { output });
    await expect(overturns(w, answered, { output, evidence })).to.be.revertedWithCustomError(
      w.coordinator,
      "OutputLengthWrong",
    );
  });

  it("happens once, and to the answer as it stands", async () => {
    const w = await world();
    const answered = await lie(w);
    const record = { ...answered.record, gasFee: 1n };
    await commit(w, answered);
    await expect(overturns(w, { ...answered, record })).to.be.revertedWithCustomError(
      w.coordinator,
      "AnswerMismatch",
    );
    await mined(await overturns(w, answered));
    await expect(overturns(w, answered, { salt: SALT }))
      .to.be.revertedWithCustomError(w.coordinator, "StatusWrong")
      .withArgs(answered.requestId, STATUS.Overturned);
    await untilWindowEnd(answered);
    await expect(finalizes(w, answered)).to.be.revertedWithCustomError(
      w.coordinator,
      "StatusWrong",
    );
  });

  it("has no judge who was revoked", async () => {
    const w = await world();
    const answered = await lie(w);
    await commit(w, answered);
    await send(w.coordinator, "revokeVerifier", [JUDGE_ID]);
    await expect(overturns(w, answered))
      .to.be.revertedWithCustomError(w.coordinator, "VerifierIsRevoked")
      .withArgs(JUDGE_ID);
  });
});
