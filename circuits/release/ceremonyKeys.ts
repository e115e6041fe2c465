import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";

import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { canonicalJson } from "../../sdk/protocol/canonicalJson.ts";
import {
  encodeTranscript,
  isDevelopmentTranscript,
} from "../../sdk/protocol/ceremonyTranscript.ts";
import { toSnarkjsVerifyingKey } from "../../sdk/protocol/verifyingKey.ts";
import { CeremonyError } from "../keys/ceremony/ceremonyError.ts";
import { type Exchange, parseTranscript } from "../keys/ceremony/exchangeFile.ts";
import { factsOf } from "../keys/ceremony/keyFacts.ts";
import type { OnStep } from "../keys/ceremony/phaseTwo.ts";
import type { IsSigned } from "../keys/ceremony/signatureCheck.ts";
import { requireOutside, verifyCeremony } from "../keys/ceremony/verifyCeremony.ts";
import { replaceFile } from "../keys/replaceFile.ts";
import type { MakeKeys } from "./releaseKeys.ts";

const FILES = {
  circuit: "circuit.r1cs",
  key: "key.zkey",
  verifyingKey: "verifying_key.json",
  /** Written last: where it is, the others are. */
  transcript: "ceremony.json",
} as const;

/**
 * Writes what a finished ceremony gave, each file whole or not at all.
 * @returns Paths of the files.
 */
export async function writeCeremony(
  folder: string,
  { exchange, r1cs }: { readonly exchange: Exchange; readonly r1cs: Uint8Array },
): Promise<readonly string[]> {
  const { zkey, transcript } = exchange;
  const key = { ...toSnarkjsVerifyingKey(factsOf(zkey).verifyingKey) };
  const files = [
    [FILES.circuit, r1cs],
    [FILES.key, zkey],
    [FILES.verifyingKey, canonicalJson(key)],
    [FILES.transcript, encodeTranscript(transcript)],
  ] as const;
  await mkdir(folder, { recursive: true });
  for (const [name, content] of files) await replaceFile(path.join(folder, name), content);
  return files.map(([name]) => path.join(folder, name));
}

/**
 * Keys that a ceremony's folder holds, after everything it says was computed anew.
 * @param input.publisher Does not count as a contributor; null: unknown
 * @throws CeremonyError; KeyError ZkeyMalformed; a file error
 */
export function ceremonyKeys(input: {
  readonly folder: string;
  readonly ptauPath: string;
  readonly publisher: Hex | null;
  readonly isSigned?: IsSigned;
  readonly onStep: OnStep;
}): MakeKeys {
  return async ({ r1cs }) => {
    const { folder, publisher } = input;
    const exchange = await readCeremony(folder);
    const { zkey, transcript } = exchange;
    requireOutside(factsOf(zkey), { transcript, publisher });
    const { verifyingKey, domainSize } = await verifyCeremony(exchange, { ...input, r1cs });
    return {
      zkey,
      verifyingKey,
      domainSize,
      circuitDigest: transcript.circuitDigest,
      transcript: encodeTranscript(transcript),
    };
  };
}

async function readCeremony(folder: string): Promise<Exchange> {
  const [zkey, file] = await Promise.all(
    [FILES.key, FILES.transcript].map((name) => readFile(path.join(folder, name))),
  );
  if (zkey === undefined || file === undefined) throw new Error("both files were read");
  if (isDevelopmentTranscript(file)) {
    throw new CeremonyError(
      "DevelopmentKey",
      `The transcript in ${folder} says that the key's secret is published. Name the folder that ` +
        "assay ceremony export wrote.",
      { data: { folder } },
    );
  }
  return { zkey: new Uint8Array(zkey), transcript: parseTranscript(file) };
}
