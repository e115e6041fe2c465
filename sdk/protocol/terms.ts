import { encodeStatic, keccak, type Hex } from "./abiEncoding.ts";

/** When the consumer gets its callback: values of the enum in Solidity. */
export const DELIVERY = { WhenAnswered: 0n, WhenFinal: 1n } as const;

/** What a requester asks for beside the inference itself; fields as in `Terms.sol`. */
export interface Terms {
  /** Most the request may cost altogether, in the asset's smallest unit. */
  readonly maxFee: bigint;
  /** Most wei per gas that is reimbursed to the operator. */
  readonly maxGasPrice: bigint;
  /** Gas the callback gets; 0: no callback. */
  readonly callbackGas: bigint;
  /** Second from which the request can only expire. */
  readonly deadline: bigint;
  readonly delivery: bigint;
  readonly minBond: bigint;
  readonly minGrade: bigint;
  /** Operator who alone is assigned; 0: any. */
  readonly operatorId: bigint;
  /** Enclave measurement that alone may answer; zero: any. */
  readonly measurement: Hex;
}

const ZERO_BYTES32: Hex = `0x${"00".repeat(32)}`;

/** Terms with no demand but those given; no callback and no gas reimbursed unless said. */
export function termsOf(given: Pick<Terms, "maxFee" | "deadline"> & Partial<Terms>): Terms {
  return {
    maxGasPrice: 0n,
    callbackGas: 0n,
    delivery: DELIVERY.WhenAnswered,
    minBond: 0n,
    minGrade: 0n,
    operatorId: 0n,
    measurement: ZERO_BYTES32,
    ...given,
  };
}

/** Hash of all terms, as the request's id contains it. */
export function termsHash(terms: Terms): Hex {
  return keccak(
    encodeStatic([
      terms.maxFee,
      terms.maxGasPrice,
      terms.callbackGas,
      terms.deadline,
      terms.delivery,
      terms.minBond,
      terms.minGrade,
      terms.operatorId,
      terms.measurement,
    ]),
  );
}
