import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
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

/**
 * Writes the digest of a file that has appeared whole, after which it counts as checked, and returns
 * its bytes. No reader ever takes a half-written file for whole: the two must match.
 */
export async function sealChecked(file: string): Promise<Uint8Array> {
  const bytes = await readFile(file);
  await replaceFile(digestFile(file), `${sha256(bytes)}\n`);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function digestFile(file: string): string {
  return `${file}.sha256`;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
