import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import type { CeremonyTranscript } from "../../../sdk/protocol/ceremonyTranscript.ts";
import { CeremonyError } from "./ceremonyError.ts";
import { checkExchange } from "./checkExchange.ts";
import type { Exchange } from "./exchangeFile.ts";
import type { KeyFacts } from "./keyFacts.ts";
import { verifyKey, type OnStep } from "./phaseTwo.ts";
import { readPtau } from "./ptauFile.ts";
import type { IsSigned } from "./signatureCheck.ts";
import { digestOf } from "./steps.ts";

/**
 * Everything a ceremony's file says, computed anew from the circuit and the powers of tau. Finished
 * it need not be: see `requireOutside`.
 * @throws CeremonyError; KeyError ZkeyMalformed; a file error
 */
export async function verifyCeremony(
  exchange: Exchange,
  input: {
    readonly r1cs: Uint8Array;
    readonly ptauPath: string;
    readonly isSigned?: IsSigned;
    readonly onStep: OnStep;
  },
): Promise<KeyFacts> {
  const { r1cs, ptauPath, isSigned, onStep } = input;
  const { circuitDigest, powersOfTau } = exchange.transcript;
  const digest = digestOf(r1cs);
  if (digest !== circuitDigest) {
    throw new CeremonyError(
      "CircuitForeign",
      `The ceremony is for the circuit ${circuitDigest}, this one is ${digest}. Name the model it ` +
        "was started with, or the file of another ceremony.",
      { data: { digest, circuitDigest } },
    );
  }
  onStep("checking contributions and signatures");
  const facts = await checkExchange(exchange, isSigned);
  onStep("hashing the powers of tau");
  const ptau = await readPtau(ptauPath);
  if (ptau.digest !== powersOfTau.digest || ptau.power !== powersOfTau.power) {
    throw new CeremonyError(
      "PtauForeign",
      `The ceremony started from the powers of tau ${powersOfTau.digest}, ${ptauPath} is ` +
        `${ptau.digest}. Name the file it started from.`,
      { data: { digest: ptau.digest, expected: powersOfTau.digest } },
    );
  }
  await verifyKey({ r1cs, ptau: ptauPath, zkey: exchange.zkey, onStep });
  return facts;
}

/**
 * What a key needs before anything of value trusts it: a beacon behind the contributions, and the
 * signature for the final key of at least one contributor who is not the publisher.
 * @returns Who signed, without the publisher.
 * @throws CeremonyError KeyWithoutContribution, BeaconMissing, OutsideContributionMissing
 */
export function requireOutside(
  { isBare }: Pick<KeyFacts, "isBare">,
  {
    transcript,
    publisher,
  }: { readonly transcript: CeremonyTranscript; readonly publisher: Hex | null },
): readonly Hex[] {
  if (isBare) {
    throw new CeremonyError(
      "KeyWithoutContribution",
      "Gamma and delta of this key are one: nobody contributed, and anybody can forge its proofs. " +
        "Hand the file to contributors.",
    );
  }
  if (transcript.beacon === null) {
    throw new CeremonyError(
      "BeaconMissing",
      "The key is not final: end the contributions with assay ceremony beacon.",
    );
  }
  const own = publisher?.toLowerCase();
  const outside = signersOf(transcript).filter((signer) => signer !== own);
  if (outside.length > 0) return outside;
  const who = publisher === null ? "No contributor" : "Nobody but the publisher";
  throw new CeremonyError(
    "OutsideContributionMissing",
    `${who} signed for this key: it rests on one word. Have contributors sign: assay ceremony sign.`,
    { data: { publisher } },
  );
}

/** Contributors who signed for the final key, in the order they contributed. */
export function signersOf({ contributions }: CeremonyTranscript): readonly Hex[] {
  return contributions
    .filter(({ signature }) => signature !== null)
    .map(({ contributor }) => contributor);
}
