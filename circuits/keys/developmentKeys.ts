import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { curves } from "snarkjs";
import type { VerifyingKey } from "../../sdk/protocol/verifyingKey.ts";
import { isChecked, readChecked, sealChecked, sha256OfFile } from "./checkedFile.ts";
import {
  BEACON_ITERATIONS_EXPONENT,
  DELTA_BEACON,
  DEVELOPMENT_NAME,
  DEVELOPMENT_SENTENCE,
  POWERS_BEACON,
} from "./developmentSecret.ts";
import { developmentZkey } from "./developmentZkey.ts";
import { KeyError } from "./keyError.ts";
import { type SetupOptions, callNativeSetup, hasNativeSetup } from "./nativeSetup.ts";
import { developmentPowersOfTau } from "./powersOfTau.ts";
import { domainPower, readR1csFileHeader, readR1csHeader } from "./r1csHeader.ts";
import { replaceFile } from "./replaceFile.ts";
import { readZkeyHeader } from "./zkeyHeader.ts";

export interface DevelopmentKeys {
  readonly zkeyPath: string;
  readonly zkey: Uint8Array;
  readonly verifyingKey: VerifyingKey;
  /** sha-256 of the r1cs file, hexadecimal. */
  readonly circuitDigest: string;
  /** Evaluation domain, a power of two; at most domainSize − 1 − public signals rows fit. */
  readonly domainSize: number;
}

/** Larger circuits would hold the event loop for minutes: they want the native setup. */
const LARGEST_POWER = 18;
/** Larger keys are longer than what Node reads into memory at once. */
const LARGEST_NATIVE_POWER = 21;

const powersBeacon = beacon(POWERS_BEACON);
const deltaBeacon = beacon(DELTA_BEACON);

/** From this domain on snarkjs reads one point past the end of a ptau of exactly the same power. */
const FIRST_OVERREADING_POWER = 15;

/**
 * Proving and verifying key of a circuit, made from the published development secret or read from
 * the cache. The same circuit has the same key on every machine, and all share alpha, beta and
 * gamma. A cached file that is damaged is made again. The native setup makes it where it was built;
 * else this thread is held meanwhile (1.6 s for 6,500 rows on one core).
 * @param input.r1cs Bytes of the circuit, or the path of its file, which must not change meanwhile.
 * @param input.name Starts the key's file name: letters, digits, `-`, `.` and `_`.
 * @throws KeyError
 */
export async function ensureDevelopmentKeys(
  input: {
    readonly r1cs: Uint8Array | string;
    readonly name: string;
    readonly cacheDirectory: string;
  } & SetupOptions,
): Promise<DevelopmentKeys> {
  const { r1cs, name, cacheDirectory } = input;
  if (!/^[\w.-]{1,100}$/.test(name)) throw new TypeError(`${name} is no name for a key file`);
  const header = typeof r1cs === "string" ? await readR1csFileHeader(r1cs) : readR1csHeader(r1cs);
  requireFeasible(domainPower(header));
  const circuitDigest = await digestOf(r1cs);
  const zkeyPath = path.join(cacheDirectory, `${name}-${keyId(circuitDigest)}.dev.zkey`);
  const found = await readChecked(zkeyPath);
  if (found === null) await make(zkeyPath, () => writeKey(input, zkeyPath));
  const zkey = found ?? new Uint8Array(await readFile(zkeyPath));
  const { verifyingKey, domainSize } = readZkeyHeader(zkey);
  return { zkeyPath, zkey, verifyingKey, circuitDigest, domainSize };
}

async function writeKey(
  input: { readonly r1cs: Uint8Array | string } & SetupOptions,
  zkeyPath: string,
): Promise<void> {
  const { r1cs } = input;
  const beacons = { powers: powersBeacon, delta: deltaBeacon };
  const made = await callNativeSetup(
    (setup, control) => setup.developmentKey({ circuit: r1cs, zkeyPath, ...beacons }, control),
    input,
  );
  if (made === null) await makeByTypeScript({ r1cs, zkeyPath });
}

/** Writes a development key by TypeScript alone. @throws KeyError CircuitMalformed */
export async function makeByTypeScript(input: {
  readonly r1cs: Uint8Array | string;
  readonly zkeyPath: string;
}): Promise<void> {
  const { r1cs, zkeyPath } = input;
  const bytes = typeof r1cs === "string" ? await readFile(r1cs) : r1cs;
  await replaceFile(zkeyPath, await developmentZkey(await engine(), bytes));
}

/**
 * Path of the prepared development ptau that `snarkjs zkey verify` wants beside such a key. No key
 * is made from it.
 * @throws KeyError
 */
export async function ensureDevelopmentPtau(
  input: { readonly domainSize: number; readonly cacheDirectory: string } & SetupOptions,
): Promise<string> {
  const domain = Math.log2(input.domainSize);
  requireFeasible(domain);
  const power = domain >= FIRST_OVERREADING_POWER ? domain + 1 : domain;
  const file = path.join(input.cacheDirectory, `dev-ptau-${keyId("ptau")}-${power}.ptau`);
  if (await isChecked(file)) return file;
  await make(file, async () => {
    const made = await callNativeSetup(
      (setup, control) =>
        setup.developmentPtau({ power, ptauPath: file, powers: powersBeacon }, control),
      input,
    );
    if (made !== null) return;
    await replaceFile(file, await developmentPowersOfTau(await engine(), power));
  });
  return file;
}

/** `write` writes the whole file or nothing. */
async function make(file: string, write: () => Promise<void>): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await write();
  await sealChecked(file);
}

async function digestOf(r1cs: Uint8Array | string): Promise<string> {
  if (typeof r1cs === "string") return sha256OfFile(r1cs);
  return createHash("sha256").update(r1cs).digest("hex");
}

function beacon(hash: Uint8Array) {
  return { hash, exponent: BEACON_ITERATIONS_EXPONENT, name: DEVELOPMENT_NAME };
}

/** An engine of its own: without threads to end, and its memory goes when the key is made. */
function engine() {
  return curves.getCurveFromName("bn128", { singleThread: true });
}

/** The secret is part of the id: another sentence must not find files of the old one. */
function keyId(subject: string): string {
  const hash = createHash("sha256").update(`${DEVELOPMENT_SENTENCE} ${subject}`);
  return hash.digest("hex").slice(0, 16);
}

function requireFeasible(power: number): void {
  const largest = hasNativeSetup() ? LARGEST_NATIVE_POWER : LARGEST_POWER;
  if (power <= largest) return;
  throw new KeyError(
    "CircuitTooLarge",
    `The circuit needs a domain of 2^${power} rows; development keys end at 2^${largest}. ` +
      (hasNativeSetup() ? "Make the model smaller." : "Run npm run build:prover."),
    { data: { power, largest } },
  );
}
