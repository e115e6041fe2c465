import type { ErrorRecord } from "../domain/errors.ts";
import type { InferenceAnswer } from "../domain/ports.ts";

/** Where the compute thread has artefacts from, and what computes. */
export interface ComputeSetup {
  readonly artefacts:
    | { readonly nodeUrl: string; readonly token: string; readonly cacheDir: string }
    | { readonly storeDir: string };
  readonly runtime: "onnxruntime" | "interpreter";
}

export interface ComputeRequest {
  readonly id: number;
  readonly manifestCid: string;
  /** Null: the release is only made warm. */
  readonly input: Uint8Array | null;
}

export type ComputeReply =
  | { readonly id: number; readonly answer: InferenceAnswer | null }
  | { readonly id: number; readonly error: ErrorRecord };
