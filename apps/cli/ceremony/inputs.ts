import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { createInterface } from "node:readline/promises";
import { z } from "zod";

import { folderCircuit } from "../../../circuits/release/folderCircuit.ts";
import type { CeremonyPlace } from "../../../sdk/protocol/ceremony.ts";
import { parseAddress, parseWhole } from "../chain/words.ts";
import { CliError } from "../failure.ts";
import { kindOfPath } from "../paths.ts";

/** Where signatures count, as the user names it. */
export interface PlaceOptions {
  readonly addresses?: string;
  readonly book?: string;
  readonly chainId?: string;
}

const CHAIN_ID = { what: "chain id", most: 2n ** 256n - 1n };
const CIRCUIT = "a model's folder or an .r1cs file";
const addressesFile = z.looseObject({
  ceremonyBook: z.string(),
  chainId: z.number().int().positive(),
});

/**
 * The circuit of a model's folder, or an r1cs file.
 * @throws CliError; ReleaseError, CompilerError
 */
export async function readCircuit(
  path: string,
): Promise<{ readonly name: string; readonly r1cs: Uint8Array }> {
  if ((await kindOfPath(path, CIRCUIT)) === "folder") return folderCircuit(path);
  return { name: basename(path).slice(0, 64), r1cs: new Uint8Array(await readFile(path)) };
}

/** @throws CliError */
export async function placeOf({ addresses, book, chainId }: PlaceOptions): Promise<CeremonyPlace> {
  if (addresses !== undefined && book === undefined && chainId === undefined) {
    return readPlace(addresses);
  }
  if (addresses === undefined && book !== undefined && chainId !== undefined) {
    return { book: parseAddress(book), chainId: parseWhole(chainId, CHAIN_ID) };
  }
  throw new CliError(
    "This needs the CeremonyBook that signatures are for.",
    "Give --addresses with the file of a deployment, or --book and --chain-id.",
  );
}

/** A line from standard input, mixed into the system's randomness. */
export async function readTyped(): Promise<string> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await reader.question("Type anything, then Enter: ");
  } finally {
    reader.close();
  }
}

async function readPlace(file: string): Promise<CeremonyPlace> {
  const text = await readFile(file, "utf8");
  try {
    const { ceremonyBook, chainId } = addressesFile.parse(JSON.parse(text));
    return { book: parseAddress(ceremonyBook), chainId: BigInt(chainId) };
  } catch (cause) {
    const next = "It needs ceremonyBook and chainId; assay deploy writes one with --out.";
    throw new CliError(`${file} holds no addresses of a deployment.`, next, cause);
  }
}
