import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

import {
  decodeTranscript,
  encodeTranscript,
  TranscriptError,
  type CeremonyTranscript,
} from "../../../sdk/protocol/ceremonyTranscript.ts";
import { readSections } from "../binaryFile.ts";
import { replaceFile } from "../replaceFile.ts";
import { CeremonyError } from "./ceremonyError.ts";

/** A key in the making, and who made it so far. */
export interface Exchange {
  /** As snarkjs writes it. */
  readonly zkey: Uint8Array;
  readonly transcript: CeremonyTranscript;
}

/** Of our section, far from those that snarkjs knows and passes over. */
const TRANSCRIPT_SECTION = 1_000;
const SECTION_HEADER_BYTES = 12;
const DIGEST_BYTES = 32;
const COUNT_OFFSET = 8;
const MAGIC = "zkey";

/**
 * The one file that contributors hand on: a zkey, which snarkjs reads as it is, with one section
 * more that holds the transcript and ends in the sha-256 of all bytes before it.
 * @throws CeremonyError ExchangeDamaged, TranscriptMalformed
 */
export async function readExchange(file: string): Promise<Exchange> {
  const bytes = new Uint8Array(await readFile(file));
  const end = bytes.length - DIGEST_BYTES;
  const isWhole = end > 0 && sha256(bytes.subarray(0, end)).equals(bytes.subarray(end));
  if (!isWhole) throw damaged(file, "it is cut short or changed, or no file of a ceremony");
  const section = sectionOf(file, bytes);
  const start = section.byteOffset - bytes.byteOffset - SECTION_HEADER_BYTES;
  if (start + SECTION_HEADER_BYTES + section.length !== bytes.length) {
    throw damaged(file, "something stands behind its transcript");
  }
  return {
    zkey: withSections(bytes.slice(0, start), -1),
    transcript: parseTranscript(section.subarray(0, section.length - DIGEST_BYTES)),
  };
}

/** The file appears whole under its name, or not at all. */
export async function writeExchange(file: string, exchange: Exchange): Promise<void> {
  await replaceFile(file, encodeExchange(exchange));
}

/** @throws CeremonyError TranscriptMalformed */
export function parseTranscript(file: Uint8Array): CeremonyTranscript {
  try {
    return decodeTranscript(file);
  } catch (cause) {
    if (!(cause instanceof TranscriptError)) throw cause;
    throw new CeremonyError(
      "TranscriptMalformed",
      `${cause.message} Ask whoever gave it to you for the one he was given.`,
      { data: { problems: cause.problems }, cause },
    );
  }
}

export function encodeExchange({ zkey, transcript }: Exchange): Uint8Array {
  const text = encodeTranscript(transcript);
  const header = Buffer.alloc(SECTION_HEADER_BYTES);
  header.writeUInt32LE(TRANSCRIPT_SECTION, 0);
  header.writeBigUInt64LE(BigInt(text.length + DIGEST_BYTES), 4);
  const body = Buffer.concat([withSections(zkey.slice(), 1), header, text]);
  return Buffer.concat([body, sha256(body)]);
}

function sectionOf(file: string, bytes: Uint8Array): Uint8Array {
  try {
    const section = readSections(MAGIC, bytes).get(TRANSCRIPT_SECTION);
    if (section === undefined) throw new RangeError("it has no transcript");
    if (section.length < DIGEST_BYTES) throw new RangeError("its transcript is cut short");
    return section;
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw damaged(file, cause.message);
  }
}

/** Changes the count of sections in place. */
function withSections(zkey: Uint8Array, more: 1 | -1): Uint8Array {
  const view = new DataView(zkey.buffer, zkey.byteOffset, zkey.byteLength);
  view.setUint32(COUNT_OFFSET, view.getUint32(COUNT_OFFSET, true) + more, true);
  return zkey;
}

function damaged(file: string, fact: string): CeremonyError {
  return new CeremonyError(
    "ExchangeDamaged",
    `${file} cannot be used: ${fact}. Fetch it again from whoever gave it to you.`,
    { data: { file } },
  );
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
