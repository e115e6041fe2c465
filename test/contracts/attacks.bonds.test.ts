import { expect } from "chai";

import { movedBy } from "./support/books.ts";
import {
  challenge,
  challenges,
  closes,
  commit,
  escalates,
  finalizes,
  overturn,
  overturns,
} from "./support/disputes.ts";
import {
  ANSWER_BOND,
  ANSWER_GAS,
  ANSWER_PRICE,
  askJudged,
  CHALLENGE_BOND,
  claim,
  deployOptimistic,
  GAS_PER_BYTE,
  openAnswer,
  PROOF_SECONDS,
  serve,
  untilWindowEnd,
  WINDOW_SECONDS,
  WRONG_OUTPUT,
  type Answered,
  type OptimisticWorld,
} from "./support/optimistic.ts";
import {
  as,
  ETHER,
  GWEI,
  mined,
  networkHelpers,
  OPTIMISTIC,
  proofFor,
  read,
  send,
} from "./support/world.ts";

/** A callback would be paid for out of what is burned. */
const QUIET = { callbackGas: 0n };
const BOND = { value: CHALLENGE_BOND };
const world = (): Promise<OptimisticWorld> => networkHelpers.loadFixture(deployOptimistic);
const bondOf = async (w: OptimisticWorld) => read(w.operators, "bondOf", w.operatorId);

