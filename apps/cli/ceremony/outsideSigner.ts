import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";

import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import {
  contributionDigest,
  contributionTypedData,
  type CeremonyPlace,
  type Contribution,
} from "../../../sdk/protocol/ceremony.ts";
import { CliError } from "../failure.ts";

const DOMAIN_TYPE = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
] as const;

/** What is signed, as `eth_signTypedData_v4` takes it, and its digest: what a contract is asked about. */
export function messageOf(place: CeremonyPlace, contribution: Contribution) {
  const { domain, types, primaryType, message } = contributionTypedData(place, contribution);
  return {
    digest: contributionDigest(place, contribution),
    typedData: {
      types: { EIP712Domain: DOMAIN_TYPE, ...types },
      primaryType,
      domain: { ...domain, chainId: domain.chainId.toString() },
      message,
    },
  } as const;
}

/** The lines that show a message. */
export function messageLines(place: CeremonyPlace, contribution: Contribution): readonly string[] {
  const { digest, typedData } = messageOf(place, contribution);
  return [`  digest      ${digest}`, `  typed data  ${JSON.stringify(typedData)}`];
}

/**
 * Shows what to sign and waits for the signature, one line on standard input.
 * @throws CliError if none comes
 */
export async function askForSignature(
  contributor: Hex,
  { place, contribution }: { readonly place: CeremonyPlace; readonly contribution: Contribution },
): Promise<Hex> {
  console.error(`Have ${contributor} sign this, give its signature here, then Enter:`);
  for (const line of messageLines(place, contribution)) console.error(line);
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) return parseSignature(line);
  throw new CliError(
    "Standard input ended without a signature.",
    "Run it again, and keep it running until you have the signature.",
  );
}

/** A signature as it is, or the file that holds it. @throws CliError */
export async function readSignature(given: string): Promise<Hex> {
  if (given.startsWith("0x")) return parseSignature(given);
  try {
    return parseSignature(await readFile(given, "utf8"));
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    const next = "Give 0x and hexadecimal digits, or the name of a file with them.";
    throw new CliError(`${given} is no signature, and no file that can be read.`, next, cause);
  }
}

function parseSignature(text: string): Hex {
  const signature = text.trim().toLowerCase();
  if (/^0x([0-9a-f]{2}){0,4096}$/.test(signature)) return signature as Hex;
  const next = "Give 0x and an even number of hexadecimal digits, 8,192 at most.";
  throw new CliError("This is no signature.", next);
}
