/** Why a step of a ceremony is refused; the message carries the values and the next step. */
export type CeremonyErrorCode =
  | "ExchangeDamaged" // the file is cut short, changed, or none of ours
  | "TranscriptMalformed" // a field of the transcript is missing or wrong
  | "TranscriptForeign" // the transcript tells of another key than the one beside it
  | "CircuitForeign" // the ceremony is for another circuit
  | "PtauMalformed" // no powers of tau of BN254, or not prepared for phase two
  | "PtauTooSmall" // fewer powers than the circuit has rows
  | "PtauForeign" // another file than the ceremony started from
  | "ContributionsOutOfOrder" // one does not follow what stands before it
  | "ContributionInvalid" // one does not show knowledge of its secret, or the key is not its result
  | "ContributionAfterBeacon" // the beacon ended the contributions
  | "ContributorTwice" // one contributor, two contributions
  | "ContributorUnknown" // who signs did not contribute
  | "SignatureInvalid" // a signature is not of the contributor it stands for
  | "BeaconInvalid" // no public hash, too few or too many iterations, or the wrong moment
  | "BeaconMissing" // contributions may still come
  | "KeyWithoutContribution" // gamma equals delta: anybody can forge
  | "OutsideContributionMissing" // nobody but the publisher signed
  | "DevelopmentKey" // its secret is published
  | "KeyUnverified" // circuit, powers of tau and contributions do not lead to this key
  | "SetupForeign" // the registry pins another powers-of-tau file
  | "GradeTooLow"; // fewer recognised contributors than a judge needs

interface CeremonyErrorDetails {
  readonly data?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

export class CeremonyError extends Error {
  readonly code: CeremonyErrorCode;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: CeremonyErrorCode,
    message: string,
    { data = {}, cause }: CeremonyErrorDetails = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "CeremonyError";
    this.code = code;
    this.data = data;
  }
}
