import { type FileLike, type Groth16Proof as SnarkjsProof, curves, groth16 } from "snarkjs";
import {
  type SnarkjsVerifyingKey,
  toSnarkjsVerifyingKey,
} from "../../sdk/protocol/verifyingKey.ts";
import { OrchestratorError } from "../domain/errors.ts";
import type { Groth16Proof, ProofWatch } from "../domain/ports.ts";
import type { BackendProof, Groth16Backend } from "./groth16Backend.ts";
import type { WarmRelease } from "./warmRelease.ts";

interface Keys {
  /** A file's path, or what is in it. */
  readonly provingKey: FileLike;
  readonly verifyingKey: SnarkjsVerifyingKey;
}

/** snarkjs: the reference, and what proves where nothing was compiled. It cannot be interrupted. */
export class SnarkjsBackend implements Groth16Backend {
  readonly name = "snarkjs";
  readonly #keys = new Map<string, Keys>();

  async load(release: string, files: Omit<WarmRelease, "model">): Promise<void> {
    const { provingKey, verifyingKey } = files;
    this.#keys.set(release, {
      provingKey: typeof provingKey === "string" ? provingKey : { type: "mem", data: provingKey },
      verifyingKey: toSnarkjsVerifyingKey(verifyingKey),
    });
    // Compiles the engine and starts its threads, so that the first proof is as fast as any.
    await curves.getCurveFromName("bn128");
  }

  unload(release: string): void {
    this.#keys.delete(release);
  }

  async prove(
    release: string,
    wtns: Uint8Array,
    { onPhase }: ProofWatch = {},
  ): Promise<BackendProof> {
    const keys = this.#keys.get(release);
    if (keys === undefined) throw new RangeError(`${release} is not loaded`);
    onPhase?.("prove");
    const start = performance.now();
    const { proof, publicSignals } = await fullProve(keys.provingKey, wtns);
    onPhase?.("verify");
    const proven = performance.now();
    if (!(await groth16.verify(keys.verifyingKey, [...publicSignals], proof)))
      throw new OrchestratorError("ProofRejected", { data: { release } });
    const phases = { prove: proven - start, verify: performance.now() - proven };
    return { proof: affine(proof), publicSignals: publicSignals.map(BigInt), phases };
  }
}

async function fullProve(provingKey: FileLike, wtns: Uint8Array) {
  try {
    return await groth16.prove(provingKey, { type: "mem", data: wtns });
  } catch (cause) {
    // snarkjs tells a damaged key, another curve and another circuit apart in words only.
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OrchestratorError("ProvingFailed", { data: { reason }, cause });
  }
}

function affine({ pi_a: a, pi_b: b, pi_c: c }: SnarkjsProof): Groth16Proof {
  const pair = ([x, y]: readonly string[]) => [BigInt(x ?? 0), BigInt(y ?? 0)] as const;
  return { a: pair(a), b: [pair(b[0]), pair(b[1])], c: pair(c) };
}
