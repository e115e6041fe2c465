import type { Manifest } from "../../sdk/protocol/manifest.ts";
import type { ErrorRecord } from "../domain/errors.ts";
import type { Groth16Proof } from "../domain/ports.ts";

/** Who makes proofs: our own native prover, or snarkjs. */
export type BackendName = "native" | "snarkjs";

/** What the prover process is asked; one at a time. */
export type ProverRequest =
  | {
      readonly kind: "load";
      readonly release: string;
      /** What the manifest says of circuit and key, to be found again in the files. */
      readonly circuit: Pick<Manifest["circuit"], "wires" | "domainSize">;
      readonly keyId: string;
      readonly integerModel: Uint8Array;
      readonly provingKey: Uint8Array;
      readonly verifyingKey: Uint8Array;
    }
  | { readonly kind: "unload"; readonly release: string }
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
  readonly backend: BackendName;
  readonly phases: Readonly<Record<string, number>>;
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
  /** Threads of one native proof; none is one for each core. */
  readonly threads?: number | undefined;
}
