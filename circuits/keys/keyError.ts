/** Why keys could not be made or read; the message carries the values and the next step. */
export type KeyErrorCode =
  | "CircuitMalformed" // the r1cs file has no readable header, or another field
  | "CircuitTooLarge" // more rows than development keys are made for
  | "ZkeyMalformed" // a proving key is cut short, of another curve or protocol
  | "PtauMalformed" // a powers-of-tau file is cut short, of another curve, or not prepared
  | "PtauTooSmall" // the circuit has more rows than the powers of tau serve
  | "KeyRejected" // a key is not what circuit, powers of tau and contributions give
  | "KeyUnwritable" // no space, or no place, for the file
  | "SetupFailed"; // the machine or a library failed; data.native has the reason's code

interface KeyErrorDetails {
  readonly data?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

export class KeyError extends Error {
  readonly code: KeyErrorCode;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: KeyErrorCode, message: string, { data = {}, cause }: KeyErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "KeyError";
    this.code = code;
    this.data = data;
  }
}
