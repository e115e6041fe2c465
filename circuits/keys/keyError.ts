/** Why keys could not be made or read; the message carries the values and the next step. */
export type KeyErrorCode =
  | "CircuitMalformed" // the r1cs file has no readable header, or another field
  | "CircuitTooLarge" // more rows than development keys are made for
  | "ZkeyMalformed"; // a proving key is cut short, of another curve or protocol

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
