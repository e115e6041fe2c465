import type { Manifest } from "../../sdk/protocol/manifest.ts";
import type { ErrorRecord } from "../domain/errors.ts";
import type { Groth16Proof, ProofMaking } from "../domain/ports.ts";

/** Who makes proofs: our own native prover, or snarkjs. */
export type BackendName = ProofMaking["backend"];

/** What the prover process is asked; one at a time. */
export type ProverRequest =
  | {
      readonly kind: "load";
      readonly release: string;
      /** What the manifest says of circuit and key, to be found again in the files. */
      readonly circuit: Pick<Manifest["circuit"], "wires" | "domainSize">;
      readonly keyId: string;
      readonly integerModel: Uint8Array;
      /** A path that all processes can map at no further cost, or the bytes. */
      readonly provingKey: Uint8Array | string;
      readonly verifyingKey: Uint8Array;
    }
  | { readonly kind: "unload"; readonly release: string }
  /** Spends memory on a loaded release so that its later proofs are quicker. */
  | { readonly kind: "makeTable"; readonly release: string }
  /** Has no reply of its own: what is under way fails, or the process ends. */
  | { readonly kind: "cancel" }
  | {
      readonly kind: "prove";
      readonly release: string;
      readonly requestId: bigint;
      readonly payee: bigint;
      readonly input: Uint8Array;
    };

export interface ProcessAnswer {
  readonly output: Uint8Array;
  readonly commitment: bigint;
  readonly proof: Groth16Proof;
  readonly proveMs: number;
  readonly making: ProofMaking;
}

/** What the process says while a proof is made: the phase that begins. */
export interface ProverProgress {
  readonly phase: string;
}

/** `notices` are lines for the log. */
export type ProverReply = { readonly notices: readonly string[] } & (
  | { readonly isOk: true; readonly answer: ProcessAnswer | null }
  | { readonly isOk: false; readonly error: ErrorRecord }
);

/** How the prover process works; its first argument, as JSON. */
export interface ProverSettings {
  /** `auto` is the native prover where it was built and works, else snarkjs. */
  readonly backend: "auto" | "snarkjs";
  /** Path of the native prover's library; none is the one that was built here. */
  readonly library?: string | undefined;
  /** Threads of one native proof; none shares the cores among the groups. */
  readonly threads?: number | undefined;
  /** Most bytes a native proof may take beside its key; none is no limit. */
  readonly memoryLimitBytes?: number | undefined;
  /** Most bytes of tables that make the native proofs of warm releases quicker; none is none. */
  readonly tableBytes?: number | undefined;
  /** Whether native proofs go without AVX-512, as on machines that lack it. */
  readonly isPortable?: boolean | undefined;
}
