import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import type { NativeOptions, NativeProver, NativeSetup, ProofControl } from "./nativeBinding.d.ts";

/** Where `npm run build:prover` puts it. */
const BINARY = resolve(import.meta.dirname, "../../build/prover/assay-prover.node");

/** What the compiled library exports. */
export interface NativeModule {
  readonly NativeProver: new (options: NativeOptions) => NativeProver;
  readonly NativeSetup: new (threads: number) => NativeSetup;
  readonly ProofControl: new (onPhase?: ((phase: string) => void) | null) => ProofControl;
}

/**
 * The native prover's library, or in words why it cannot be used.
 *
 * @param binary where it lies, if not where it is built
 */
export function loadNativeModule(binary = BINARY): NativeModule | string {
  if (!existsSync(binary)) {
    return binary === BINARY ? "not built (npm run build:prover)" : `there is no ${binary}`;
  }
  try {
    // Its types are generated from the same source: nativeBinding.d.ts.
    const module = createRequire(import.meta.url)(binary) as NativeModule;
    return "NativeSetup" in module ? module : "built from older sources (npm run build:prover)";
  } catch (error) {
    return error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
  }
}
