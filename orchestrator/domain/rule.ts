import type { RequestProgress } from "./request.ts";
import type { NextStep, WaitReason } from "./steps.ts";
import type { View } from "./view.ts";

/** One thing a request may need; null: it does not apply, the next rule is asked. */
export type Rule = (request: RequestProgress, view: View) => NextStep | null;

/** What decides about requests of one state. */
export interface Rules {
  /** In their order: the first that applies decides. */
  readonly first: readonly Rule[];
  readonly otherwise: (request: RequestProgress, view: View) => NextStep;
}

export function wait(reason: WaitReason): NextStep {
  return { kind: "wait", reason };
}

/** Whether the verifier that a request was routed to can check nothing any more. */
export function isRevoked({ agreement, failure }: RequestProgress, view: View): boolean {
  if (failure?.code === "VerifierIsRevoked") return true;
  return agreement !== null && view.revokedVerifiers.has(agreement.verifierId);
}
