import { toErrorRecord } from "../domain/errors.ts";
import type { JudgeCheck, Journal, ReleaseRegistry } from "../domain/nodePorts.ts";
import type { Clock, Hex, Logger } from "../domain/ports.ts";

const LOOK_AGAIN_MS = 1_000;
/** After a check that may succeed another time. */
const RETRY_MS = 30_000;
/** New listings are rare. */
const LISTINGS_MS = 60_000;
const FIRST_LISTINGS_MS = 5_000;

export interface JudgesDependencies {
  readonly journal: Journal;
  readonly registry: Pick<ReleaseRegistry, "servedBy" | "keyId">;
  readonly judgeCheck: JudgeCheck;
  readonly operatorId: bigint;
  readonly onChecked: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Compares the key of each release that is served at Optimistic with the circuit its model makes:
 * whoever made a key of his own could forge a proof of another output and take the bond behind a
 * right answer. What was found right is journaled; a refusal holds until the node is restarted,
 * perhaps with another version or another file of powers of tau.
 */
export class Judges {
  readonly #dependencies: JudgesDependencies;
  readonly #refusals = new Map<Hex, string>();
  readonly #notBefore = new Map<Hex, number>();

  constructor(dependencies: JudgesDependencies) {
    this.#dependencies = dependencies;
  }

  /** By release: null if its key is right, else the code of why it is not. */
  current(): ReadonlyMap<Hex, string | null> {
    const right = [...this.#dependencies.journal.judges()].map((id) => [id, null] as const);
    return new Map<Hex, string | null>([...this.#refusals, ...right]);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#dependencies;
    let listed: readonly Hex[] = [];
    let lookUpAt = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      if (clock.now() >= lookUpAt) {
        listed = (await listings(this.#dependencies)) ?? listed;
        lookUpAt = clock.now() + (listed.length === 0 ? FIRST_LISTINGS_MS : LISTINGS_MS);
      }
      for (const releaseId of new Set([...listed, ...asked(this.#dependencies)])) {
        if (this.#isDue(releaseId)) await this.#check(releaseId, signal);
        if (signal.aborted) break;
      }
      await clock.sleep(LOOK_AGAIN_MS, signal);
    }
  }

  #isDue(releaseId: Hex): boolean {
    const { clock } = this.#dependencies;
    if ((this.#notBefore.get(releaseId) ?? 0) > clock.now()) return false;
    return !this.current().has(releaseId);
  }

  async #check(releaseId: Hex, signal: AbortSignal): Promise<void> {
    const { journal, registry, judgeCheck, onChecked, clock, logger } = this.#dependencies;
    const manifestCid = journal.manifestCid(releaseId);
    // Whoever learns releases looks it up.
    if (manifestCid === null) return;
    try {
      await judgeCheck.check(manifestCid, await registry.keyId(releaseId), signal);
      journal.recordJudge(releaseId);
      logger.info("key of a release compared with its circuit", { releaseId });
    } catch (error) {
      const { code, message, retryable, data } = toErrorRecord(error);
      if (retryable) {
        logger.warn("key of a release could not be compared", { releaseId, code, message, data });
        this.#notBefore.set(releaseId, clock.now() + RETRY_MS);
        return;
      }
      this.#refusals.set(releaseId, code);
      logger.error("release is not served optimistically", { releaseId, code, message, data });
    }
    onChecked();
  }
}

/** Null while the chain does not answer. */
async function listings({
  registry,
  operatorId,
  logger,
}: JudgesDependencies): Promise<readonly Hex[] | null> {
  try {
    return await registry.servedBy(operatorId, "Optimistic");
  } catch (error) {
    logger.debug("served releases could not be looked up", { error });
    return null;
  }
}

/** Releases that this operator was asked to answer for, listed or not. */
function asked({ journal, operatorId }: JudgesDependencies): readonly Hex[] {
  return journal
    .unfinishedRequests()
    .filter((row) => row.level === "Optimistic" && row.operatorId === operatorId)
    .map(({ releaseId }) => releaseId);
}
