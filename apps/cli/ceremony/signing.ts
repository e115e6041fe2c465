import {
  readExchange,
  writeExchange,
  type Exchange,
} from "../../../circuits/keys/ceremony/exchangeFile.ts";
import { addSignature, contributionOf } from "../../../circuits/keys/ceremony/steps.ts";
import { verifyCeremony } from "../../../circuits/keys/ceremony/verifyCeremony.ts";
import { contributorOf } from "../../../scripts/ceremony/contributor.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { placeOf as placeIn } from "../../../sdk/protocol/ceremonyTranscript.ts";
import { sayJson } from "../chain/say.ts";
import { CliError } from "../failure.ts";
import { readCircuit } from "./inputs.ts";
import { stepTeller } from "./stepTeller.ts";

export async function sign(
  file: string,
  options: {
    readonly keyFile?: string;
    readonly signature?: string;
    readonly circuit?: string;
    readonly ptau?: string;
    readonly json?: boolean;
  },
): Promise<void> {
  const { keyFile, signature: given } = options;
  if ((keyFile === undefined) === (given === undefined)) {
    const next = "Give --key-file to sign, or --signature to add what another signed.";
    throw new CliError("This needs one signature.", next);
  }
  const exchange = await readExchange(file);
  const isVerified = await verifyNamed(exchange, options);
  const signature = keyFile === undefined ? given : await signWith(exchange, keyFile);
  const { exchange: next, contributor } = await addSignature(exchange, signature as Hex);
  await writeExchange(file, next);
  const { keyId } = next.transcript;
  if (options.json === true) {
    sayJson({ contributor, ...contributionOf(next, contributor), signature });
    return;
  }
  console.log(`${file}: ${contributor} signed for the key ${keyId}`);
  console.log(`  signature  ${signature}`);
  if (given === undefined) {
    if (!isVerified) console.error("  signed without a look at circuit and powers of tau");
    console.log("  Give it to whoever collects: assay ceremony sign FILE --signature SIGNATURE");
  }
}

/** @returns Whether the user named what the whole key is verified with. */
async function verifyNamed(
  exchange: Exchange,
  { circuit, ptau }: { readonly circuit?: string; readonly ptau?: string },
): Promise<boolean> {
  if (circuit === undefined && ptau === undefined) return false;
  if (circuit === undefined || ptau === undefined) {
    const sentence = "--circuit and --ptau belong together: the key is verified with both.";
    throw new CliError(sentence, "Give both, or neither.");
  }
  const { r1cs } = await readCircuit(circuit);
  await verifyCeremony(exchange, { r1cs, ptauPath: ptau, onStep: stepTeller() });
  return true;
}

async function signWith(exchange: Exchange, keyFile: string): Promise<Hex> {
  const { address, sign: signContribution } = await contributorOf(
    keyFile,
    placeIn(exchange.transcript),
  );
  return signContribution(contributionOf(exchange, address));
}
