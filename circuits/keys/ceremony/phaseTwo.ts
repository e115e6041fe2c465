import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { curves, zKey, type FileLike, type Logger } from "snarkjs";

import type { Beacon } from "../../../sdk/protocol/ceremonyTranscript.ts";
import { checkKey } from "../checkKey.ts";
import { KeyError } from "../keyError.ts";
import { makeKeyFromPtau } from "../keyFromPtau.ts";
import { CeremonyError } from "./ceremonyError.ts";

/**
 * Everything heavy a ceremony does: four functions on whole files. Keys are made and verified by the
 * native setup where it was built; contributions are snarkjs's.
 */

/** Told what is being done, in a few words; often. */
export type OnStep = (step: string) => void;

type Memory = { readonly type: "mem"; data?: Uint8Array };

/** A circuit's key without any contribution. @throws CeremonyError CircuitForeign */
export async function newKey(input: {
  readonly r1cs: Uint8Array;
  readonly ptau: string;
  readonly onStep: OnStep;
}): Promise<Uint8Array> {
  const { r1cs, ptau, onStep } = input;
  const directory = await mkdtemp(path.join(tmpdir(), "assay-new-key-"));
  const zkeyPath = path.join(directory, "new.zkey");
  try {
    await makeKeyFromPtau({ r1cs, ptauPath: ptau, zkeyPath, onPhase: onStep });
    return new Uint8Array(await readFile(zkeyPath));
  } catch (cause) {
    if (!(cause instanceof KeyError)) throw cause;
    throw new CeremonyError(
      "CircuitForeign",
      `No key can be made of this circuit from ${ptau}: ${cause.message} Take another file.`,
      { data: { ptau, code: cause.code }, cause },
    );
  } finally {
    await rm(directory, { recursive: true });
  }
}

/**
 * Multiplies a secret into the key, drawn from the system's randomness and `typed`. It is in this
 * process's memory and nowhere else.
 */
export async function contributeSecret(input: {
  readonly zkey: Uint8Array;
  readonly name: string;
  readonly typed: string;
  readonly onStep: OnStep;
}): Promise<Uint8Array> {
  const { zkey, name, typed, onStep } = input;
  const { logger } = listen(onStep);
  const to: Memory = { type: "mem" };
  const entropy = randomBytes(64).toString("hex") + typed;
  await withEngine(() => zKey.contribute(inMemory(zkey), to, name, entropy, logger));
  return written(to);
}

/** Multiplies what everybody can compute from a public hash into the key. */
export async function contributeBeacon(input: {
  readonly zkey: Uint8Array;
  readonly name: string;
  readonly beacon: Beacon;
  readonly onStep: OnStep;
}): Promise<Uint8Array> {
  const { zkey, name, beacon, onStep } = input;
  const { logger, complaints } = listen(onStep);
  const to: Memory = { type: "mem" };
  const { hash, iterationsExponent } = beacon;
  const made = await withEngine(() =>
    zKey.beacon(inMemory(zkey), to, name, hash.slice(2), iterationsExponent, logger),
  );
  if (made !== false) return written(to);
  throw new CeremonyError("BeaconInvalid", `The beacon is refused: ${complaints.join("; ")}.`);
}

/**
 * Whether circuit, powers of tau and the key's contributions lead to this key, all of it computed
 * anew.
 * @throws CeremonyError KeyUnverified
 */
export async function verifyKey(input: {
  readonly r1cs: Uint8Array;
  readonly ptau: string;
  readonly zkey: Uint8Array;
  readonly onStep: OnStep;
}): Promise<void> {
  const { r1cs, ptau, zkey, onStep } = input;
  try {
    await checkKey({ r1cs, ptauPath: ptau, zkey, isProduction: false, onPhase: onStep });
  } catch (cause) {
    if (!(cause instanceof KeyError) || cause.code !== "KeyRejected") throw cause;
    throw new CeremonyError(
      "KeyUnverified",
      `Circuit, powers of tau and contributions do not lead to this key (${cause.message}) ` +
        "Do not use it.",
      { cause },
    );
  }
}

/** Its threads would keep the process alive. */
async function withEngine<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } finally {
    const curve = await curves.getCurveFromName("bn128");
    await curve.terminate();
  }
}

/** snarkjs tells its progress as "H Section: 65536/131072". */
function listen(onStep: OnStep): { readonly logger: Logger; readonly complaints: string[] } {
  const complaints: string[] = [];
  const complain = (message: string): void => void complaints.push(message);
  const ignore = (): void => undefined;
  return {
    complaints,
    logger: { error: complain, warn: complain, info: ignore, debug: onStep },
  };
}

function written({ data }: Memory): Uint8Array {
  if (data === undefined) throw new Error("snarkjs wrote no key");
  return data;
}

function inMemory(data: Uint8Array): FileLike {
  return { type: "mem", data };
}
