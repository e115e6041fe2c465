import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";

import type { ClaimProver } from "../../circuits/claim/claimProver.ts";
import { encodeStatic, keccak, keccakText, type Hex } from "../../sdk/protocol/abiEncoding.ts";

/** Bytes of input and output of the simulated model. */
export const INPUT_LENGTH = 128;
export const OUTPUT_LENGTH = 20;
/** What checking the stand-in burns, so that it costs what a proof does. */
export const STAND_IN_GAS = 211_400n;
/** A commitment and a proof. */
const EVIDENCE_LENGTH = 288;
const WORD_LENGTH = 32;
/** As in `ScriptedVerifier`. */
const STAND_IN = keccakText("assay.simulation.v1");

/** What evidence is asked of: `payee` is an operator's id, or who overturns. */
export interface Claimed {
  readonly requestId: Hex;
  readonly payee: bigint;
  readonly input: Hex;
}

/** The model of the simulation: its one right output, as `ScriptedVerifier` knows it too. */
export function rightOutput(input: Hex): Hex {
  return keccak(hexToBytes(input.slice(2))).slice(0, 2 + 2 * OUTPUT_LENGTH) as Hex;
}

/** What a liar answers. */
export function wrongOutput(input: Hex): Hex {
  const right = rightOutput(input);
  // Any other output; this one differs in the last digit.
  return `${right.slice(0, -1)}${right.endsWith("0") ? "1" : "0"}` as Hex;
}

/** Evidence that the right output is right, without a proof; of a proof's length. */
export function standIn({ requestId, payee, input }: Claimed): Hex {
  const right = rightOutput(input).slice(2).padEnd(64, "0");
  const binding = keccak(encodeStatic([requestId, payee, `0x${right}`]));
  const rest = EVIDENCE_LENGTH - 2 * WORD_LENGTH;
  return `${STAND_IN}${binding.slice(2)}${"5a".repeat(rest)}`;
}

/** Makes evidence: now and then a real proof, stand-ins otherwise. */
export class EvidenceMaker {
  readonly #prover: ClaimProver;
  readonly #every: number;
  readonly #most: number;
  #asked = 0;
  #made = 0;

  /** One in `every` is a real proof, until there were `realProofs`. */
  constructor(settings: {
    readonly prover: ClaimProver;
    readonly every: number;
    readonly realProofs: number;
  }) {
    this.#prover = settings.prover;
    this.#every = settings.every;
    this.#most = settings.realProofs;
  }

  /** Real proofs so far. */
  get realProofs(): number {
    return this.#made;
  }

  async evidenceFor(claimed: Claimed): Promise<Hex> {
    const isTurn = this.#asked++ % this.#every === 0;
    if (!isTurn || this.#made === this.#most) return standIn(claimed);
    this.#made += 1;
    return proofWithoutZeros(this.#prover, claimed);
  }
}

/** Proofs are random and a zero byte of calldata is cheaper: with none, the same run costs the same gas. */
async function proofWithoutZeros(prover: ClaimProver, claimed: Claimed): Promise<Hex> {
  const input = hexToBytes(claimed.input.slice(2));
  const output = hexToBytes(rightOutput(claimed.input).slice(2));
  const requestId = BigInt(claimed.requestId);
  for (;;) {
    const evidence = await prover.prove({ requestId, payee: claimed.payee, input, output });
    // The commitment in front is the same each time.
    if (!evidence.subarray(WORD_LENGTH).includes(0)) return `0x${bytesToHex(evidence)}`;
  }
}
