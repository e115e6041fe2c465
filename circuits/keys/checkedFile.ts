import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
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
 * Writes a file and its digest so that no reader ever takes a half-written one for whole: each
 * appears by an atomic rename, and they must match.
 */
export async function writeChecked(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await replaceFile(file, bytes);
  await replaceFile(digestFile(file), `${sha256(bytes)}\n`);
}

function digestFile(file: string): string {
  return `${file}.sha256`;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
