import { availableParallelism } from "node:os";

import type {
  ContentStore,
  Logger,
  ProofWatch,
  ProvenAnswer,
  ProverBackend,
  Work,
} from "../domain/ports.ts";
import { ProverGroup } from "./proverGroup.ts";
import type { ProverSettings } from "./proverMessages.ts";

/**
 * Proves in processes of its own, with the native prover or with snarkjs: in each one proof at a
 * time. Keys that lie in files are mapped, so that groups share their memory.
 */
export class ProcessProver implements ProverBackend {
  readonly #groups: readonly ProverGroup[];
  readonly #logger: Logger | undefined;
  readonly #noted = new Set<string>();

  /**
   * @param input.groups proofs at the same time (1), each with threads of its own: those of the
   *   settings, or its share of the cores
   */
  constructor(input: {
    readonly store: ContentStore;
    readonly settings?: ProverSettings;
    readonly groups?: number;
    readonly logger?: Logger;
  }) {
    const { store, groups = 1, settings: given = { backend: "auto" } } = input;
    const share = Math.max(1, Math.floor(availableParallelism() / groups));
    const settings = { ...given, threads: given.threads ?? share };
    const onNotice = (notice: string) => this.#note(notice);
    this.#logger = input.logger;
    this.#groups = Array.from({ length: groups }, () => {
      return new ProverGroup({ store, settings, onNotice });
    });
  }

  /** Every group is made warm: nobody knows which one the next proof meets. */
  async prepare(manifestCid: string, signal?: AbortSignal): Promise<void> {
    for (const group of this.#groups) await group.prepare(manifestCid, signal);
  }

  async prove(work: Work, watch: ProofWatch = {}): Promise<ProvenAnswer> {
    const group = this.#groups.reduce((best, other) => better(best, other, work.manifestCid));
    const answer = await group.prove(work, watch);
    const { backend, phases, quarantined } = answer.making;
    this.#logger?.debug("proof made", { requestId: work.requestId, backend, phases });
    if (quarantined !== null) {
      this.#logger?.warn("native prover quarantined", { reason: quarantined });
    }
    return { ...answer, output: Uint8Array.from(answer.output) };
  }

  /** Ends the processes; proofs under way are lost. */
  async stop(): Promise<void> {
    await Promise.all(this.#groups.map((group) => group.stop()));
  }

  /** A process that starts again, or another group, says the same again. */
  #note(notice: string): void {
    if (this.#noted.has(notice)) return;
    this.#noted.add(notice);
    this.#logger?.info(notice);
  }
}

/** The one that was asked less; of equals the one that has the release loaded. */
function better(best: ProverGroup, other: ProverGroup, manifestCid: string): ProverGroup {
  if (other.asked !== best.asked) return other.asked < best.asked ? other : best;
  return !best.isWarm(manifestCid) && other.isWarm(manifestCid) ? other : best;
}
