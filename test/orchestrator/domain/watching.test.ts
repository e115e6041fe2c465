import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { nextStep } from "../../../orchestrator/domain/decisions.ts";
import type { RequestProgress, StandingAnswer } from "../../../orchestrator/domain/request.ts";
import { isSampled } from "../../../orchestrator/domain/sampling.ts";
import type { View } from "../../../orchestrator/domain/view.ts";
import { isWorthOverturning } from "../../../orchestrator/domain/worth.ts";
import { agreement, GWEI, hex, journaledRequest, SENDER, viewOf } from "../support/builders.ts";

const wait = (reason: string) => ({ kind: "wait", reason });
const givenUp = (code: string) => ({ kind: "given up", code });
const ALL = { share: 1, seed: "seed", challenges: false } as const;
const BOND = 10n ** 18n;

function watching(change: Partial<View> = {}): View {
  return viewOf({ watch: ALL, ...change });
}

/** Another operator's wrong answer of 1,400, disputable until 2,000. */
function wrong(rest: Partial<RequestProgress> = {}, change: Partial<StandingAnswer> = {}) {
  const answer = { operatorId: 99n, challenger: null, since: 1_400, until: 2_000, isRight: false };
  return journaledRequest(1, {
    level: "Optimistic",
    hasOutput: true,
    agreement: agreement({ bond: BOND }),
    answer: { ...answer, ...change },
    ...rest,
  });
}

const confirmed = { isConfirmed: true } as const;
const proven = { ...confirmed, refutation: { committedIn: null } } as const;

describe("nextStep, watching another operator's answer", () => {
  it("computes it again, and is content with the same output", () => {
    const unknown = wrong({ hasOutput: false }, { isRight: null });
    assert.deepEqual(nextStep(unknown, watching()), { kind: "infer" });
    const right = wrong({}, { isRight: true });
    assert.deepEqual(nextStep(right, watching()), wait("AnswerChecked"));
  });

  it("acts on another output only after a second execution and a proof", () => {
    assert.deepEqual(nextStep(wrong(), watching()), { kind: "confirm" });
    assert.deepEqual(nextStep(wrong(confirmed), watching()), { kind: "refute" });
    assert.deepEqual(nextStep(wrong(proven), watching()), { kind: "commitOverturn" });
  });

  it("accuses nobody when its own executions disagree", () => {
    const doubtful = wrong({ isConfirmed: false });
    assert.deepEqual(nextStep(doubtful, watching()), givenUp("RerunMismatch"));
    const eager = watching({ watch: { ...ALL, challenges: true } });
    assert.deepEqual(nextStep(doubtful, eager), givenUp("RerunMismatch"));
  });

  it("overturns in a later block than it committed in, while the window is open", () => {
    const committed = wrong({ ...confirmed, refutation: { committedIn: 12 } });
    assert.deepEqual(nextStep(committed, watching()), wait("CommitmentYoung"));
    const later = watching({ head: { number: 13, timestamp: 1_999 } });
    assert.deepEqual(nextStep(committed, later), { kind: "overturn" });
    const over = watching({ head: { number: 13, timestamp: 2_000 } });
    assert.deepEqual(nextStep(committed, over), wait("AnsweredByOther"));
  });

  it("goes on while the answer is challenged by somebody", () => {
    const asked = wrong(proven, { challenger: hex(0xbad, 20) });
    assert.deepEqual(nextStep(asked, watching()), { kind: "commitOverturn" });
  });

  it("watches the share it is told to, its own answers never", () => {
    assert.deepEqual(nextStep(wrong(), viewOf()), wait("AnsweredByOther"));
    const none = watching({ watch: { ...ALL, share: 0 } });
    assert.deepEqual(nextStep(wrong(), none), wait("AnsweredByOther"));
    const own = wrong({}, { operatorId: viewOf().operatorId });
    assert.deepEqual(nextStep(own, watching()), wait("WindowOpen"));
  });

  it("leaves alone what costs more gas than it earns", () => {
    const cheap = { ...proven, agreement: agreement({ bond: 0n, maxGasPrice: 0n }) };
    assert.deepEqual(nextStep(wrong(cheap), watching()), wait("OverturnUnpaid"));
  });

  it("gives up what it failed at", () => {
    const failure = { code: "WindowClosed", message: "late", stage: "fulfill" } as const;
    assert.deepEqual(nextStep(wrong({ failure }), watching()), givenUp("WindowClosed"));
  });
});

