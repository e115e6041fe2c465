import { encodeStatic, keccak, keccakText, type Hex } from "./abiEncoding.ts";

export const MODEL_TAG = keccakText("assay.model.v1");
export const RELEASE_TAG = keccakText("assay.release.v1");

/** Who decides about disputed optimistic answers: values of the enum in Solidity. */
export const JUDGE = { None: 0n, ZkKey: 1n, Measurement: 2n } as const;

/** A release as its publisher declares it on chain; fields as in `Release.sol`. */
export interface Release {
  readonly manifestDigest: Hex;
  readonly inputLength: bigint;
  readonly outputLength: bigint;
  readonly inputPayload: bigint;
  readonly outputPayload: bigint;
  readonly computeUnits: bigint;
  readonly proofUnits: bigint;
  readonly byteUnits: bigint;
  readonly royaltyBps: bigint;
  readonly primaryWindowSeconds: bigint;
  /** Bit 2^level for each level the release can be asked at. */
  readonly levels: bigint;
  readonly keyId: Hex;
  readonly judge: bigint;
  /** Least bond behind an optimistic answer, a short amount; 0 without that level. */
  readonly minBond: bigint;
  /** Least grade the key needs to judge; 0 without level Optimistic. */
  readonly minGrade: bigint;
  readonly measurements: Hex;
}

interface Registry {
  readonly chainId: bigint;
  /** Address of the `ModelRegistry`. */
  readonly registry: Hex;
}

/** Id of a model: bound to its publisher and name. */
export function modelId(
  parameters: Registry & { readonly publisher: Hex; readonly name: string },
): Hex {
  const { chainId, registry, publisher, name } = parameters;
  return keccak(encodeStatic([MODEL_TAG, chainId, registry, publisher, keccakText(name)]));
}

/** Id of a release: bound to its model, version and every field. */
export function releaseId(
  parameters: Registry & {
    readonly modelId: Hex;
    readonly version: string;
    readonly release: Release;
  },
): Hex {
  const { chainId, registry, version, release } = parameters;
  return keccak(
    encodeStatic([
      RELEASE_TAG,
      chainId,
      registry,
      parameters.modelId,
      keccakText(version),
      keccak(encodeStatic(releaseFields(release))),
    ]),
  );
}

function releaseFields(release: Release): readonly (bigint | Hex)[] {
  return [
    release.manifestDigest,
    release.inputLength,
    release.outputLength,
    release.inputPayload,
    release.outputPayload,
    release.computeUnits,
    release.proofUnits,
    release.byteUnits,
    release.royaltyBps,
    release.primaryWindowSeconds,
    release.levels,
    release.keyId,
    release.judge,
    release.minBond,
    release.minGrade,
    release.measurements,
  ];
}
