import type { Groth16Proof, ProofWatch } from "../domain/ports.ts";
import type { BackendName } from "./proverMessages.ts";
import type { WarmRelease } from "./warmRelease.ts";

/** A proof that its backend has verified. */
export interface BackendProof {
  readonly proof: Groth16Proof;
  readonly publicSignals: readonly bigint[];
  /** Milliseconds by phase, as far as the backend measures them. */
  readonly phases: Readonly<Record<string, number>>;
}

/** One way of making Groth16 proofs: our own native one, or snarkjs. */
export interface Groth16Backend {
  readonly name: BackendName;
  /** Makes later proofs of this release warm; a no-op for a warm one. */
  load(release: string, files: WarmRelease): Promise<void>;
  unload(release: string): void;
  /**
   * Spends memory on a loaded release, as far as it was allowed, so that its later proofs are
   * quicker; takes longer than a proof. Missing where there is nothing to spend it on.
   * @returns bytes spent
   * @throws OrchestratorError ProvingFailed; the signal's reason when it aborts
   */
  makeTable?(release: string, signal?: AbortSignal): Promise<number>;
  /**
   * Proves a loaded release from the bytes of a `.wtns` file and verifies the proof.
   * @throws OrchestratorError ProvingFailed, ProofRejected; the signal's reason when it aborts
   */
  prove(release: string, wtns: Uint8Array, watch?: ProofWatch): Promise<BackendProof>;
}
