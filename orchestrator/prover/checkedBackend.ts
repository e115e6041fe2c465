import { proofHolds } from "../../sdk/protocol/proofHolds.ts";
import { OrchestratorError } from "../domain/errors.ts";
import type { ProofWatch } from "../domain/ports.ts";
import type { BackendProof, Groth16Backend } from "./groth16Backend.ts";
import type { WarmRelease } from "./warmRelease.ts";

/**
 * A backend whose first proof of each release is verified once more, by code that has nothing in
 * common with it: a fault in its own check, or on the way from its library, shows from the first
 * proof on. Not each proof, as that takes longer than to make a small one.
 */
export class CheckedBackend implements Groth16Backend {
  readonly #backend: Groth16Backend;
  readonly #checked = new Set<string>();
  readonly #keys = new Map<string, WarmRelease["verifyingKey"]>();

  constructor(backend: Groth16Backend) {
    this.#backend = backend;
  }

  get name(): Groth16Backend["name"] {
    return this.#backend.name;
  }

  async load(release: string, files: WarmRelease): Promise<void> {
    this.#keys.set(release, files.verifyingKey);
    await this.#backend.load(release, files);
  }

  unload(release: string): void {
    this.#keys.delete(release);
    this.#backend.unload(release);
  }

  async makeTable(release: string, signal?: AbortSignal): Promise<number> {
    return (await this.#backend.makeTable?.(release, signal)) ?? 0;
  }

  async prove(release: string, wtns: Uint8Array, watch?: ProofWatch): Promise<BackendProof> {
    const answer = await this.#backend.prove(release, wtns, watch);
    if (!this.#checked.has(release)) this.#check(release, answer);
    return answer;
  }

  /** @throws OrchestratorError ProofRejected */
  #check(release: string, { proof, publicSignals: signals }: BackendProof): void {
    const key = this.#keys.get(release);
    if (key === undefined) throw new RangeError(`${release} is not loaded`);
    if (!proofHolds({ key, signals, proof })) {
      const reason = "its first proof passed its own check and no other one";
      throw new OrchestratorError("ProofRejected", { data: { release, reason } });
    }
    this.#checked.add(release);
  }
}
