import { expect } from "chai";
import { hexlify, keccak256 } from "ethers";

import { FIELD_ORDER } from "../../sdk/protocol/field.ts";
import {
  answer,
  answers,
  as,
  ask,
  CREDIT_GAS,
  deployWorld,
  ETHER,
  GWEI,
  INPUT,
  networkHelpers,
  OUTPUT,
  outputDigest,
  PRICE,
  PROOF_GAS,
  proofFor,
  read,
  send,
  STATUS,
  ZK,
  type Answering,
  type Asked,
  type World,
} from "./support/world.ts";

const world = (): Promise<World> => networkHelpers.loadFixture(deployWorld);
const OTHER_OUTPUT = Uint8Array.from(OUTPUT, (byte) => byte + 1);

async function open(): Promise<{ readonly w: World; readonly asked: Asked }> {
  const w = await world();
  return { w, asked: await ask(w) };
}

describe("fulfill", () => {
  it("finalizes, pays the operator and calls the consumer", async () => {
    const { w, asked } = await open();
    await expect(answers(w, asked))
      .to.emit(w.coordinator, "RequestFulfilled")
      .withArgs(asked.requestId, w.operatorId, PRICE, 0n, true, hexlify(OUTPUT));
    const now = BigInt(await networkHelpers.time.latest());
    expect(await read(w.coordinator, "requestStatus", asked.requestId)).to.equal(STATUS.Finalized);
    expect(await read(w.coordinator, "earningsOf", w.operatorId)).to.equal(PRICE);
    expect(await read(w.consumer, "lastRequestId")).to.equal(asked.requestId);
    expect(await read(w.consumer, "lastOutput")).to.equal(hexlify(OUTPUT));
    expect(await read(w.consumer, "lastAnsweredAt")).to.equal(now);
    expect(await read(w.consumer, "lastIsFinal")).to.equal(true);
  });

  it("splits the escrow between operator, publisher and payer", async () => {
    const w = await world();
    const terms = { maxGasPrice: 10n * GWEI };
    const asked = await ask(w, { releaseId: w.royalReleaseId, terms });
    const escrow = asked.assignment.escrow;
    const before = (await read(
      w.coordinator,
      "balanceOf",
      await w.consumer.getAddress(),
    )) as bigint;
    await answer(w, asked);
    const after = (await read(w.coordinator, "balanceOf", await w.consumer.getAddress())) as bigint;
    const paid = (await read(w.coordinator, "earningsOf", w.operatorId)) as bigint;
    const royalty = (await read(w.coordinator, "balanceOf", w.publisher.address)) as bigint;
    expect(royalty).to.equal(PRICE / 20n);
    expect(paid > PRICE).to.equal(true);
    expect(after > before).to.equal(true);
    expect(paid + royalty + (after - before)).to.equal(escrow);
  });

  it("reimburses gas at the transaction's price as far as the terms allow", async () => {
    const w = await world();
    const asked = await ask(w, { terms: { maxGasPrice: 3n * GWEI, callbackGas: 0n } });
    await answer(w, asked, { gasPrice: 50n * GWEI });
    const units = PROOF_GAS + CREDIT_GAS;
    const block = await networkHelpers.time.latestBlock();
    expect(block > 0).to.equal(true);
    const earned = (await read(w.coordinator, "earningsOf", w.operatorId)) as bigint;
    expect(earned <= PRICE + units * 3n * GWEI).to.equal(true);
    expect(earned >= PRICE + units * 2n * GWEI).to.equal(true);
  });

  it("takes an answer from whoever sends it, and pays whom it names", async () => {
    const { w, asked } = await open();
    await answer(w, asked, { from: w.stranger });
    expect(await read(w.coordinator, "earningsOf", w.operatorId)).to.equal(PRICE);
    expect(await read(w.coordinator, "balanceOf", w.stranger.address)).to.equal(0n);
  });

  it("settles once", async () => {
    const { w, asked } = await open();
    await answer(w, asked);
    await expect(answers(w, asked))
      .to.be.revertedWithCustomError(w.coordinator, "StatusWrong")
      .withArgs(asked.requestId, STATUS.Finalized);
    expect(await read(w.coordinator, "earningsOf", w.operatorId)).to.equal(PRICE);
  });

  it("refuses a stranger's own proof inside the primary window", async () => {
    const { w, asked } = await open();
    await expect(answers(w, asked, { payee: w.rivalId, from: w.rival }))
      .to.be.revertedWithCustomError(w.coordinator, "NotAssigned")
      .withArgs(asked.requestId, w.rivalId, asked.assignment.primaryUntil);
  });

  it("takes any bonded operator's proof after the primary window, and pays half the penalty", async () => {
    const { w, asked } = await open();
    await networkHelpers.time.increaseTo(asked.assignment.primaryUntil);
    await answer(w, asked, { payee: w.rivalId, from: w.rival });
    const bonus = asked.assignment.latePenalty / 2n;
    expect(bonus > 0n).to.equal(true);
    expect(await read(w.coordinator, "earningsOf", w.rivalId)).to.equal(PRICE + bonus);
  });

  it("refuses an operator without a bond after the primary window", async () => {
    const { w, asked } = await open();
    await networkHelpers.time.increaseTo(asked.assignment.primaryUntil);
    await expect(answers(w, asked, { payee: 77n, from: w.stranger })).to.be.revertedWithCustomError(
      w.operators,
      "NotBonded",
    );
    await send(as(w.operators, w.rival), "startUnbonding", [w.rivalId, 1n]);
    await expect(answers(w, asked, { payee: w.rivalId }))
      .to.be.revertedWithCustomError(w.operators, "NotBonded")
      .withArgs(w.rivalId);
  });

  it("refuses an answer at the deadline", async () => {
    const { w, asked } = await open();
    const { deadline } = asked.request.terms;
    await networkHelpers.time.increaseTo(deadline);
    await expect(answers(w, asked))
      .to.be.revertedWithCustomError(w.coordinator, "DeadlinePassed")
      .withArgs(asked.requestId, deadline);
  });

  it("takes an answer a second before the deadline", async () => {
    const { w, asked } = await open();
    await networkHelpers.time.setNextBlockTimestamp(asked.request.terms.deadline - 1n);
    await answer(w, asked);
  });

  const wrong: readonly (readonly [
    string,
    string,
    (w: World, asked: Asked) => Promise<Answering>,
  ])[] = [
    [
      "a proof for another request",
      "ProofInvalid",
      async (w) => {
        const other = await ask(w);
        return { evidence: await proofFor(w, other) };
      },
    ],
    [
      "a proof for another payee",
      "ProofInvalid",
      async (w, asked) => ({
        evidence: await proofFor(w, asked, { payee: w.rivalId }),
      }),
    ],
    [
      "a proof of another output",
      "ProofInvalid",
      async (w, asked) => ({
        evidence: await proofFor(w, asked, { output: OTHER_OUTPUT }),
      }),
    ],
    [
      "another output than the proof's",
      "ProofInvalid",
      async (w, asked) => ({
        evidence: await proofFor(w, asked),
        output: OTHER_OUTPUT,
      }),
    ],
    [
      "a proof for another input",
      "ProofInvalid",
      async (w, asked) => ({
        evidence: await proofFor(w, asked, { input: new Uint8Array(128) }),
      }),
    ],
    [
      "a proof of another release",
      "ProofInvalid",
      async (w, asked) => ({
        evidence: await proofFor(w, asked, { circuit: "sixWordsOther" }),
      }),
    ],
    [
      "another input than the request's",
      "InputMismatch",
      async () => ({
        input: INPUT.slice().reverse(),
      }),
    ],
    [
      "an output too short",
      "OutputLengthWrong",
      async (w, asked) => ({
        evidence: await proofFor(w, asked),
        output: OUTPUT.slice(1),
      }),
    ],
    [
      "an output with a zero byte too many, whose words are the same",
      "OutputLengthWrong",
      async (w, asked) => {
        const output = Uint8Array.of(...OUTPUT, 0);
        return { output, evidence: await proofFor(w, asked, { output }) };
      },
    ],
    [
      "a public signal beyond the field",
      "PublicSignalTooLarge",
      async (w, asked) => {
        const evidence = await proofFor(w, asked);
        const signal = BigInt(hexlify(evidence.slice(0, 32))) + FIELD_ORDER;
        evidence.set(Buffer.from(signal.toString(16).padStart(64, "0"), "hex"));
        return { evidence };
      },
    ],
    [
      "evidence of another length",
      "EvidenceLengthWrong",
      async () => ({
        evidence: new Uint8Array(287),
      }),
    ],
    ["no evidence", "EvidenceLengthWrong", async () => ({ evidence: new Uint8Array() })],
    [
      "the assignment of another key",
      "AssignmentMismatch",
      async (w) => ({
        assignment: { key: w.addresses.coordinator },
      }),
    ],
    ["a higher price", "AssignmentMismatch", async () => ({ assignment: { price: ETHER } })],
    [
      "another operator in the assignment",
      "AssignmentMismatch",
      async (w) => ({
        assignment: { operatorId: w.rivalId },
        payee: w.rivalId,
      }),
    ],
    [
      "another requester",
      "StatusWrong",
      async (w) => ({
        request: { requester: w.stranger.address },
      }),
    ],
    [
      "other terms",
      "StatusWrong",
      async (_, asked) => ({
        request: { terms: { ...asked.request.terms, callbackGas: 0n } },
      }),
    ],
    ["another level", "StatusWrong", async () => ({ request: { level: 0n } })],
  ];
  for (const [what, error, answering] of wrong) {
    it(`refuses ${what}`, async () => {
      const { w, asked } = await open();
      const contract = w.coordinator.interface.getError(error) ? w.coordinator : w.verifier;
      await expect(answers(w, asked, await answering(w, asked))).to.be.revertedWithCustomError(
        contract,
        error,
      );
      expect(await read(w.coordinator, "requestStatus", asked.requestId)).to.equal(STATUS.Open);
      expect(await read(w.coordinator, "earningsOf", w.operatorId)).to.equal(0n);
    });
  }

  it("refuses every other field of the assignment that is not the stored one", async () => {
    const { w, asked } = await open();
    const evidence = await proofFor(w, asked);
    for (const [field, value] of Object.entries(asked.assignment)) {
      const changed = typeof value === "bigint" ? (value === 0n ? 1n : 0n) : w.stranger.address;
      await expect(
        answers(w, asked, { evidence, assignment: { [field]: changed } }),
        field,
      ).to.be.revertedWithCustomError(w.coordinator, "AssignmentMismatch");
    }
  });

  it("refuses an answer once its verifier is revoked", async () => {
    const { w, asked } = await open();
    await send(w.coordinator, "revokeVerifier", [1n]);
    await expect(answers(w, asked))
      .to.be.revertedWithCustomError(w.coordinator, "VerifierIsRevoked")
      .withArgs(1n);
  });

  it("answers many requests of one block, each once", async () => {
    const w = await world();
    const asked = [await ask(w), await ask(w), await ask(w)];
    for (const one of asked) await answer(w, one);
    expect(await read(w.coordinator, "earningsOf", w.operatorId)).to.equal(3n * PRICE);
  });
});

