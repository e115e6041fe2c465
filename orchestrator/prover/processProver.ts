import { OrchestratorError } from "../domain/errors.ts";
import type { ContentStore, Logger, ProvenAnswer, ProverBackend, Work } from "../domain/ports.ts";
import { readArtefact, readManifest } from "../domain/releaseFiles.ts";
import { ProverChild } from "./proverChild.ts";
import type { ProcessAnswer, ProverRequest, ProverSettings } from "./proverMessages.ts";

/** Keys of more releases than this are not held in memory at once. */
const WARM_RELEASES = 4;

/**
 * Proves in a process of its own, with the native prover or with snarkjs, which it starts with the first release and again
 * after a crash or an aborted proof. One proof at a time: each uses all cores.
 */
export class ProcessProver implements ProverBackend {
  readonly #store: ContentStore;
  readonly #settings: ProverSettings;
  readonly #logger: Logger | undefined;
  #child: ProverChild | null = null;
  /** Releases the process holds, the one used longest ago first. */
  #warm: readonly string[] = [];
  readonly #noted = new Set<string>();
  #queue: Promise<unknown> = Promise.resolve();

  constructor(input: {
    readonly store: ContentStore;
    readonly settings?: ProverSettings;
    readonly logger?: Logger;
  }) {
    this.#store = input.store;
    this.#settings = input.settings ?? { backend: "auto" };
    this.#logger = input.logger;
  }

  async prepare(manifestCid: string, signal?: AbortSignal): Promise<void> {
    await this.#inTurn(() => this.#load(manifestCid, signal), signal);
  }

  async prove(work: Work, signal?: AbortSignal): Promise<ProvenAnswer> {
    const { manifestCid, requestId, payee, input } = work;
    return this.#inTurn(async () => {
      await this.#load(manifestCid, signal);
      const request = { kind: "prove", release: manifestCid, payee, input } as const;
      const answer = await this.#ask({ ...request, requestId: BigInt(requestId) }, signal);
      if (answer === null) throw new OrchestratorError("ProvingFailed");
      const { backend, phases } = answer;
      this.#logger?.debug("proof made", { requestId, backend, phases });
      return { ...answer, output: Uint8Array.from(answer.output) };
    }, signal);
  }

  /** Ends the process; a proof under way is lost. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    this.#warm = [];
    await child?.kill();
  }

  async #load(manifestCid: string, signal?: AbortSignal): Promise<void> {
    if (this.#child?.isAlive !== true) this.#warm = [];
    if (this.#warm.includes(manifestCid)) {
      this.#warm = [...this.#warm.filter((cid) => cid !== manifestCid), manifestCid];
      return;
    }
    const { artefacts, circuit, keyId } = await readManifest(this.#store, manifestCid, signal);
    const [integerModel, provingKey, verifyingKey] = await Promise.all([
      readArtefact(this.#store, artefacts.integerModel, signal),
      readArtefact(this.#store, artefacts.provingKey, signal),
      readArtefact(this.#store, artefacts.verifyingKey, signal),
    ]);
    const [oldest] = this.#warm;
    if (oldest !== undefined && this.#warm.length >= WARM_RELEASES) {
      await this.#ask({ kind: "unload", release: oldest }, signal);
      this.#warm = this.#warm.slice(1);
    }
    const files = { circuit, keyId, integerModel, provingKey, verifyingKey };
    await this.#ask({ kind: "load", release: manifestCid, ...files }, signal);
    this.#warm = [...this.#warm, manifestCid];
  }

  #ask(request: ProverRequest, signal?: AbortSignal): Promise<ProcessAnswer | null> {
    if (this.#child?.isAlive !== true) this.#child = new ProverChild(this.#settings);
    const onNotice = (notice: string) => this.#note(notice);
    return this.#child.ask(request, { signal, onNotice });
  }

  /** A process that starts again says the same again. */
  #note(notice: string): void {
    if (this.#noted.has(notice)) return;
    this.#noted.add(notice);
    this.#logger?.info(notice);
  }

  /** Runs after all that was asked before, unless it was aborted meanwhile. */
  async #inTurn<T>(act: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#queue;
    const run = (async () => {
      await before;
      signal?.throwIfAborted();
      return act();
    })();
    // The next in turn waits for the end, not for success.
    this.#queue = Promise.allSettled([run]);
    return run;
  }
}
