import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { replaceFile } from "./replaceFile.ts";

/**
 * The bytes of a cached file, or null when it is absent or does not match the sha-256 kept beside
 * it: whoever asks then makes it again.
 */
export async function readChecked(file: string): Promise<Uint8Array | null> {
  try {
    const [bytes, digest] = await Promise.all([readFile(file), readFile(digestFile(file), "utf8")]);
    return sha256(bytes) === digest.trim() ? new Uint8Array(bytes) : null;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

/** Whether a cached file is there and matches; for files that may be too long to be read at once. */
export async function isChecked(file: string): Promise<boolean> {
  try {
    const [found, digest] = await Promise.all([
      sha256OfFile(file),
      readFile(digestFile(file), "utf8"),
    ]);
    return found === digest.trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}

/**
 * Writes the digest of a file that has appeared whole, after which it counts as checked. No reader
 * ever takes a half-written file for whole: the two must match.
 */
export async function sealChecked(file: string): Promise<void> {
  await replaceFile(digestFile(file), `${await sha256OfFile(file)}\n`);
}

/** Hexadecimal. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}

function digestFile(file: string): string {
  return `${file}.sha256`;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
