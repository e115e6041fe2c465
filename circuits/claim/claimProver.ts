import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { groth16, wtns, type Groth16Proof } from "snarkjs";

import { publicSignals, type ProofBinding } from "../../sdk/protocol/publicSignals.ts";
import type { VerifyingKey } from "../../sdk/protocol/verifyingKey.ts";
import { claimWords } from "../../sdk/protocol/words.ts";
import { ensureDevelopmentKeys } from "../keys/developmentKeys.ts";

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, "../..");

/** Circuits in this folder that state nothing but a claim of 128 input and 20 output bytes. */
export type ClaimCircuit = "sixWords" | "sixWordsOther" | "sixWordsThird" | "sixWordsFourth";

/** Proves claims whose output is chosen freely: what the contracts are tested and measured with. */
export interface ClaimProver {
  readonly verifyingKey: VerifyingKey;
  /** Evidence as `ZkVerifier` takes it: the commitment, then the proof. */
  prove(claim: FreeClaim): Promise<Uint8Array>;
  /** The public signals as the circuit computes them: h, y, c. */
  signals(claim: FreeClaim): Promise<readonly bigint[]>;
}

type FreeClaim = ProofBinding & { readonly input: Uint8Array; readonly output: Uint8Array };

/** Compiles the circuit with circom and makes its development key, both under `build/claim`. */
export async function claimProver(circuit: ClaimCircuit): Promise<ClaimProver> {
  const directory = path.join(ROOT, "build/claim");
  await mkdir(directory, { recursive: true });
  const compiler = path.join(ROOT, "node_modules/circom2/cli.js");
  const source = `circuits/claim/${circuit}.circom`;
  // circom2 cannot read outside the folder it runs in.
  // A folder of its own: others may compile the same circuit at the same time.
  const output = await mkdtemp(path.join(directory, "circom-"));
  const flags = ["--r1cs", "--wasm", "-o", path.relative(ROOT, output)];
  await run(process.execPath, [compiler, source, ...flags], { cwd: ROOT });
  const r1cs = await readFile(path.join(output, `${circuit}.r1cs`));
  const wasm = await readFile(path.join(output, `${circuit}_js/${circuit}.wasm`));
  await rm(output, { recursive: true });
  const keys = await ensureDevelopmentKeys({ r1cs, name: circuit, cacheDirectory: directory });

  const proofOf = async (claim: FreeClaim) => {
    const [, , c] = publicSignals(claim);
    const words = claimWords(claim.input, claim.output);
    const witness = { type: "mem" } as const;
    await wtns.calculate({ c, words }, wasm, witness);
    return groth16.prove(keys.zkey, witness, undefined, { singleThread: true });
  };

  return {
    verifyingKey: keys.verifyingKey,
    async prove(claim) {
      const { proof } = await proofOf(claim);
      return encodeEvidence(publicSignals(claim)[0], proof);
    },
    async signals(claim) {
      return (await proofOf(claim)).publicSignals.map(BigInt);
    },
  };
}

/** Evidence of a proof: coordinates of G2 imaginary part first, as the precompiles read them. */
export function encodeEvidence(commitment: bigint, { pi_a, pi_b, pi_c }: Groth16Proof): Uint8Array {
  const [[xReal, xImaginary], [yReal, yImaginary]] = pi_b;
  const words = [commitment, pi_a[0], pi_a[1], xImaginary, xReal, yImaginary, yReal];
  const hex = [...words, pi_c[0], pi_c[1]]
    .map((word) => BigInt(word).toString(16).padStart(64, "0"))
    .join("");
  return new Uint8Array(Buffer.from(hex, "hex"));
}
