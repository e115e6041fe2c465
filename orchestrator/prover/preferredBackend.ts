import { availableParallelism } from "node:os";
import { NativeBackend } from "./nativeBackend.ts";
import { loadNativeModule } from "../../circuits/native/nativeModule.ts";
import type { ProverSettings } from "./proverMessages.ts";

/** Keys of a few large releases; those in use longest ago are read again when needed. */
const CACHE_BYTES = 4 * 1024 ** 3;

/** The native prover after its self-test, or in words why it is not used. */
export async function preferredBackend(settings: ProverSettings): Promise<NativeBackend | string> {
  if (settings.backend === "snarkjs") return "switched off";
  const module = loadNativeModule(settings.library);
  if (typeof module === "string") return module;
  try {
    const threads = settings.threads ?? availableParallelism();
    const { memoryLimitBytes, tableBytes = 0, isPortable = false } = settings;
    const limit = memoryLimitBytes === undefined ? {} : { memoryLimitBytes };
    const sizes = { threads, cacheBytes: CACHE_BYTES, tableBytes, ...limit };
    const native = new NativeBackend(module, { ...sizes, isPortable });
    await native.selfTest();
    return native;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
