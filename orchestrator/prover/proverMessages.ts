import type { Manifest } from "../../sdk/protocol/manifest.ts";
import type { ErrorRecord } from "../domain/errors.ts";
import type { Groth16Proof } from "../domain/ports.ts";

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
}

export type ProverReply =
  | { readonly isOk: true; readonly answer: ProcessAnswer | null }
  | { readonly isOk: false; readonly error: ErrorRecord };
