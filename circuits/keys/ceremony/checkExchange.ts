import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { contributionDigest, contributionHash } from "../../../sdk/protocol/ceremony.ts";
import {
  placeOf,
  type CeremonyTranscript,
  type TranscriptContribution,
} from "../../../sdk/protocol/ceremonyTranscript.ts";
import { verifyingKeyId } from "../../../sdk/protocol/verifyingKey.ts";
import { CeremonyError } from "./ceremonyError.ts";
import { areDeltas, checkChain } from "./contributionChain.ts";
import type { Exchange } from "./exchangeFile.ts";
import { factsOf, hex, parseDelta, type KeyFacts } from "./keyFacts.ts";
import { byAccount, type IsSigned, type SignatureClaim } from "./signatureCheck.ts";

/**
 * Whether a transcript tells of exactly the contributions in the key beside it, each made by whoever
 * signs for it. Needs neither circuit nor powers of tau: that the key is the circuit's,
 * `verifyCeremony` shows.
 * @param isSigned Without a chain only accounts' signatures are found to be theirs.
 * @throws CeremonyError; KeyError ZkeyMalformed
 */
export async function checkExchange(
  { zkey, transcript }: Exchange,
  isSigned: IsSigned = byAccount,
): Promise<KeyFacts> {
  const facts = factsOf(zkey);
  requireSameKey(facts, transcript);
  requireSameOrder(facts, transcript);
  const names = (await checkChain(facts.contributions, facts.delta)).map(hex);
  requireSameNames(names, transcript);
  await requireHandovers(facts, transcript);
  const seen = new Set<string>();
  for (const each of transcript.contributions) {
    if (seen.has(each.contributor)) throw contributorTwice(each.contributor);
    seen.add(each.contributor);
    await requireSignatures(transcript, { each, isSigned });
  }
  return facts;
}

/** What a contributor signs for a key. */
export function digestFor(
  transcript: CeremonyTranscript,
  { hash, keyId }: { readonly hash: Hex; readonly keyId: Hex },
): Hex {
  return contributionDigest(placeOf(transcript), { keyId, contributionHash: recorded(hash) });
}

/** That a signature is its contributor's for a key. */
export function claimOf(
  transcript: CeremonyTranscript,
  signed: Pick<TranscriptContribution, "contributor" | "hash"> &
    Pick<SignatureClaim, "keyId" | "signature">,
): SignatureClaim {
  const { hash, contributor, keyId, signature } = signed;
  const digest = digestFor(transcript, { hash, keyId });
  const { place } = transcript;
  return { contributor, signature, keyId, contributionHash: recorded(hash), digest, place };
}

/** The 32 bytes a contribution is recorded by on chain. */
export function recorded(hash: Hex): Hex {
  return contributionHash(Buffer.from(hash.slice(2), "hex"));
}

export function contributorTwice(contributor: Hex): CeremonyError {
  return new CeremonyError(
    "ContributorTwice",
    `${contributor} contributed already, and counts once. Hand the file on to somebody else.`,
    { data: { contributor } },
  );
}

function requireSameKey(facts: KeyFacts, transcript: CeremonyTranscript): void {
  const { circuitHash, powersOfTau, keyId } = transcript;
  const differences = [
    hex(facts.contributions.circuitHash) === circuitHash ? [] : ["circuit hash"],
    facts.setup === powersOfTau.setup ? [] : ["powers of tau"],
    keyId === null || facts.keyId === keyId ? [] : ["key id"],
  ].flat();
  if (differences.length > 0) throw foreign(differences.join(", "));
}

/** A beacon ends the list in both, and nothing comes after it. */
function requireSameOrder({ contributions }: KeyFacts, transcript: CeremonyTranscript): void {
  const { list } = contributions;
  const at = list.findIndex(({ beacon }) => beacon !== null);
  if (at !== -1 && at < list.length - 1) throw afterBeacon();
  const beacon = list[at]?.beacon ?? null;
  const told = transcript.beacon;
  const isSame =
    beacon === null
      ? told === null
      : hex(beacon.hash) === told?.hash && beacon.iterationsExponent === told.iterationsExponent;
  if (!isSame) throw foreign("beacon");
  const people = at === -1 ? list.length : at;
  if (people !== transcript.contributions.length) throw foreign("number of contributions");
  transcript.contributions.forEach(({ name }, index) => {
    if (list[index]?.name !== name) throw foreign(`name of contribution ${index + 1}`);
  });
}

export function afterBeacon(): CeremonyError {
  return new CeremonyError(
    "ContributionAfterBeacon",
    "The beacon ended the contributions; what comes after it is known to nobody's benefit. " +
      "Start another ceremony for more contributors.",
  );
}

function requireSameNames(names: readonly Hex[], { contributions }: CeremonyTranscript): void {
  const told = contributions.map(({ hash }) => hash);
  const wrong = told.findIndex((hash, index) => names[index] !== hash);
  if (wrong === -1) return;
  if (told.every((hash) => names.includes(hash))) {
    throw new CeremonyError(
      "ContributionsOutOfOrder",
      `The transcript names contribution ${wrong + 1} in another place than the key. Ask whoever ` +
        "gave you the file for the one he was given.",
      { data: { contribution: wrong + 1 } },
    );
  }
  throw foreign(`hash of contribution ${wrong + 1}`);
}

/** What was signed when the file was handed on was this key, but for what came after. */
async function requireHandovers(
  { verifyingKey, contributions }: KeyFacts,
  transcript: CeremonyTranscript,
): Promise<void> {
  const pairs = transcript.contributions.map(({ handover }, index) => ({
    handover,
    delta1: contributions.list[index]?.deltaAfter ?? new Uint8Array(),
    delta2: parseDelta(handover.delta),
  }));
  for (const [index, { handover, delta2 }] of pairs.entries()) {
    const keyId = hex(verifyingKeyId({ ...verifyingKey, delta: delta2 }));
    if (keyId !== handover.keyId) throw foreign(`key when contribution ${index + 1} was handed on`);
  }
  if (!(await areDeltas(pairs))) throw foreign("delta between contributions");
}

async function requireSignatures(
  transcript: CeremonyTranscript,
  { each, isSigned }: { readonly each: TranscriptContribution; readonly isSigned: IsSigned },
): Promise<void> {
  const { handover, signature } = each;
  const pairs = [
    { keyId: handover.keyId, signature: handover.signature },
    ...(transcript.keyId === null || signature === null
      ? []
      : [{ keyId: transcript.keyId, signature }]),
  ];
  for (const pair of pairs) {
    const claim = claimOf(transcript, { ...each, ...pair });
    await requireSigned({ name: each.name, claim, isSigned });
  }
}

/** @throws CeremonyError SignatureInvalid */
export async function requireSigned(input: {
  readonly name: string;
  readonly claim: SignatureClaim;
  readonly isSigned: IsSigned;
}): Promise<void> {
  const { name, claim, isSigned } = input;
  if (await isSigned(claim)) return;
  const { contributor, keyId } = claim;
  throw new CeremonyError(
    "SignatureInvalid",
    `The signature for ${name}'s contribution is not of ${contributor}. Ask for the file or the ` +
      "signature again; if it is a contract's, name its chain with --rpc.",
    { data: { contributor, keyId } },
  );
}

function foreign(what: string): CeremonyError {
  return new CeremonyError(
    "TranscriptForeign",
    `The transcript tells of another key than the one beside it: another ${what}. Ask whoever gave ` +
      "it to you for the one he was given.",
    { data: { what } },
  );
}
