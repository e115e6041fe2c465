import { zKey } from "snarkjs";
import { KeyError } from "./keyError.ts";
import { type SetupOptions, callNativeOrLeave } from "./nativeSetup.ts";
import { replaceFile } from "./replaceFile.ts";
import { fileLike, inMemory, withSnarkjs } from "./snarkjsSetup.ts";

/**
 * Writes the key of a circuit from prepared powers of tau, as `snarkjs zkey new` does, byte for
 * byte. Nobody has contributed to it yet: whoever proves with it can forge. The files must not change
 * meanwhile.
 * @param input.r1cs Path or bytes of the circuit.
 * @throws KeyError
 */
export async function makeKeyFromPtau(
  input: {
    readonly r1cs: string | Uint8Array;
    readonly ptauPath: string;
    readonly zkeyPath: string;
  } & SetupOptions,
): Promise<"native" | "snarkjs"> {
  const { r1cs, ptauPath, zkeyPath } = input;
  const made = await callNativeOrLeave(
    (setup, control) => setup.keyFromPtau({ circuit: r1cs, ptauPath, zkeyPath }, control),
    input,
  );
  if (made !== null) return "native";
  await makeBySnarkjs(input);
  return "snarkjs";
}

/** The same by snarkjs alone. */
export async function makeBySnarkjs(
  input: {
    readonly r1cs: string | Uint8Array;
    readonly ptauPath: string;
    readonly zkeyPath: string;
  } & Pick<SetupOptions, "onPhase">,
): Promise<void> {
  const { r1cs, ptauPath, zkeyPath, onPhase } = input;
  const zkey: { readonly type: "mem"; data?: Uint8Array } = { type: "mem" };
  const { result, complaints } = await withSnarkjs(
    async (logger) => zKey.newZKey(fileLike(r1cs), await inMemory(ptauPath), zkey, logger),
    onPhase,
  );
  if (result === -1 || zkey.data === undefined) throw refused(ptauPath, complaints);
  try {
    await replaceFile(zkeyPath, zkey.data);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KeyError("KeyUnwritable", `The key cannot be written: ${reason}.`, { cause });
  }
}

function refused(ptauPath: string, complaints: readonly string[]): KeyError {
  const reason = complaints.join("; ");
  const code = reason.includes("circuit too big") ? "PtauTooSmall" : "PtauMalformed";
  return new KeyError(
    code,
    `No key can be made of this circuit from ${ptauPath}: ${reason}. Take other powers of tau.`,
    { data: { ptauPath, complaints } },
  );
}