describe("bad input: bonds and time", () => {
  it("withdrawn bond during a window", async () => {
    const w = await world();
    const registry = as(w.operators, w.operator);
    await send(registry, "stopServing", [w.operatorId, w.royalJudgedId, OPTIMISTIC]);
    const lie = await openAnswer(w, {}, { output: WRONG_OUTPUT });
    for (const releaseId of [w.releaseId, w.otherReleaseId, w.royalReleaseId])
      await send(registry, "stopServing", [w.operatorId, releaseId, 2n]);
    await send(registry, "stopServing", [w.operatorId, w.judgedId, OPTIMISTIC]);
    const free = ETHER - ANSWER_BOND;
    const unbonds = registry.getFunction("startUnbonding");
    await expect(unbonds(w.operatorId, ETHER))
      .to.be.revertedWithCustomError(w.operators, "BondTooLow")
      .withArgs(w.operatorId, free, ETHER);
    // All that is free may go; the answer's bond is there when it falls.
    await mined(await unbonds(w.operatorId, free));
    const moved = await movedBy(w, async () => mined(await overturn(w, lie)));
    expect(moved["bond"]).to.equal(-ANSWER_BOND);
    expect((await bondOf(w)).amount).to.equal(0n);
  });

  it("bond that was leaving before the answer backs none", async () => {
    const w = await world();
    const registry = as(w.operators, w.operator);
    await send(registry, "addBond", [w.operatorId, ETHER, { value: ETHER }]);
    await send(registry, "startUnbonding", [w.operatorId, ETHER]);
    await openAnswer(w, { terms: { minBond: ETHER } });
    await expect(openAnswer(w))
      .to.be.revertedWithCustomError(w.operators, "BondTooLow")
      .withArgs(w.operatorId, 0n, ANSWER_BOND);
  });

  it("self-challenge", async () => {
    const w = await world();
    const lie = await openAnswer(w, { terms: QUIET }, { output: WRONG_OUTPUT });
    const self = await challenge(w, lie, { ...BOND, from: w.operator });
    // Nobody else can challenge it any more, but the window is no shorter and a proof still decides.
    await expect(challenges(w, self, BOND)).to.be.revertedWithCustomError(
      w.coordinator,
      "AlreadyChallenged",
    );
    expect(self.windowEnd).to.equal(lie.windowEnd);
    const snapshot = await networkHelpers.takeSnapshot();
    const proven = await movedBy(w, async () => mined(await overturn(w, self)));
    expect(proven["stranger"]).to.equal(ANSWER_BOND / 5n);
    await snapshot.restore();
    // Undisturbed he loses half, even if payer and challenger are himself: it is burned.
    await untilWindowEnd(self);
    const moved = await movedBy(w, async () => mined(await closes(w, self)));
    const his = (moved["bond"] ?? 0n) + (moved["operatorsBalance"] ?? 0n) + (moved["payer"] ?? 0n);
    const back = CHALLENGE_BOND + self.assignment.escrow;
    expect(his - back).to.equal(-ANSWER_BOND / 2n);
    expect(moved["burned"]).to.equal(ANSWER_BOND / 2n);
  });

  it("self-challenge of an honest answer moves nothing but its end", async () => {
    const w = await world();
    const self = await challenge(w, await openAnswer(w), { ...BOND, from: w.operator });
    const moved = await movedBy(w, async () => mined(await escalates(w, self)));
    expect(moved).to.deep.equal({
      operator: ANSWER_PRICE + CHALLENGE_BOND,
      locked: -ANSWER_BOND,
    });
  });

  it("challenge flood against an honest operator", async () => {
    const w = await world();
    const answers: Answered[] = [];
    for (let i = 0; i < 6; i++) answers.push(await openAnswer(w));
    const first = answers[0];
    if (!first) throw new Error("not answered");
    await networkHelpers.time.increaseTo(first.windowEnd - 10n);
    const flood: Answered[] = [];
    for (const answered of answers) flood.push(await challenge(w, answered, BOND));
    const start = BigInt(await networkHelpers.time.latest());
    // One proof after the other, each as slow as a proof may be: none comes too late.
    const moved = await movedBy(w, async () => {
      for (const [i, challenged] of flood.entries()) {
        const evidence = await proofFor(w, challenged);
        const done = start + BigInt(i + 1) * PROOF_SECONDS - 10n;
        await networkHelpers.time.setNextBlockTimestamp(done);
        await mined(await escalates(w, challenged, { evidence, from: w.operator }));
      }
    });
    expect(moved).to.deep.equal({
      operator: 6n * (ANSWER_PRICE + CHALLENGE_BOND),
      locked: -6n * ANSWER_BOND,
    });
  });

  it("censorship until a deadline", async () => {
    const w = await world();
    // Of an answer: the late penalty, and the payer has his escrow back.
    const unanswered = await askJudged(w);
    await networkHelpers.time.increaseTo(unanswered.request.terms.deadline);
    const { latePenalty, price, escrow } = unanswered.assignment;
    expect(latePenalty <= price).to.equal(true);
    const values = [unanswered.request, unanswered.assignment];
    const expired = await movedBy(w, async () => send(w.coordinator, "expire", values));
    expect(expired).to.deep.equal({ bond: -latePenalty, burned: latePenalty, payer: escrow });
    await send(w.operators, "addBond", [w.operatorId, ETHER, { value: ETHER }]);

    // Of a proof: the answer's bond, half of which nobody gets, and that takes every block of proofSeconds ...
    await serve(w, w.operator);
    const answered = await openAnswer(w, { terms: QUIET });
    await networkHelpers.time.setNextBlockTimestamp(answered.windowEnd - 1n);
    const censored = await challenge(w, answered, BOND);
    const snapshot = await networkHelpers.takeSnapshot();
    await untilWindowEnd(censored);
    const fallen = await movedBy(w, async () => mined(await closes(w, censored)));
    expect(fallen["bond"]).to.equal(-ANSWER_BOND);
    const gained = (fallen["stranger"] ?? 0n) + (fallen["payer"] ?? 0n);
    expect(gained - CHALLENGE_BOND - censored.assignment.escrow).to.equal(ANSWER_BOND / 2n);
    await snapshot.restore();
    // ... from everybody: whoever gets the same proof in saves it.
    const evidence = await proofFor(w, censored);
    await networkHelpers.time.setNextBlockTimestamp(censored.windowEnd - 1n);
    await mined(await escalates(w, censored, { evidence, from: w.rival }));

    // Of an overturn: not protected, but it takes every block of the window.
    const lie = await openAnswer(w, {}, { output: WRONG_OUTPUT });
    await commit(w, lie);
    const proof = await proofFor(w, lie, { payee: BigInt(w.stranger.address) });
    expect(lie.windowEnd - lie.record.answeredAt).to.equal(WINDOW_SECONDS);
    await untilWindowEnd(lie);
    await expect(overturns(w, lie, { evidence: proof })).to.be.revertedWithCustomError(
      w.coordinator,
      "WindowClosed",
    );
    await mined(await finalizes(w, lie));
  });

  it("base-fee spike", async () => {
    const w = await world();
    const terms = { maxGasPrice: 10n * GWEI, callbackGas: 0n };
    const asked = await askJudged(w, { terms });
    await serve(w, w.rival);
    await send(as(w.operators, w.operator), "stopServing", [w.operatorId, w.judgedId, OPTIMISTIC]);
    await networkHelpers.time.increaseTo(asked.assignment.primaryUntil + 1n);
    // Who waited while gas cost more than the requester pays is not late; who answers is paid what was agreed.
    const sent = { payee: w.rivalId, from: w.rival, gasPrice: 80n * GWEI, gasLimit: 600_000n };
    await networkHelpers.setNextBlockBaseFeePerGas(80n * GWEI);
    let answered: Answered | undefined;
    const moved = await movedBy(w, async () => {
      answered = await claim(w, asked, sent);
    });
    expect(moved).to.deep.equal({ rivalsLocked: ANSWER_BOND });
    if (!answered) throw new Error("not answered");
    expect(answered.record.gasFee).to.equal((ANSWER_GAS + GAS_PER_BYTE * 20n) * 10n * GWEI);
    await untilWindowEnd(answered);
    const paid = await movedBy(w, async () => {
      if (!answered) throw new Error("not answered");
      await networkHelpers.setNextBlockBaseFeePerGas(80n * GWEI);
      const step = { gasPrice: 80n * GWEI, gasLimit: 600_000n };
      await mined(await finalizes(w, answered, step));
    });
    // The escrow is what it costs at most: nothing is left of it, nothing is missing.
    expect(paid).to.deep.equal({ rival: asked.assignment.escrow, rivalsLocked: -ANSWER_BOND });
  });
});