describe("checkResult", () => {
  it("passes for the output, its level and its grade", async () => {
    const { w, asked } = await open();
    await answer(w, asked);
    await read(w.coordinator, "checkResult", asked.requestId, OUTPUT, ZK, 0n);
    await read(w.coordinator, "checkResult", asked.requestId, OUTPUT, 0n, 0n);
    expect(await read(w.coordinator, "resultDigest", asked.requestId)).to.equal(
      outputDigest(OUTPUT),
    );
  });

  it("refuses another output", async () => {
    const { w, asked } = await open();
    await answer(w, asked);
    await expect(read(w.coordinator, "checkResult", asked.requestId, OTHER_OUTPUT, ZK, 0n))
      .to.be.revertedWithCustomError(w.coordinator, "OutputMismatch")
      .withArgs(asked.requestId, outputDigest(OUTPUT), outputDigest(OTHER_OUTPUT));
  });

  it("refuses a grade the key has not", async () => {
    const { w, asked } = await open();
    await answer(w, asked);
    await expect(read(w.coordinator, "checkResult", asked.requestId, OUTPUT, ZK, 1n))
      .to.be.revertedWithCustomError(w.coordinator, "GradeTooLow")
      .withArgs(0n, 1n);
  });

  it("refuses a request without a final answer", async () => {
    const { w, asked } = await open();
    await expect(read(w.coordinator, "checkResult", asked.requestId, OUTPUT, ZK, 0n))
      .to.be.revertedWithCustomError(w.coordinator, "StatusWrong")
      .withArgs(asked.requestId, STATUS.Open);
    await expect(
      read(w.coordinator, "checkResult", keccak256("0x"), OUTPUT, ZK, 0n),
    ).to.be.revertedWithCustomError(w.coordinator, "StatusWrong");
    expect(await read(w.coordinator, "resultDigest", asked.requestId)).to.equal(
      `0x${"00".repeat(25)}`,
    );
  });
});
