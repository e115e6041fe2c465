/**
 * What the services ask of the outside world. Adapters (chain, queue, runtime, prover, storage,
 * http) implement these interfaces; services and the worker processes know nothing else of them.
 */

/** Bytes as lower-case hexadecimal with a leading 0x. */
export type Hex = `0x${string}`;

/** Time, as a port, so that tests need no sleeping. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `durationMs`, or at once (without error) when the signal aborts. */
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

export interface StoredFile {
  readonly path: string;
  /** Its length. */
  readonly bytes: number;
}

/** Content-addressed bytes: CIDv1, raw codec, sha-256. */
export interface ContentStore {
  has(cid: string): Promise<boolean>;
  /**
   * Returns the bytes after checking them against the address.
   * @throws OrchestratorError ArtefactMissing, ArtefactCorrupt
   */
  get(cid: string, signal?: AbortSignal): Promise<Uint8Array>;
  /**
   * The file with the bytes, after checking them against the address; a store that keeps no files
   * has no such function. Nobody writes to the file.
   * @throws OrchestratorError ArtefactMissing, ArtefactCorrupt
   */
  readonly locate?: (cid: string, signal?: AbortSignal) => Promise<StoredFile>;
  /** Stores the bytes durably and returns their CID; storing them again is a no-op. */
  put(bytes: Uint8Array): Promise<string>;
}

/** One request as a worker sees it. */
export interface Work {
  readonly requestId: Hex;
  /** CID of the release's manifest; everything else of the release is named in it. */
  readonly manifestCid: string;
  /** The operator id (uint256) that the evidence is bound to. */
  readonly payee: bigint;
  readonly input: Uint8Array;
}

/** One request as the node hands it to a worker. */
export interface HandedWork extends Work {
  /** The sender's account as a number: payee of proofs against others' answers. */
  readonly account: bigint;
}

/** How far the float model's output is from the integer model's, in real units. */
export interface FloatDifference {
  readonly maximum: number;
  readonly mean: number;
}

export interface InferenceAnswer {
  /** The integer model's output, encoded by the release's schema. */
  readonly output: Uint8Array;
  /** Null when the float model cannot be run on this device. */
  readonly floatDifference: FloatDifference | null;
}

/**
 * Runs releases. It may block the thread it is called on: the infer worker calls it in a compute
 * thread that renews no locks.
 */
export interface Inference {
  /** Loads and checks a release so that later runs are warm; a no-op for a warm one. */
  prepare(manifestCid: string, signal?: AbortSignal): Promise<void>;
  /** @throws OrchestratorError ArtefactMissing, ModelRefused, RuntimeInexact, InputInvalid, InferenceFailed */
  run(work: Pick<Work, "manifestCid" | "input">, signal?: AbortSignal): Promise<InferenceAnswer>;
  /** Frees sessions and threads. */
  stop(): Promise<void>;
}

/** A Groth16 proof over BN254, affine, each coordinate below the base field's modulus. */
export interface Groth16Proof {
  readonly a: readonly [bigint, bigint];
  /** Per coordinate [real, imaginary], as snarkjs writes them; chain/ turns them for the contract. */
  readonly b: readonly [readonly [bigint, bigint], readonly [bigint, bigint]];
  readonly c: readonly [bigint, bigint];
}

export interface ProvenAnswer {
  readonly output: Uint8Array;
  readonly proof: Groth16Proof;
  /** Public signal h: the Poseidon commitment to input and output words. */
  readonly commitment: bigint;
  /** Milliseconds of the proof alone, without loading keys. */
  readonly proveMs: number;
  readonly making: ProofMaking;
}

/** Who made a proof, and where its time went. */
export interface ProofMaking {
  readonly backend: "native" | "snarkjs";
  /** Milliseconds by phase, as far as the backend measures them. */
  readonly phases: Readonly<Record<string, number>>;
  /** Why the native prover is not asked any more from this proof on; null: nothing changed. */
  readonly quarantined: string | null;
}

/** What a caller wants of a proof while it is made. */
export interface ProofWatch {
  readonly signal?: AbortSignal | undefined;
  /** Hears the name of each phase as it begins, soon after. */
  readonly onPhase?: ((phase: string) => void) | undefined;
}

/**
 * Proves answers and verifies each proof before it returns it. It may block the thread it is
 * called on: the prove worker calls it in a compute thread that renews no locks.
 */
export interface ProverBackend {
  /** Loads a release's key so that later proofs are warm; a no-op for a warm one. */
  prepare(manifestCid: string, signal?: AbortSignal): Promise<void>;
  /** @throws OrchestratorError ArtefactMissing, InputInvalid, ProvingFailed, ProofRejected, WitnessWrong */
  prove(work: Work, watch?: ProofWatch): Promise<ProvenAnswer>;
  /** Ends the backend's own threads. */
  stop(): Promise<void>;
}

/** Fields of a log line; bigints and byte arrays are written by the logger. */
export type LogFields = Readonly<Record<string, unknown>>;

/** `error` needs a person, `warn` may, `info` is a life event, `debug` is for us. */
export interface Logger {
  error(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  debug(event: string, fields?: LogFields): void;
  /** A logger that adds these fields to every line. */
  with(fields: LogFields): Logger;
}
