import { NativeBackend, type NativeSettings } from "../../orchestrator/prover/nativeBackend.ts";
import { type NativeModule, loadNativeModule } from "../../circuits/native/nativeModule.ts";

const loaded = loadNativeModule();

/** For `describe` and `it`: the reason where the native prover was not built. */
export const skip = typeof loaded === "string" ? `native prover: skipped: ${loaded}` : false;

export function nativeModule(): NativeModule {
  if (typeof loaded === "string") throw new Error(loaded);
  return loaded;
}

export function nativeBackend(settings: Partial<NativeSettings> = {}): NativeBackend {
  return new NativeBackend(nativeModule(), { threads: 2, cacheBytes: 2 ** 28, ...settings });
}
