/**
 * What a refused answer means. `settled`: somebody's answer is in, its event will come.
 * `later`: the same answer may be accepted at another time. `never`: this answer will not be.
 */
export type RevertVerdict = "settled" | "later" | "never";

const VERDICTS: Readonly<Record<string, RevertVerdict>> = {
  StatusWrong: "settled",
  AlreadyChallenged: "settled",
  AlreadyCommitted: "settled",
  NotChallenged: "settled",
  // The view of the chain is behind or a re-org is on its way.
  AssignmentMismatch: "later",
  NotAssigned: "later",
  AnswerMismatch: "later",
  WindowOpen: "later",
  OverturnNotCommitted: "later",
  BondTooLow: "later",
  CallbackGasMissing: "later",
  // The operator can mend this while the request is open.
  NotBonded: "later",
  DeadlinePassed: "never",
  WindowClosed: "never",
  SameOutput: "never",
  OtherOutput: "never",
  VerifierIsRevoked: "never",
  InputMismatch: "never",
  OutputLengthWrong: "never",
  EvidenceLengthWrong: "never",
  PublicSignalTooLarge: "never",
  ProofMalformed: "never",
  ProofInvalid: "never",
};

/** @param errorName custom error of the contract, as decoded in chain/ */
export function judgeRevert(errorName: string): RevertVerdict {
  return VERDICTS[errorName] ?? "later";
}
