import { expect } from "chai";
import type { ContractTransactionResponse } from "ethers";

import { movedBy } from "./support/books.ts";
import { inOneBlock, type Place } from "./support/blocks.ts";
import {
  challenge,
  closes,
  commit,
  commitmentOf,
  escalates,
  fails,
  finalizes,
  overturns,
} from "./support/disputes.ts";
import {
  ANSWER_BOND,
  ANSWER_PRICE,
  askJudged,
  CHALLENGE_BOND,
  claim,
  claims,
  deployOptimistic,
  JUDGE_ID,
  openAnswer,
  serve,
  untilWindowEnd,
  WRONG_OUTPUT,
  type Answered,
  type OptimisticWorld,
} from "./support/optimistic.ts";
import {
  as,
  defaultTerms,
  mined,
  networkHelpers,
  OPTIMISTIC,
  PRICES,
  proofFor,
  read,
  send,
  STATUS,
} from "./support/world.ts";

const world = (): Promise<OptimisticWorld> => networkHelpers.loadFixture(deployOptimistic);
const BOND = { value: CHALLENGE_BOND };

const statusOf = async (w: OptimisticWorld, { requestId }: Answered): Promise<bigint> =>
  read(w.coordinator, "requestStatus", requestId);

describe("bad input: who comes first", () => {
  it("price change around a request", async () => {
    const w = await world();
    const terms = await defaultTerms();
    const quoted = async (): Promise<bigint> =>
      (await read(w.coordinator, "quote", w.judgedId, OPTIMISTIC, 128n, terms)).total;
    const before = await quoted();
    const dear = { prices: { ...PRICES, bytePrice: 3n * PRICES.bytePrice } };
    const cheap = { prices: { ...PRICES, bytePrice: 0n } };
    // Raised in front of the request: it waits an hour, so the request costs what was quoted.
    await serve(w, w.operator, dear);
    expect(await quoted()).to.equal(before);
    const asked = await askJudged(w);
    expect(asked.assignment.price).to.equal(ANSWER_PRICE);
    // Lowered behind it: what was agreed is paid, and as much bond locked.
    await serve(w, w.operator, cheap);
    const answered = await claim(w, asked);
    await untilWindowEnd(answered);
    const moved = await movedBy(w, async () => mined(await finalizes(w, answered)));
    expect(moved).to.deep.equal({ operator: ANSWER_PRICE, locked: -ANSWER_BOND });
    // Raised and waited for: whoever asks is asked for no more than his terms say.
    await serve(w, w.operator, dear);
    await networkHelpers.time.increase(3_600);
    await expect(askJudged(w, { terms: { maxFee: before } })).to.be.revertedWithCustomError(
      w.coordinator,
      "FeeTooLow",
    );
  });

  it("copied answer", async () => {
    const w = await world();
    await serve(w, w.rival);
    const terms = { operatorId: w.operatorId };
    const asked = await askJudged(w, { terms });
    // The same transaction, from another; and the same output, for another.
    await expect(claims(w, asked, { from: w.rival })).to.be.revertedWithCustomError(
      w.operators,
      "SenderUnknown",
    );
    await expect(
      claims(w, asked, { payee: w.rivalId, from: w.rival }),
    ).to.be.revertedWithCustomError(w.coordinator, "NotAssigned");
    const answered = await claim(w, asked);
    // A proof of it pays whom it names, whoever copied it; for another it proves nothing.
    const evidence = await proofFor(w, answered);
    const moved = await movedBy(w, async () =>
      mined(await escalates(w, answered, { evidence, from: w.rival })),
    );
    expect(moved).to.deep.equal({ operator: ANSWER_PRICE, locked: -ANSWER_BOND });
  });

  it("front-run fulfil and overturn", async () => {
    const w = await world();
    const asked = await askJudged(w);
    const copy = { payee: w.rivalId, from: w.rival };
    const [isCopied, isAnswered] = await inOneBlock([
      async (place) => claims(w, asked, { ...copy, ...place }),
      async (place) => claims(w, asked, place),
    ]);
    expect([isCopied, isAnswered]).to.deep.equal([false, true]);

    const lie = await openAnswer(w, {}, { output: WRONG_OUTPUT });
    await commit(w, lie);
    const [mine, theirs] = [
      await proofFor(w, lie, { payee: BigInt(w.stranger.address) }),
      await proofFor(w, lie, { payee: BigInt(w.rival.address) }),
    ];
    // Who sees the proof can commit and prove in the same block, before it: a block too late.
    const commits = as(w.coordinator, w.rival).getFunction("commitOverturn");
    const went = await inOneBlock([
      async (place) => commits(commitmentOf(lie, w.rival), place),
      async (place) => overturns(w, lie, { evidence: theirs, from: w.rival, ...place }),
      async (place) => overturns(w, lie, { evidence: mine, ...place }),
    ]);
    expect(went).to.deep.equal([true, false, true]);
    expect(await read(w.coordinator, "balanceOf", w.rival.address)).to.equal(0n);
  });

  it("front-running an overturn by a challenge costs it one transaction, never its time", async () => {
    const w = await world();
    const lie = await openAnswer(w, {}, { output: WRONG_OUTPUT });
    await commit(w, lie);
    const evidence = await proofFor(w, lie, { payee: BigInt(w.stranger.address) });
    await networkHelpers.time.increaseTo(lie.windowEnd - 5n);
    const challenged = await challenge(w, lie, { ...BOND, from: w.operator });
    await expect(overturns(w, lie, { evidence })).to.be.revertedWithCustomError(
      w.coordinator,
      "AnswerMismatch",
    );
    // Commitment and proof hold for the record that replaced the other; there is no third.
    await networkHelpers.time.setNextBlockTimestamp(challenged.windowEnd - 1n);
    await mined(await overturns(w, challenged, { evidence }));
    expect(await statusOf(w, lie)).to.equal(STATUS.Overturned);
  });

  it("a copied commitment stands for whom it was made", async () => {
    const w = await world();
    const lie = await openAnswer(w, {}, { output: WRONG_OUTPUT });
    const commitment = commitmentOf(lie, w.stranger);
    await send(as(w.coordinator, w.rival), "commitOverturn", [commitment]);
    await expect(
      send(as(w.coordinator, w.stranger), "commitOverturn", [commitment]),
    ).to.be.revertedWithCustomError(w.coordinator, "AlreadyCommitted");
    await mined(await overturns(w, lie));
  });

  it("assignment re-rolled by reverting", async () => {
    const w = await world();
    await serve(w, w.rival);
    const terms = await defaultTerms();
    const drawn = new Map<bigint, Awaited<ReturnType<typeof askJudged>>>();
    // A builder's way: the transaction is dropped where the draw does not please.
    for (let seed = 1; drawn.size < 2; seed++) {
      const snapshot = await networkHelpers.takeSnapshot();
      await networkHelpers.setPrevRandao(2n ** 128n * BigInt(seed * seed) + BigInt(seed));
      const asked = await askJudged(w, { terms });
      drawn.set(asked.assignment.operatorId, asked);
      await snapshot.restore();
    }
    const [one, other] = [...drawn.values()];
    if (!one || !other) throw new Error("not drawn");
    // All it chooses is one of those who may be drawn: same request, same price, same bond ...
    expect(one.requestId).to.equal(other.requestId);
    for (const field of ["price", "bond", "escrow", "latePenalty"] as const) {
      expect(one.assignment[field]).to.equal(other.assignment[field]);
    }
    // ... and naming him gives the same for one transaction.
    const { assignment } = await askJudged(w, { terms: { ...terms, operatorId: w.rivalId } });
    expect(assignment.operatorId).to.equal(w.rivalId);
    expect(assignment.bond).to.equal(one.assignment.bond);
  });
});

