import type { ErrorRecord } from "../domain/errors.ts";
import type { InferenceAnswer } from "../domain/ports.ts";

/** How the compute thread reaches the node and where it keeps artefacts. */
export interface ComputeSetup {
  readonly nodeUrl: string;
  readonly token: string;
  readonly cacheDir: string;
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
