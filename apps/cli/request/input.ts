import { readFile } from "node:fs/promises";

import { CliError } from "../failure.ts";

export interface InputOptions {
  readonly input?: string;
  readonly inputFile?: string;
}

/**
 * The bytes of an input, given as hexadecimal digits or as a file that holds them as they are.
 * @throws CliError unless exactly one is given, and well-formed
 */
export async function readInput({ input, inputFile }: InputOptions): Promise<Uint8Array> {
  if ((input === undefined) === (inputFile === undefined)) {
    const next = "Give its bytes as --input 0x…, or as the content of a file with --input-file.";
    throw new CliError("A request needs one input.", next);
  }
  if (inputFile !== undefined) return readFile(inputFile);
  const digits = /^0x((?:[0-9a-fA-F]{2})*)$/.exec(input ?? "")?.[1];
  if (digits === undefined) {
    const next = "Give 0x and an even number of hexadecimal digits: the tensors back to back.";
    throw new CliError(`"${input}" is no input.`, next);
  }
  return Uint8Array.from(Buffer.from(digits, "hex"));
}
