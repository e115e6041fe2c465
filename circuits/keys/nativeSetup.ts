import { availableParallelism } from "node:os";
import type {
  NativeFailure,
  NativeSetup,
  ProofControl,
  SetupReply,
} from "../native/nativeBinding.d.ts";
import { type NativeModule, loadNativeModule } from "../native/nativeModule.ts";
import { KeyError, type KeyErrorCode } from "./keyError.ts";

/** How a setup is followed and stopped. Only the native one can be stopped. */
export interface SetupOptions {
  readonly signal?: AbortSignal | undefined;
  /** Hears the name of each phase as it begins; of snarkjs, what it tells, which is often. */
  readonly onPhase?: ((phase: string) => void) | undefined;
}

type NativeCall = (setup: NativeSetup, control: ProofControl) => Promise<SetupReply>;

let loaded: NativeModule | string | null = null;

/**
 * Lets the native setup do something, on all cores and outside this thread.
 * @returns Null where it was not built.
 * @throws KeyError; what the signal aborts with
 */
export async function callNativeSetup(
  call: NativeCall,
  { signal, onPhase }: SetupOptions = {},
): Promise<SetupReply | null> {
  loaded ??= loadNativeModule();
  if (typeof loaded === "string") return null;
  signal?.throwIfAborted();
  const control = new loaded.ProofControl(onPhase ?? null);
  const cancel = () => control.cancel();
  signal?.addEventListener("abort", cancel);
  try {
    const reply = await call(new loaded.NativeSetup(availableParallelism()), control);
    if (reply.failure === undefined) return reply;
    signal?.throwIfAborted();
    throw toError(reply.failure);
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
}

/**
 * The same where snarkjs can take over: from a domain of 2^15 rows on the native setup wants powers
 * of tau of twice the domain, because snarkjs reads past the end of those of exactly its size.
 * @returns Null where snarkjs has to do it.
 */
export async function callNativeOrLeave(
  call: NativeCall,
  options: SetupOptions,
): Promise<SetupReply | null> {
  try {
    return await callNativeSetup(call, options);
  } catch (error) {
    if (error instanceof KeyError && error.code === "PtauTooSmall") return null;
    throw error;
  }
}

/** Whether keys are made by the native setup. */
export function hasNativeSetup(): boolean {
  loaded ??= loadNativeModule();
  return typeof loaded !== "string";
}

const CODES: Readonly<Record<string, KeyErrorCode>> = {
  CircuitTooLarge: "CircuitTooLarge",
  PtauTooSmall: "PtauTooSmall",
  KeyRejected: "KeyRejected",
  FileUnwritable: "KeyUnwritable",
};

const CODES_OF_FILES: Readonly<Record<string, KeyErrorCode>> = {
  r1cs: "CircuitMalformed",
  ptau: "PtauMalformed",
  zkey: "ZkeyMalformed",
};

function toError({ code, message, file }: NativeFailure): KeyError {
  const keyCode = CODES[code] ?? CODES_OF_FILES[file ?? ""] ?? "SetupFailed";
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
  return new KeyError(keyCode, sentence, { data: { native: code } });
}
