import {
  readExchange,
  writeExchange,
  type Exchange,
} from "../../../circuits/keys/ceremony/exchangeFile.ts";
import type { IsSigned } from "../../../circuits/keys/ceremony/signatureCheck.ts";
import { addSignature, contributionOf } from "../../../circuits/keys/ceremony/steps.ts";
import { verifyCeremony } from "../../../circuits/keys/ceremony/verifyCeremony.ts";
import { contributorOf } from "../../../scripts/ceremony/contributor.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { placeOf as placeIn } from "../../../sdk/protocol/ceremonyTranscript.ts";
import { sayJson } from "../chain/say.ts";
import { parseAddress } from "../chain/words.ts";
import { CliError } from "../failure.ts";
import { withSignatures } from "./chainCheck.ts";
import { readCircuit } from "./inputs.ts";
import { messageLines, messageOf, readSignature } from "./outsideSigner.ts";
import { stepTeller } from "./stepTeller.ts";

interface SignOptions {
  readonly keyFile?: string;
  readonly signature?: string;
  readonly message?: boolean;
  readonly contributor?: string;
  readonly circuit?: string;
  readonly ptau?: string;
  readonly rpc?: string;
  readonly json?: boolean;
}

export async function sign(file: string, options: SignOptions): Promise<void> {
  const { keyFile, signature: given, message = false, rpc } = options;
  if ([keyFile !== undefined, given !== undefined, message].filter(Boolean).length !== 1) {
    const next =
      "Give --key-file to sign, --signature to add what was signed elsewhere, or --message to see " +
      "what is to be signed.";
    throw new CliError("This needs one signature.", next);
  }
  const exchange = await readExchange(file);
  if (message) {
    sayMessage(exchange, options);
    return;
  }
  const contributor =
    options.contributor === undefined ? undefined : parseAddress(options.contributor);
  const { isVerified, signature, added } = await withSignatures(rpc, async (isSigned) => {
    const isVerified = await verifyNamed(exchange, { ...options, isSigned });
    const signature =
      keyFile === undefined ? await readSignature(given ?? "") : await signWith(exchange, keyFile);
    const added = await addSignature(exchange, { signature, contributor, isSigned });
    return { isVerified, signature, added };
  });
  await writeExchange(file, added.exchange);
  if (options.json === true) {
    const own = contributionOf(added.exchange, added.contributor);
    sayJson({ contributor: added.contributor, ...own, signature });
    return;
  }
  const { keyId } = added.exchange.transcript;
  console.log(`${file}: ${added.contributor} signed for the key ${keyId}`);
  console.log(`  signature  ${signature}`);
  if (given === undefined) {
    if (!isVerified) console.error("  signed without a look at circuit and powers of tau");
    console.log("  Give it to whoever collects: assay ceremony sign FILE --signature SIGNATURE");
  }
}

/** What the contributor signs once the key is final. @throws CliError, CeremonyError */
function sayMessage(exchange: Exchange, options: SignOptions): void {
  if (options.contributor === undefined) {
    throw new CliError("Whose message?", "Give --contributor with the address that contributed.");
  }
  const contributor = parseAddress(options.contributor).toLowerCase() as Hex;
  const contribution = contributionOf(exchange, contributor);
  const place = placeIn(exchange.transcript);
  if (options.json === true) {
    sayJson({ contributor, ...contribution, ...messageOf(place, contribution) });
    return;
  }
  console.log(`${contributor} signs for the key ${contribution.keyId}:`);
  for (const line of messageLines(place, contribution)) console.log(line);
  console.log(
    "  Add it with: assay ceremony sign FILE --signature SIGNATURE, for a contract --rpc",
  );
}

/** @returns Whether the user named what the whole key is verified with. */
async function verifyNamed(
  exchange: Exchange,
  {
    circuit,
    ptau,
    isSigned,
  }: Pick<SignOptions, "circuit" | "ptau"> & { readonly isSigned: IsSigned },
): Promise<boolean> {
  if (circuit === undefined && ptau === undefined) return false;
  if (circuit === undefined || ptau === undefined) {
    const sentence = "--circuit and --ptau belong together: the key is verified with both.";
    throw new CliError(sentence, "Give both, or neither.");
  }
  const { r1cs } = await readCircuit(circuit);
  await verifyCeremony(exchange, { r1cs, ptauPath: ptau, isSigned, onStep: stepTeller() });
  return true;
}

async function signWith(exchange: Exchange, keyFile: string): Promise<Hex> {
  const { address, sign: signContribution } = await contributorOf(
    keyFile,
    placeIn(exchange.transcript),
  );
  return signContribution(contributionOf(exchange, address));
}
