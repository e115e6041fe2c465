import { access } from "node:fs/promises";

import { recorded } from "../../../circuits/keys/ceremony/checkExchange.ts";
import { readExchange, writeExchange } from "../../../circuits/keys/ceremony/exchangeFile.ts";
import { applyBeacon, contributeTo, startCeremony } from "../../../circuits/keys/ceremony/steps.ts";
import { contributorOf, type Contributor } from "../../../scripts/ceremony/contributor.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import type { CeremonyPlace } from "../../../sdk/protocol/ceremony.ts";
import { placeOf as placeIn } from "../../../sdk/protocol/ceremonyTranscript.ts";
import { sayJson } from "../chain/say.ts";
import { parseAddress, parseWhole } from "../chain/words.ts";
import { CliError } from "../failure.ts";
import { withSignatures } from "./chainCheck.ts";
import { placeOf, readCircuit, readTyped, type PlaceOptions } from "./inputs.ts";
import { askForSignature } from "./outsideSigner.ts";
import { stepTeller } from "./stepTeller.ts";

const EXPONENT = { what: "exponent", most: 63n };

export async function start(
  circuit: string,
  options: PlaceOptions & { readonly ptau: string; readonly out: string },
): Promise<void> {
  const { out, ptau: ptauPath } = options;
  const place = await placeOf(options);
  await requireAbsent(out);
  const { name, r1cs } = await readCircuit(circuit);
  const exchange = await startCeremony({ r1cs, name, ptauPath, place, onStep: stepTeller() });
  await writeExchange(out, exchange);
  console.log(`${out}: hand it to the first contributor`);
  console.log("  who runs: assay ceremony contribute FILE --name NAME --key-file KEY");
}

interface ContributeOptions extends SignerOptions {
  readonly name: string;
  readonly rpc?: string;
  readonly typed?: boolean;
  readonly json?: boolean;
}

export async function contribute(file: string, options: ContributeOptions): Promise<void> {
  const exchange = await readExchange(file);
  const { address, sign } = await signerIn(placeIn(exchange.transcript), options);
  const typed = options.typed === true ? await readTyped() : "";
  const { name, rpc } = options;
  const who = { name: requireName(name), contributor: address, typed, sign };
  const next = await withSignatures(rpc, (isSigned) =>
    contributeTo(exchange, { ...who, isSigned, onStep: stepTeller() }),
  );
  await writeExchange(file, next);
  const own = next.transcript.contributions.at(-1);
  if (own === undefined) throw new Error("a contribution was made");
  const contributionHash = recorded(own.hash);
  if (options.json === true) {
    sayJson({
      name,
      contributor: own.contributor,
      hash: own.hash,
      contributionHash,
      ...own.handover,
    });
    return;
  }
  console.log(`${file}: contribution ${next.transcript.contributions.length} is yours, ${name}`);
  console.log(`  hash  ${contributionHash}`);
  console.log("  Keep the hash. Hand the file on; after the beacon run assay ceremony sign.");
}

export async function beacon(
  file: string,
  options: { readonly hash: string; readonly iterations: string; readonly rpc?: string },
): Promise<void> {
  const exchange = await readExchange(file);
  const iterationsExponent = Number(parseWhole(options.iterations, EXPONENT));
  const hash = options.hash.toLowerCase() as Hex;
  const beaconGiven = { hash, iterationsExponent };
  const next = await withSignatures(options.rpc, (isSigned) =>
    applyBeacon(exchange, { beacon: beaconGiven, isSigned, onStep: stepTeller() }),
  );
  await writeExchange(file, next);
  console.log(`${file}: the key is final, ${next.transcript.keyId}`);
  console.log("  Give it to every contributor; each runs: assay ceremony sign FILE --key-file KEY");
}

interface SignerOptions {
  readonly keyFile?: string;
  readonly contributor?: string;
}

/** The account of a key file, or whoever is asked for his signature. @throws CliError */
async function signerIn(
  place: CeremonyPlace,
  { keyFile, contributor }: SignerOptions,
): Promise<Contributor> {
  if (keyFile !== undefined && contributor === undefined) return contributorOf(keyFile, place);
  if (keyFile === undefined && contributor !== undefined) {
    const address = parseAddress(contributor);
    const sign: Contributor["sign"] = (contribution) =>
      askForSignature(address, { place, contribution });
    return { address, sign };
  }
  const next =
    "Give --key-file to sign with, or --contributor with the address of what signs elsewhere.";
  throw new CliError("This needs one contributor.", next);
}

function requireName(name: string): string {
  if (name.length <= 64 && /^\P{C}+$/u.test(name)) return name;
  const next = "Give --name 1 to 64 printable characters.";
  throw new CliError(`${JSON.stringify(name)} is no name.`, next);
}

async function requireAbsent(file: string): Promise<void> {
  try {
    await access(file);
  } catch {
    return;
  }
  const next = "Name a new file with --out: the old one may hold contributions.";
  throw new CliError(`${file} exists.`, next);
}
