import { encodeStatic, keccak, type Hex } from "./abiEncoding.ts";

/**
 * What `commitOverturn` takes, at least a block before `overturn` shows the output. A salt that
 * nobody knows hides which answer it is about.
 */
export function overturnCommitment(overturn: {
  readonly requestId: Hex;
  /** The right one. */
  readonly output: Uint8Array;
  /** Account that will call `overturn`. */
  readonly challenger: Hex;
  /** 32 bytes. */
  readonly salt: Hex;
}): Hex {
  const { requestId, output, challenger, salt } = overturn;
  return keccak(encodeStatic([requestId, keccak(output), challenger, salt]));
}
