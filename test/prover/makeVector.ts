// Makes circuits/prover/vectors: a small circuit, its development key, a witness, and the proof that snarkjs
// gives when its random generator always says 2. Run by hand: node test/prover/makeVector.ts
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { curves, groth16 } from "snarkjs";
import { ensureDevelopmentKeys } from "../../circuits/keys/developmentKeys.ts";
import { smallCircuit } from "../circuits/keys/smallCircuit.ts";

const BITS = 20;
const vectors = path.resolve(import.meta.dirname, "../../circuits/prover/vectors");
const scratch = await mkdtemp(path.join(tmpdir(), "assay-vector-"));
const { r1cs, wtns } = smallCircuit(BITS);
const { zkeyPath } = await ensureDevelopmentKeys({ r1cs, name: "vector", cacheDirectory: scratch });
const zkey = await readFile(zkeyPath);
const curve = await curves.getCurveFromName("bn128");
// The curve is one object for all of snarkjs.
Object.assign(curve.Fr, { random: () => curve.Fr.e(2) });
const { proof } = await groth16.prove({ type: "mem", data: zkey }, { type: "mem", data: wtns });
await curve.terminate();
const numbers = [proof.pi_a.slice(0, 2), proof.pi_b[0], proof.pi_b[1], proof.pi_c.slice(0, 2)];
await writeFile(path.join(vectors, "small.zkey"), zkey);
await writeFile(path.join(vectors, "small.r1cs"), r1cs);
await writeFile(path.join(vectors, "small.wtns"), wtns);
const lines = numbers.flat().map((number) => BigInt(number).toString(16).padStart(64, "0"));
await writeFile(path.join(vectors, "small.proof.txt"), `${lines.join("\n")}\n`);
await rm(scratch, { recursive: true });
