import { readFile, stat } from "node:fs/promises";
import { curves, type FileLike, type Logger } from "snarkjs";
import { KeyError } from "./keyError.ts";

const MOST_BYTES_IN_MEMORY = 2 ** 30;

/**
 * Runs something of snarkjs's that starts threads, and ends them after: they would keep the process
 * alive. One at a time, as all of snarkjs shares them.
 * @throws KeyError SetupFailed for what snarkjs throws
 */
export async function withSnarkjs<Result>(
  act: (logger: Logger) => Promise<Result>,
  onPhase: (phase: string) => void = ignore,
): Promise<{ readonly result: Result; readonly complaints: readonly string[] }> {
  const complaints: string[] = [];
  const complain = (message: string) => void complaints.push(message);
  try {
    const logger = { error: complain, warn: complain, info: ignore, debug: onPhase };
    return { result: await act(logger), complaints };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new KeyError("SetupFailed", `snarkjs failed: ${reason}. Check the files named.`, {
      data: { complaints },
      cause,
    });
  } finally {
    const curve = await curves.getCurveFromName("bn128");
    await curve.terminate();
  }
}

/** As snarkjs takes files: paths as they are, bytes in memory. */
export function fileLike(file: string | Uint8Array): FileLike {
  return typeof file === "string" ? file : { type: "mem", data: file };
}

/** A file's bytes, where they are not too many: snarkjs does not close all that it opens. */
export async function inMemory(file: string): Promise<FileLike> {
  const { size } = await stat(file);
  return size > MOST_BYTES_IN_MEMORY ? file : { type: "mem", data: await readFile(file) };
}

function ignore(): void {}
