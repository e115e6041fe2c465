import { readFile } from "node:fs/promises";
import { zKey } from "snarkjs";
import { readSections } from "./binaryFile.ts";
import { readZkeyContributions } from "./ceremony/zkeyContributions.ts";
import { KeyError } from "./keyError.ts";
import { type SetupOptions, callNativeOrLeave } from "./nativeSetup.ts";
import { fileLike, inMemory, withSnarkjs } from "./snarkjsSetup.ts";
import { readZkeyHeader } from "./zkeyHeader.ts";

/**
 * Whether a key is what its circuit, its powers of tau and the contributions it names give. The
 * native check takes random coefficients of 128 bits, snarkjs's of 32. Neither checks the powers of
 * tau themselves, which `snarkjs powersoftau verify` does, nor whose they are: a production registry
 * pins them.
 * @param input.r1cs Path or bytes of the circuit.
 * @param input.zkey Path or bytes of the key.
 * @param input.isProduction Refuses a key that no person has contributed to (a beacon is public),
 *   and one with gamma = delta.
 * @throws KeyError KeyRejected, or what is wrong with a file
 */
export async function checkKey(
  input: {
    readonly r1cs: string | Uint8Array;
    readonly ptauPath: string;
    readonly zkey: string | Uint8Array;
    readonly isProduction: boolean;
  } & SetupOptions,
): Promise<"native" | "snarkjs"> {
  const { r1cs, ptauPath, zkey, isProduction } = input;
  const checked = await callNativeOrLeave(
    (setup, control) => setup.checkKey({ circuit: r1cs, ptauPath, zkey, isProduction }, control),
    input,
  );
  if (checked !== null) return "native";
  await checkBySnarkjs(input);
  return "snarkjs";
}

/** The same by snarkjs alone. */
export async function checkBySnarkjs(
  input: {
    readonly r1cs: string | Uint8Array;
    readonly ptauPath: string;
    readonly zkey: string | Uint8Array;
    readonly isProduction: boolean;
  } & Pick<SetupOptions, "onPhase">,
): Promise<void> {
  const { r1cs, ptauPath, zkey, isProduction, onPhase } = input;
  const { result, complaints } = await withSnarkjs(
    async (logger) =>
      zKey.verifyFromR1cs(fileLike(r1cs), await inMemory(ptauPath), fileLike(zkey), logger),
    onPhase,
  );
  if (!result) throw rejected(complaints.join("; ") || "its contributions do not follow");
  if (!isProduction) return;
  const bytes = typeof zkey === "string" ? await readFile(zkey) : zkey;
  const section = readSections("zkey", bytes).get(10);
  if (section === undefined) throw rejected("it has no list of contributions");
  if (readZkeyContributions(section).list.every(({ beacon }) => beacon !== null)) {
    throw rejected("no person has contributed to it, so its delta is known to all");
  }
  const { gamma, delta } = readZkeyHeader(bytes).verifyingKey;
  if (gamma.flat().join() === delta.flat().join()) {
    throw rejected("gamma and delta are equal, so anybody can forge proofs");
  }
}

function rejected(reason: string): KeyError {
  return new KeyError(
    "KeyRejected",
    `The proving key is not this circuit's: ${reason}. Do not use it.`,
  );
}
