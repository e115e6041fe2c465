/** The part of snarkjs (and of its curve engine) that we use; the package ships no types. */
declare module "snarkjs" {
  /** A file path, bytes in memory, or (when written to) a place where the bytes will appear. */
  export type FileLike = string | { readonly type: "mem"; data?: Uint8Array };

  export interface Random {
    nextU32(): number;
    nextU64(): bigint;
    nextBool(): boolean;
  }

  export interface Group {
    readonly F: { readonly n8: number };
    /** Generator, Jacobian, Montgomery form. */
    readonly g: Uint8Array;
    fromRng(random: Random): Uint8Array;
    timesScalar(point: Uint8Array, scalar: bigint): Uint8Array;
    eq(a: Uint8Array, b: Uint8Array): boolean;
    neg(point: Uint8Array): Uint8Array;
    isZero(point: Uint8Array): boolean;
    /** Whether it lies on the curve; says nothing of its subgroup. */
    isValid(point: Uint8Array): boolean;
    toAffine(point: Uint8Array): Uint8Array;
    fromObject(point: readonly unknown[]): Uint8Array;
    toRprLEM(target: Uint8Array, offset: number, point: Uint8Array): void;
    toRprUncompressed(target: Uint8Array, offset: number, point: Uint8Array): void;
    batchLEMtoC(points: Uint8Array): Promise<Uint8Array>;
    batchLEMtoU(points: Uint8Array): Promise<Uint8Array>;
  }

  export interface Curve {
    readonly r: bigint;
    readonly q: bigint;
    readonly G1: Group;
    readonly G2: Group;
    readonly Fr: {
      fromRng(random: Random): Uint8Array;
      toObject(element: Uint8Array): bigint;
      e(value: number): Uint8Array;
    };
    readonly tm: {
      readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
      readonly instance: { readonly exports: Readonly<Record<string, unknown>> };
      u8: Uint8Array;
      u32: Uint32Array;
    };
    /** Whether the product of the pairings e(point 1, point 2)·e(point 3, point 4)… is one. */
    pairingEq(...points: readonly Uint8Array[]): Promise<boolean>;
    terminate(): Promise<void>;
  }

  export interface Groth16Proof {
    readonly pi_a: readonly [string, string, string];
    readonly pi_b: readonly [
      readonly [string, string],
      readonly [string, string],
      readonly [string, string],
    ];
    readonly pi_c: readonly [string, string, string];
    readonly protocol: string;
    readonly curve: string;
  }

  export interface Groth16VerificationKey {
    readonly protocol: string;
    readonly curve: string;
    readonly nPublic: number;
    readonly vk_alpha_1: readonly string[];
    readonly vk_beta_2: readonly (readonly string[])[];
    readonly vk_gamma_2: readonly (readonly string[])[];
    readonly vk_delta_2: readonly (readonly string[])[];
    readonly IC: readonly (readonly string[])[];
  }

  export interface Logger {
    error(message: string): void;
    warn(message: string): void;
    info(message: string): void;
    debug(message: string): void;
  }

  interface EngineOptions {
    readonly singleThread?: boolean;
  }

  export const curves: {
    getCurveFromName(name: "bn128", options?: EngineOptions): Promise<Curve>;
  };

  export const groth16: {
    prove(
      zkey: FileLike | Uint8Array,
      witness: FileLike,
      logger?: Logger,
      options?: EngineOptions,
    ): Promise<{ readonly proof: Groth16Proof; readonly publicSignals: readonly string[] }>;
    verify(
      key: Groth16VerificationKey,
      publicSignals: readonly string[],
      proof: Groth16Proof,
      logger?: Logger,
    ): Promise<boolean>;
  };

  export const powersOfTau: {
    newAccumulator(curve: Curve, power: number, file: FileLike, logger?: Logger): Promise<unknown>;
    beacon(
      from: FileLike,
      to: FileLike,
      name: string,
      beaconHash: string,
      iterationsExponent: number,
      logger?: Logger,
    ): Promise<unknown>;
    preparePhase2(from: FileLike, to: FileLike, logger?: Logger): Promise<void>;
    verify(file: FileLike, logger?: Logger): Promise<boolean>;
  };

  export const r1cs: {
    info(
      file: FileLike,
      logger?: Logger,
    ): Promise<{
      readonly nConstraints: number;
      readonly nVars: number;
      readonly nOutputs: number;
      readonly nPubInputs: number;
      readonly curve: Curve;
    }>;
  };

  export const wtns: {
    calculate(
      inputs: Readonly<Record<string, bigint | readonly bigint[]>>,
      wasm: FileLike | Uint8Array,
      witness: FileLike,
    ): Promise<void>;
    check(r1cs: FileLike, witness: FileLike, logger?: Logger): Promise<boolean>;
  };

  export const zKey: {
    /** The circuit hash, or -1 when circuit and ptau do not fit. */
    newZKey(
      r1cs: FileLike,
      ptau: FileLike,
      zkey: FileLike,
      logger?: Logger,
    ): Promise<Uint8Array | -1>;
    /** Mixes `entropy` with 64 random bytes of the system; never empty, or it asks on the console. */
    contribute(
      from: FileLike,
      to: FileLike,
      name: string,
      entropy: string,
      logger?: Logger,
    ): Promise<Uint8Array>;
    beacon(
      from: FileLike,
      to: FileLike,
      name: string,
      beaconHash: string,
      iterationsExponent: number,
      logger?: Logger,
    ): Promise<Uint8Array | false>;
    verifyFromR1cs(
      r1cs: FileLike,
      ptau: FileLike,
      zkey: FileLike,
      logger?: Logger,
    ): Promise<boolean>;
    exportVerificationKey(zkey: FileLike, logger?: Logger): Promise<Groth16VerificationKey>;
  };
}
