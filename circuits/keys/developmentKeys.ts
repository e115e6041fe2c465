import { createHash } from "node:crypto";
import path from "node:path";
import { curves } from "snarkjs";
import type { VerifyingKey } from "../../sdk/protocol/verifyingKey.ts";
import { readChecked, writeChecked } from "./checkedFile.ts";
import { DEVELOPMENT_SENTENCE } from "./developmentSecret.ts";
import { developmentZkey } from "./developmentZkey.ts";
import { KeyError } from "./keyError.ts";
import { developmentPowersOfTau } from "./powersOfTau.ts";
import { domainPower, readR1csHeader } from "./r1csHeader.ts";
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

/** From this domain on snarkjs reads one point past the end of a ptau of exactly the same power. */
const FIRST_OVERREADING_POWER = 15;

/**
 * Proving and verifying key of a circuit, made from the published development secret or read from
 * the cache. The same circuit has the same key on every machine, and all share alpha, beta and
 * gamma. A cached file that is damaged is made again. Holds the thread while it computes (1.6 s for
 * 6,500 rows on one core).
 * @param name Starts the key's file name: letters, digits, `-`, `.` and `_`.
 * @throws KeyError CircuitMalformed, CircuitTooLarge, ZkeyMalformed
 */
export async function ensureDevelopmentKeys(input: {
  readonly r1cs: Uint8Array;
  readonly name: string;
  readonly cacheDirectory: string;
}): Promise<DevelopmentKeys> {
  const { r1cs, name, cacheDirectory } = input;
  if (!/^[\w.-]{1,100}$/.test(name)) throw new TypeError(`${name} is no name for a key file`);
  requireFeasible(domainPower(readR1csHeader(r1cs)));
  const circuitDigest = createHash("sha256").update(r1cs).digest("hex");
  const zkeyPath = path.join(cacheDirectory, `${name}-${keyId(circuitDigest)}.dev.zkey`);
  const zkey = await cached(zkeyPath, async () => developmentZkey(await engine(), r1cs));
  const { verifyingKey, domainSize } = readZkeyHeader(zkey);
  return { zkeyPath, zkey, verifyingKey, circuitDigest, domainSize };
}

/**
 * Path of the prepared development ptau that `snarkjs zkey verify` wants beside such a key. No key
 * is made from it.
 */
export async function ensureDevelopmentPtau(input: {
  readonly domainSize: number;
  readonly cacheDirectory: string;
}): Promise<string> {
  const domain = Math.log2(input.domainSize);
  requireFeasible(domain);
  const power = domain >= FIRST_OVERREADING_POWER ? domain + 1 : domain;
  const file = path.join(input.cacheDirectory, `dev-ptau-${keyId("ptau")}-${power}.ptau`);
  await cached(file, async () => developmentPowersOfTau(await engine(), power));
  return file;
}

async function cached(file: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
  const found = await readChecked(file);
  if (found !== null) return found;
  const made = await make();
  await writeChecked(file, made);
  return made;
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
  if (power <= LARGEST_POWER) return;
  throw new KeyError(
    "CircuitTooLarge",
    `The circuit needs a domain of 2^${power} rows; development keys end at 2^${LARGEST_POWER}. ` +
      "Make the model smaller.",
    { data: { power, largest: LARGEST_POWER } },
  );
}
