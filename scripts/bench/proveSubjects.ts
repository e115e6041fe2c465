import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import { parseModel } from "../../circuits/compiler/integer/modelFile.ts";
import { payloadLength } from "../../circuits/compiler/integer/payload.ts";
import { calculateWitness } from "../../circuits/compiler/witness/calculateWitness.ts";
import { encodeWtns } from "../../circuits/compiler/witness/writeWtns.ts";
import { ensureDevelopmentKeys } from "../../circuits/keys/developmentKeys.ts";
import { buildRelease } from "../../circuits/release/buildRelease.ts";
import { LocalStore } from "../../orchestrator/storage/localStore.ts";
import { benchCircuit } from "./proveCircuits.ts";

/** Files to prove from, and what they took to make. */
export interface Subject {
  readonly circuit: string;
  readonly constraints: number;
  readonly setupMs: number;
  readonly zkeyPath: string;
  readonly wtnsPath: string;
}

const root = resolve(import.meta.dirname, "../..");
const CHALLENGE = 7n;

/** Every subject by name, those that take long last; each is made in an empty directory. */
export const SUBJECTS: ReadonlyMap<string, (directory: string) => Promise<Subject>> = new Map([
  ...["digits-mlp", "digits-cnn", "volatility"].map(
    (model) => [model, (directory: string) => releaseSubject(model, directory)] as const,
  ),
  ...[13, 15, 17, 18].flatMap((power) =>
    (["bits", "dense"] as const).map((kind) => {
      const circuit = `${kind}-2^${power}`;
      const make = (directory: string) => circuitSubject({ circuit, kind, power, directory });
      return [circuit, make] as const;
    }),
  ),
]);

async function circuitSubject(input: {
  readonly circuit: string;
  readonly kind: "bits" | "dense";
  readonly power: number;
  readonly directory: string;
}): Promise<Subject> {
  const { circuit, kind, power, directory } = input;
  const { constraints, r1cs, wtns } = benchCircuit(kind, power);
  const start = performance.now();
  const name = `${kind}-${power}`;
  const { zkeyPath } = await ensureDevelopmentKeys({ r1cs, name, cacheDirectory: directory });
  const setupMs = performance.now() - start;
  const wtnsPath = join(directory, "witness.wtns");
  await writeFile(wtnsPath, wtns);
  return { circuit, constraints, setupMs, zkeyPath, wtnsPath };
}

async function releaseSubject(name: string, directory: string): Promise<Subject> {
  const modelDirectory = join(root, "models", name);
  const store = new LocalStore(join(directory, "store"));
  const cacheDirectory = join(directory, "keys");
  const { manifest, keysMs } = await buildRelease({ modelDirectory, store, cacheDirectory });
  const { integerModel, provingKey } = manifest.artefacts;
  const model = parseModel(await store.get(integerModel.cid));
  const witness = calculateWitness({
    model,
    // Any bytes of this length have a proof.
    input: Uint8Array.from({ length: payloadLength(model.inputs) }, (_, index) => (index * 5) % 17),
    challengeOf: () => CHALLENGE,
  });
  const [zkeyPath, wtnsPath] = [join(directory, "key.zkey"), join(directory, "witness.wtns")];
  await writeFile(zkeyPath, await store.get(provingKey.cid));
  await writeFile(wtnsPath, encodeWtns(witness.values));
  const constraints = manifest.circuit.rows;
  return { circuit: name, constraints, setupMs: keysMs, zkeyPath, wtnsPath };
}
