import { OrchestratorError } from "../domain/errors.ts";
import type { BackendProof, Groth16Backend } from "./groth16Backend.ts";
import type { ProofMaking, ProofWatch } from "../domain/ports.ts";
import type { WarmRelease } from "./warmRelease.ts";

/** Failures that say nothing about the backend: another one could do no better. */
const NOT_ITS_FAULT = new Set(["Cancelled", "MemoryLimit"]);

export type ChosenProof = BackendProof & Pick<ProofMaking, "backend" | "quarantined">;

/**
 * Proves with the first backend, and with the second where the first fails. If the second succeeds
 * where the first did not, the first is at fault and is not asked again in this process.
 */
export class BackendChoice {
  readonly #fallback: Groth16Backend;
  readonly #onSkipped: (reason: string) => void;
  readonly #onTableMissing: (reason: string) => void;
  #preferred: Groth16Backend | null;

  constructor(input: {
    readonly preferred: Groth16Backend | null;
    readonly fallback: Groth16Backend;
    /** Hears once why the preferred backend is not asked any more. */
    readonly onSkipped: (reason: string) => void;
    /** Hears why a release has no table. */
    readonly onTableMissing: (reason: string) => void;
  }) {
    this.#preferred = input.preferred;
    this.#fallback = input.fallback;
    this.#onSkipped = input.onSkipped;
    this.#onTableMissing = input.onTableMissing;
  }

  /** Never fails for what only the preferred backend refuses: its turn comes with the proof. */
  async load(release: string, files: WarmRelease): Promise<void> {
    try {
      await (this.#preferred ?? this.#fallback).load(release, files);
    } catch (error) {
      if (this.#preferred === null) throw error;
    }
  }

  unload(release: string): void {
    this.#preferred?.unload(release);
    this.#fallback.unload(release);
  }

  /**
   * Makes later proofs quicker where the preferred backend can. That it fails is said, and no
   * error: proofs do without. Resolves to the bytes that were spent.
   * @throws the signal's reason when it aborts
   */
  async makeTable(release: string, signal?: AbortSignal): Promise<number> {
    try {
      return (await this.#preferred?.makeTable?.(release, signal)) ?? 0;
    } catch (error) {
      signal?.throwIfAborted();
      this.#onTableMissing(reasonOf(error));
      return 0;
    }
  }

  /** @throws what the backends throw; if both fail, what the fallback throws */
  async prove(input: {
    readonly release: string;
    readonly files: WarmRelease;
    readonly wtns: Uint8Array;
    readonly watch: ProofWatch;
  }): Promise<ChosenProof> {
    const preferred = this.#preferred;
    if (preferred === null) return { ...(await attempt(this.#fallback, input)), quarantined: null };
    try {
      return { ...(await attempt(preferred, input)), quarantined: null };
    } catch (error) {
      if (input.watch.signal?.aborted === true || !isItsFault(error)) throw error;
      const answer = await attempt(this.#fallback, input);
      this.#preferred = null;
      const quarantined = reasonOf(error);
      this.#onSkipped(`quarantined, it failed where snarkjs did not: ${quarantined}`);
      return { ...answer, quarantined };
    }
  }
}

async function attempt(
  backend: Groth16Backend,
  { release, files, wtns, watch }: Parameters<BackendChoice["prove"]>[0],
) {
  await backend.load(release, files);
  return { ...(await backend.prove(release, wtns, watch)), backend: backend.name };
}

function isItsFault(error: unknown): boolean {
  const code = error instanceof OrchestratorError ? error.data["native"] : undefined;
  return typeof code !== "string" || !NOT_ITS_FAULT.has(code);
}

function reasonOf(error: unknown): string {
  const reason = error instanceof OrchestratorError ? error.data["reason"] : undefined;
  if (typeof reason === "string") return reason;
  return error instanceof Error ? error.message : String(error);
}