type End = (
  w: OptimisticWorld,
  answered: Answered,
  place: Place,
) => Promise<ContractTransactionResponse>;

interface Race {
  readonly prepare: (w: OptimisticWorld) => Promise<Answered>;
  readonly ends: readonly (readonly [bigint, End])[];
}

/** A proof made before mining stops. */
const evidenceOf = (evidence: Uint8Array | undefined) =>
  evidence === undefined ? {} : { evidence };

/** Both orders of two ends in one block: the first holds, the second is refused. */
async function runs({ prepare, ends }: Race): Promise<void> {
  for (const order of [ends, [...ends].reverse()]) {
    const w = await world();
    const answered = await prepare(w);
    const sendings = order.map(
      ([, end]) =>
        async (place: Place) =>
          end(w, answered, place),
    );
    expect(await inOneBlock(sendings)).to.deep.equal([true, false]);
    expect(await statusOf(w, answered)).to.equal(order[0]?.[0]);
    expect((await read(w.operators, "bondOf", w.operatorId)).locked).to.equal(0n);
  }
}

describe("bad input: two ends", () => {
  it("two terminal calls in one block in both orders", async () => {
    const proofs: Record<string, Uint8Array> = {};
    await runs({
      prepare: async (w) => {
        const lie = await openAnswer(w, {}, { output: WRONG_OUTPUT });
        await commit(w, lie);
        // A forged key is needed to prove both; the claim circuit's is one.
        proofs["wrong"] = await proofFor(w, lie, { output: WRONG_OUTPUT });
        proofs["right"] = await proofFor(w, lie, { payee: BigInt(w.stranger.address) });
        return challenge(w, lie, BOND);
      },
      ends: [
        [
          STATUS.Finalized,
          async (w, lie, place) => escalates(w, lie, { ...evidenceOf(proofs["wrong"]), ...place }),
        ],
        [
          STATUS.Overturned,
          async (w, lie, place) => overturns(w, lie, { ...evidenceOf(proofs["right"]), ...place }),
        ],
      ],
    });
  });

  it("finalize and escalate in one block in both orders", async () => {
    let evidence: Uint8Array | undefined;
    await runs({
      prepare: async (w) => {
        const answered = await openAnswer(w);
        evidence = await proofFor(w, answered);
        await untilWindowEnd(answered);
        return answered;
      },
      ends: [
        [STATUS.Finalized, finalizes],
        [
          STATUS.Finalized,
          async (w, a, place) => escalates(w, a, { ...evidenceOf(evidence), ...place }),
        ],
      ],
    });
  });

  for (const [name, end, isRevoked, status] of [
    ["closeChallenge", closes, false, STATUS.Overturned],
    ["failAnswered", fails, true, STATUS.Failed],
  ] as const) {
    it(`${name} twice in one block`, async () => {
      await runs({
        prepare: async (w) => {
          const answered = await challenge(w, await openAnswer(w), BOND);
          await untilWindowEnd(answered);
          if (isRevoked) await send(w.coordinator, "revokeVerifier", [JUDGE_ID]);
          return answered;
        },
        ends: [
          [status, end],
          [status, end],
        ],
      });
    });
  }

  it("a revocation and a finalize in one block in both orders", async () => {
    for (const isRevokedFirst of [true, false]) {
      const w = await world();
      const answered = await openAnswer(w);
      await untilWindowEnd(answered);
      const revoke = w.coordinator.getFunction("revokeVerifier");
      const sendings = [
        async (place: object) => revoke(JUDGE_ID, place),
        async (place: object) => finalizes(w, answered, place),
      ];
      const order = isRevokedFirst ? sendings : [...sendings].reverse();
      const went = await inOneBlock(order);
      expect(went).to.deep.equal([true, !isRevokedFirst]);
      const failing = fails(w, answered);
      if (isRevokedFirst) await mined(await failing);
      else await expect(failing).to.be.revertedWithCustomError(w.coordinator, "StatusWrong");
    }
  });

  it("expire and fail in one block in both orders", async () => {
    for (const isExpiredFirst of [true, false]) {
      const w = await world();
      const { request, assignment, requestId } = await askJudged(w);
      await send(w.coordinator, "revokeVerifier", [JUDGE_ID]);
      await networkHelpers.time.increaseTo(request.terms.deadline);
      const sendings = ["expire", "fail"].map(
        (method) => async (place: object) =>
          as(w.coordinator, w.stranger).getFunction(method)(request, assignment, place),
      );
      const order = isExpiredFirst ? sendings : [...sendings].reverse();
      const moved = await movedBy(w, async () => {
        expect(await inOneBlock(order)).to.deep.equal([true, false]);
      });
      expect(moved).to.deep.equal({ payer: assignment.escrow });
      const end = isExpiredFirst ? STATUS.Expired : STATUS.Failed;
      expect(await read(w.coordinator, "requestStatus", requestId)).to.equal(end);
    }
  });
});
