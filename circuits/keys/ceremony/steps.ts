import { createHash } from "node:crypto";

import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import type { CeremonyPlace } from "../../../sdk/protocol/ceremony.ts";
import type { Beacon, CeremonyTranscript } from "../../../sdk/protocol/ceremonyTranscript.ts";
import { domainPower, readR1csHeader } from "../r1csHeader.ts";
import { CeremonyError } from "./ceremonyError.ts";
import {
  afterBeacon,
  checkExchange,
  claimOf,
  contributorTwice,
  recorded,
  requireSigned,
} from "./checkExchange.ts";
import { checkChain, MOST_ITERATIONS_EXPONENT } from "./contributionChain.ts";
import type { Exchange } from "./exchangeFile.ts";
import { deltaOf, factsOf, hex } from "./keyFacts.ts";
import { contributeBeacon, contributeSecret, newKey, type OnStep } from "./phaseTwo.ts";
import { readPtau, requirePower } from "./ptauFile.ts";
import { byAccount, type IsSigned, type SignatureClaim } from "./signatureCheck.ts";

/** Least snarkjs takes. */
export const LEAST_ITERATIONS_EXPONENT = 10;
const BEACON_NAME = "beacon";

/** Signs for a contribution to a key, as `CeremonyBook` takes it. */
export type SignContribution = (contribution: {
  readonly keyId: Hex;
  readonly contributionHash: Hex;
}) => Promise<Hex>;

/**
 * A circuit's key before anybody contributed, for contributors to hand on.
 * @throws CeremonyError PtauMalformed, PtauTooSmall, CircuitForeign; KeyError CircuitMalformed
 */
export async function startCeremony(input: {
  readonly r1cs: Uint8Array;
  readonly name: string;
  /** A prepared powers-of-tau file. */
  readonly ptauPath: string;
  readonly place: CeremonyPlace;
  readonly onStep: OnStep;
}): Promise<Exchange> {
  const { r1cs, name, ptauPath, place, onStep } = input;
  const power = domainPower(readR1csHeader(r1cs));
  onStep("hashing the powers of tau");
  const ptau = await readPtau(ptauPath);
  requirePower(ptau, power);
  const zkey = await newKey({ r1cs, ptau: ptauPath, onStep });
  const { contributions, setup } = factsOf(zkey);
  const transcript: CeremonyTranscript = {
    format: "assay.ceremony.v1",
    kind: "contributions",
    name,
    circuitDigest: digestOf(r1cs),
    circuitHash: hex(contributions.circuitHash),
    powersOfTau: { digest: ptau.digest, power: ptau.power, setup },
    place: { chainId: place.chainId.toString(), book: lower(place.book) },
    contributions: [],
    beacon: null,
    keyId: null,
  };
  return { zkey, transcript };
}

/**
 * Multiplies a new secret into the key and signs for it.
 * @param input.typed Mixed into the system's randomness; may be empty.
 * @throws CeremonyError ContributionAfterBeacon, ContributorTwice, SignatureInvalid, and those of
 *   `checkExchange`
 */
export async function contributeTo(
  exchange: Exchange,
  input: {
    readonly name: string;
    readonly contributor: Hex;
    readonly typed: string;
    readonly sign: SignContribution;
    readonly isSigned?: IsSigned;
    readonly onStep: OnStep;
  },
): Promise<Exchange> {
  const { transcript } = exchange;
  const { name, isSigned = byAccount } = input;
  const contributor = lower(input.contributor);
  if (transcript.beacon !== null) throw afterBeacon();
  if (transcript.contributions.some((each) => each.contributor === contributor)) {
    throw contributorTwice(contributor);
  }
  input.onStep("checking what came before");
  await checkExchange(exchange, isSigned);
  const zkey = await contributeSecret({ ...input, zkey: exchange.zkey });
  const { keyId, contributions, delta, verifyingKey } = factsOf(zkey);
  const hash = hex((await checkChain(contributions, delta)).at(-1) ?? new Uint8Array());
  const signature = lower(await input.sign({ keyId, contributionHash: recorded(hash) }));
  const claim = claimOf(transcript, { contributor, hash, keyId, signature });
  await requireSigned({ name, claim, isSigned });
  const handover = { delta: deltaOf(verifyingKey), keyId, signature };
  const own = { name, contributor, hash, handover, signature: null };
  return {
    zkey,
    transcript: {
      ...transcript,
      contributions: [...transcript.contributions, own],
    },
  };
}

/**
 * Ends the contributions with a public hash; from then on contributors sign for the final key.
 * @throws CeremonyError BeaconInvalid, KeyWithoutContribution, and those of `checkExchange`
 */