describe("nextStep, watching with leave to challenge", () => {
  const eager = (change: Partial<View> = {}) =>
    watching({ watch: { ...ALL, challenges: true }, ...change });
  const late = { head: { number: 12, timestamp: 1_850 } };
  const hidden = wrong({ hasOutput: false }, { isRight: null });
  const faults = (code: string, isLasting: boolean) => ({
    faults: new Map([[hidden.releaseId, { code, isLasting }]]),
  });

  it("asks for a proof where the release is unfit, or hidden until late in the window", () => {
    const unfit = eager(faults("ArtefactCorrupt", true));
    assert.deepEqual(nextStep(hidden, unfit), { kind: "challenge" });
    const missing = faults("ArtefactMissing", false);
    assert.deepEqual(nextStep(hidden, eager(missing)), { kind: "infer" });
    assert.deepEqual(nextStep(hidden, eager({ ...missing, ...late })), { kind: "challenge" });
    assert.deepEqual(nextStep(hidden, watching({ ...missing, ...late })), { kind: "infer" });
    const failure = { code: "ManifestInvalid", message: "no", stage: "infer" } as const;
    const refused = wrong({ failure, hasOutput: false }, { isRight: null });
    assert.deepEqual(nextStep(refused, eager()), { kind: "challenge" });
    assert.deepEqual(nextStep(refused, watching()), givenUp("ManifestInvalid"));
  });

  it("does not for faults of its own machine, nor twice", () => {
    const broken = eager({ ...faults("RuntimeInexact", true), ...late });
    assert.deepEqual(nextStep(hidden, broken), { kind: "infer" });
    const asked = wrong({ hasOutput: false }, { isRight: null, challenger: hex(0xbad, 20) });
    assert.deepEqual(nextStep(asked, eager(faults("ArtefactCorrupt", true))), { kind: "infer" });
  });

  it("asks late in the window for a proof that it cannot make of what it knows", () => {
    assert.deepEqual(nextStep(wrong(confirmed), eager(late)), { kind: "challenge" });
    assert.deepEqual(nextStep(wrong(confirmed), eager()), { kind: "refute" });
    assert.deepEqual(nextStep(wrong(proven), eager(late)), { kind: "commitOverturn" });
  });
});

describe("isWorthOverturning", () => {
  const market = { baseFee: 10n * GWEI, tip: GWEI, isCoin: true };
  // 270,000 gas and 18 or 24 a byte; 110,000 more are not reimbursed, nor the tip of the callback.
  const gas = 270_000n + 18n * 4n + 24n * 4n;
  const tip = 103_000n * GWEI;
  const least = 5n * ((gas + 110_000n) * 11n * GWEI + tip);
  const row = (bond: bigint) => wrong({ agreement: agreement({ bond, maxGasPrice: 0n }) });

  it("compares a fifth of the bond, and what is reimbursed, with gas", () => {
    assert.equal(isWorthOverturning(row(least), watching({ market })), true);
    assert.equal(isWorthOverturning(row(least - 5n), watching({ market })), false);
    const rest = 5n * (110_000n * 11n * GWEI + tip);
    const reimbursed = wrong({ agreement: agreement({ bond: rest }) });
    assert.equal(isWorthOverturning(reimbursed, watching({ market })), true);
  });

  it("is put off by no callback, however dear: its base fee is paid from the bond, or it is left out", () => {
    const agreed = agreement({ bond: least, maxGasPrice: 0n, callbackGas: 2_500_000 });
    const untipped = { ...market, baseFee: 11n * GWEI, tip: 0n };
    assert.equal(
      isWorthOverturning(wrong({ agreement: agreed }), watching({ market: untipped })),
      true,
    );
  });

  it("is taken for true where money cannot be compared", () => {
    assert.equal(isWorthOverturning(row(0n), watching({ market: null })), true);
    const token = { ...market, isCoin: false };
    assert.equal(isWorthOverturning(row(0n), watching({ market: token })), true);
    assert.equal(isWorthOverturning(wrong({ agreement: null }), watching()), true);
  });
});

describe("isSampled", () => {
  const ids = Array.from({ length: 4_000 }, (_, index) => hex(index));
  const drawn = (seed: string, share: number) => ids.filter((id) => isSampled(id, { seed, share }));

  it("draws about the share, the same ones with the same seed", () => {
    const quarter = drawn("a", 0.25);
    assert.ok(quarter.length > 850 && quarter.length < 1_150, `${quarter.length}`);
    assert.deepEqual(drawn("a", 0.25), quarter);
    assert.notDeepEqual(drawn("b", 0.25), quarter);
    assert.equal(drawn("a", 1).length, ids.length);
    assert.equal(drawn("a", 0).length, 0);
    assert.match(SENDER, /^0x/);
  });
});
