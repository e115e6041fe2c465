import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

import { bn254 } from "@noble/curves/bn254.js";

import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { setupOf } from "../../../sdk/protocol/verifyingKey.ts";
import { littleEndian } from "../contribution.ts";
import { BASE_FIELD_ORDER } from "../scalarField.ts";
import { g1, g2 } from "../zkeyHeader.ts";
import { CeremonyError } from "./ceremonyError.ts";

export interface PtauFile {
  readonly path: string;
  /** It serves circuits of up to 2^power rows. */
  readonly power: number;
  /** BLAKE2b-512, as lists of public files give it. */
  readonly digest: Hex;
  /** keccak256(alpha, beta, gamma) of all keys made from it. */
  readonly setup: Hex;
}

/** Sections that `prepare phase2` adds: bases at tau. */
const PREPARED = [12, 13, 14, 15];
const MOST_SECTIONS = 64;

/**
 * Reads the header of a powers-of-tau file, which may be many gigabytes long, and hashes it. Whether
 * its secret was forgotten it does not say: compare the digest with a public list.
 * @throws CeremonyError PtauMalformed; a file error
 */
export async function readPtau(path: string): Promise<PtauFile> {
  const file = await open(path);
  let said: Pick<PtauFile, "power" | "setup">;
  try {
    said = await headerOf({ file, path });
  } finally {
    await file.close();
  }
  const hash = createHash("blake2b512");
  await pipeline(createReadStream(path), hash);
  return { path, ...said, digest: `0x${hash.digest("hex")}` };
}

/** @throws CeremonyError PtauTooSmall */
export function requirePower({ path, power }: PtauFile, needed: number): void {
  if (power >= needed) return;
  throw new CeremonyError(
    "PtauTooSmall",
    `${path} has 2^${power} powers of tau, the circuit needs 2^${needed}. Take a larger file.`,
    { data: { power, needed } },
  );
}

async function headerOf(source: Source): Promise<Pick<PtauFile, "power" | "setup">> {
  const { path } = source;
  const sections = await sectionsOf(source);
  const header = sections.get(1);
  if (header === undefined || header.size < 44) throw malformed(path, "it has no header");
  const content = await take(source, { start: header.start, size: 44 });
  const isBn254 =
    content.readUInt32LE(0) === 32 &&
    content.subarray(4, 36).equals(littleEndian(BASE_FIELD_ORDER));
  if (!isBn254) throw malformed(path, "its curve is not BN254");
  if (PREPARED.some((section) => !sections.has(section))) {
    throw malformed(path, "it is not prepared for phase two (snarkjs powersoftau prepare phase2)");
  }
  return { power: content.readUInt32LE(36), setup: await setupIn(source, sections) };
}

/** Alpha·τ⁰, beta in G2, and the generator that every key has for gamma. */
async function setupIn(source: Source, sections: ReadonlyMap<number, Place>): Promise<Hex> {
  const [alpha, beta] = [sections.get(4), sections.get(6)];
  if (alpha === undefined || beta === undefined) {
    throw malformed(source.path, "it has no alpha or no beta");
  }
  const { x, y } = bn254.G2.Point.BASE.toAffine();
  const setup = setupOf({
    alpha: g1(await take(source, { start: alpha.start, size: 64 }), 0),
    beta: g2(await take(source, { start: beta.start, size: 128 }), 0),
    gamma: [
      [x.c0, x.c1],
      [y.c0, y.c1],
    ],
  });
  return `0x${Buffer.from(setup).toString("hex")}`;
}

interface Source {
  readonly file: FileHandle;
  readonly path: string;
}

interface Place {
  readonly start: number;
  readonly size: number;
}

async function sectionsOf(source: Source): Promise<ReadonlyMap<number, Place>> {
  const { file, path } = source;
  const { size: length } = await file.stat();
  const start = await take(source, { start: 0, size: 12 });
  if (start.toString("latin1", 0, 4) !== "ptau") throw malformed(path, "it begins as no ptau does");
  const count = start.readUInt32LE(8);
  if (count > MOST_SECTIONS) throw malformed(path, `it has ${count} sections`);
  const sections = new Map<number, Place>();
  for (let index = 0, offset = 12; index < count; index += 1) {
    const header = await take(source, { start: offset, size: 12 });
    const size = Number(header.readBigUInt64LE(4));
    offset += 12;
    if (size > length - offset) throw malformed(path, "it is cut short");
    sections.set(header.readUInt32LE(0), { start: offset, size });
    offset += size;
  }
  return sections;
}

async function take({ file, path }: Source, { start, size }: Place): Promise<Buffer> {
  const buffer = Buffer.alloc(size);
  const { bytesRead } = await file.read(buffer, 0, size, start);
  if (bytesRead < size) throw malformed(path, "it is cut short");
  return buffer;
}

function malformed(path: string, fact: string): CeremonyError {
  return new CeremonyError(
    "PtauMalformed",
    `${path} cannot be used: ${fact}. Name a prepared powers-of-tau file of BN254.`,
    { data: { path } },
  );
}