export async function applyBeacon(
  exchange: Exchange,
  input: {
    readonly beacon: Beacon;
    readonly isSigned?: IsSigned;
    readonly onStep: OnStep;
  },
): Promise<Exchange> {
  const { beacon, isSigned, onStep } = input;
  const { transcript } = exchange;
  const { hash, iterationsExponent: exponent } = beacon;
  if (transcript.beacon !== null) {
    throw refusedBeacon(`the ceremony has ended with the beacon ${transcript.beacon.hash}`);
  }
  if (!/^0x([0-9a-f]{2}){32,255}$/.test(hash)) {
    throw refusedBeacon(`${hash} is no hash of 32 to 255 bytes`);
  }
  if (!(exponent >= LEAST_ITERATIONS_EXPONENT && exponent <= MOST_ITERATIONS_EXPONENT)) {
    const range = `${LEAST_ITERATIONS_EXPONENT} to ${MOST_ITERATIONS_EXPONENT}`;
    throw refusedBeacon(`2^${exponent} hashes are none of 2^${range}`);
  }
  if (transcript.contributions.length === 0) {
    throw new CeremonyError(
      "KeyWithoutContribution",
      "Nobody contributed, and what a beacon adds is known to all. Have somebody contribute first.",
    );
  }
  onStep("checking what came before");
  await checkExchange(exchange, isSigned);
  const zkey = await contributeBeacon({ zkey: exchange.zkey, name: BEACON_NAME, beacon, onStep });
  return { zkey, transcript: { ...transcript, beacon, keyId: factsOf(zkey).keyId } };
}

/** What a contributor signs once the key is final. @throws CeremonyError BeaconMissing,
 * ContributorUnknown */
export function contributionOf(
  { transcript }: Exchange,
  contributor: Hex,
): { readonly keyId: Hex; readonly contributionHash: Hex } {
  const keyId = finalKey(transcript);
  const address = lower(contributor);
  const own = transcript.contributions.find((each) => each.contributor === address);
  if (own !== undefined) return { keyId, contributionHash: recorded(own.hash) };
  throw new CeremonyError(
    "ContributorUnknown",
    `${contributor} did not contribute. Use the key that you contributed with.`,
    { data: { contributor } },
  );
}

/**
 * Adds a contributor's signature for the final key.
 * @param input.contributor Whose it is; without it, it shows that itself. A contract may take any.
 * @throws CeremonyError BeaconMissing, SignatureInvalid, and those of `checkExchange`
 */
export async function addSignature(
  exchange: Exchange,
  input: {
    readonly signature: Hex;
    readonly contributor?: Hex | undefined;
    readonly isSigned?: IsSigned;
  },
): Promise<{ readonly exchange: Exchange; readonly contributor: Hex }> {
  const { transcript, zkey } = exchange;
  const { isSigned = byAccount, contributor } = input;
  await checkExchange(exchange, isSigned);
  const keyId = finalKey(transcript);
  const signature = lower(input.signature);
  const claims = transcript.contributions
    .filter((each) => contributor === undefined || each.contributor === lower(contributor))
    .map((each) => claimOf(transcript, { ...each, keyId, signature }));
  const claim = (await firstOf(claims, byAccount)) ?? (await firstOf(claims, isSigned));
  // What an account signed counts as the chain sees it, too.
  if (claim === null || !(await isSigned(claim))) throw signedByNobody(signature);
  const contributions = transcript.contributions.map((each) =>
    each.contributor === claim.contributor ? { ...each, signature } : each,
  );
  const signed = { zkey, transcript: { ...transcript, contributions } };
  return { exchange: signed, contributor: claim.contributor };
}

async function firstOf(
  claims: readonly SignatureClaim[],
  isSigned: IsSigned,
): Promise<SignatureClaim | null> {
  for (const claim of claims) if (await isSigned(claim)) return claim;
  return null;
}

function signedByNobody(signature: Hex): CeremonyError {
  return new CeremonyError(
    "SignatureInvalid",
    "No contributor signed this for his contribution to this key. Ask for the signature again: assay " +
      "ceremony sign prints it; if a contract signed, name its chain with --rpc.",
    { data: { signature } },
  );
}

/** sha-256 of an r1cs file. */
export function digestOf(r1cs: Uint8Array): Hex {
  return hex(createHash("sha256").update(r1cs).digest());
}

function finalKey({ keyId }: CeremonyTranscript): Hex {
  if (keyId !== null) return keyId;
  throw new CeremonyError(
    "BeaconMissing",
    "The key is not final: more contributions may come. End them with assay ceremony beacon.",
  );
}

function refusedBeacon(fact: string): CeremonyError {
  return new CeremonyError("BeaconInvalid", `No beacon can be applied: ${fact}.`);
}

function lower(text: Hex): Hex {
  return text.toLowerCase() as Hex;
}
