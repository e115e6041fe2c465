import type { RequestProgress, StandingAnswer } from "./request.ts";
import { wait } from "./rule.ts";
import { isSampled } from "./sampling.ts";
import type { NextStep } from "./steps.ts";
import type { View } from "./view.ts";
import { isWorthOverturning } from "./worth.ts";

/** What says that a release is hidden or unfit, not that this machine is. */
const HIDDEN: ReadonlySet<string> = new Set([
  "ArtefactMissing",
  "ArtefactCorrupt",
  "ManifestInvalid",
  "ModelRefused",
]);
/** Part of a window, from its end, in which a proof that is not there yet is no longer relied on. */
const LAST_PART = 4;

/**
 * What a watchtower does about another operator's answer under its window: nothing unless its own
 * output is another one, a second execution gave the same, and a proof of it was made.
 */
export function asWatcher(request: RequestProgress, view: View): NextStep | null {
  const { answer, failure } = request;
  if (answer === null || view.watch === null) return null;
  if (!isSampled(request.requestId, view.watch)) return null;
  if (answer.isRight === true) return wait("AnswerChecked");
  if (request.isConfirmed === false) return { kind: "given up", code: "RerunMismatch" };
  const proof = askForProof({ request, answer, view });
  if (proof !== null) return proof;
  if (failure !== null) return { kind: "given up", code: failure.code };
  if (!request.hasOutput) return { kind: "infer" };
  if (request.isConfirmed === null) return { kind: "confirm" };
  if (request.refutation === null) return { kind: "refute" };
  return towardsOverturn(request.refutation, request, view);
}

function towardsOverturn(
  { committedIn }: NonNullable<RequestProgress["refutation"]>,
  request: RequestProgress,
  view: View,
): NextStep {
  if (!isWorthOverturning(request, view)) return wait("OverturnUnpaid");
  if (committedIn === null) return { kind: "commitOverturn" };
  // A dry run may stand in the newest block itself.
  if (view.head.number <= committedIn) return wait("CommitmentYoung");
  return { kind: "overturn" };
}

/** Where this node cannot tell or prove what is right, it may ask whose bond is at stake. */
function askForProof(input: {
  readonly request: RequestProgress;
  readonly answer: StandingAnswer;
  readonly view: View;
}): NextStep | null {
  const { request, answer, view } = input;
  if (view.watch?.challenges !== true || answer.challenger !== null) return null;
  if (request.refutation !== null) return null;
  const { failure, isConfirmed, releaseId } = request;
  const left = answer.until - view.head.timestamp;
  const isLate = left * LAST_PART <= answer.until - answer.since;
  const fault = view.faults.get(releaseId);
  const isHidden = HIDDEN.has(failure?.code ?? fault?.code ?? "");
  const isLasting = failure !== null || fault?.isLasting === true;
  const isNeeded = isHidden ? isLasting || isLate : isLate && isConfirmed === true;
  return isNeeded ? { kind: "challenge" } : null;
}
