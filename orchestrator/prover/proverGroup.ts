import { OrchestratorError } from "../domain/errors.ts";
import type { ContentStore, ProofWatch, Work } from "../domain/ports.ts";
import { locateArtefact, readArtefact, readManifest } from "../domain/releaseFiles.ts";
import { ProverChild } from "./proverChild.ts";
import type { ProcessAnswer, ProverRequest, ProverSettings } from "./proverMessages.ts";

/** Keys of more releases than this are not held in memory at once. */
const WARM_RELEASES = 4;

/**
 * One prover process with threads of its own, which starts with the first release and again after a
 * crash or an aborted proof. It makes one proof at a time.
 */
export class ProverGroup {
  readonly #store: ContentStore;
  readonly #settings: ProverSettings;
  readonly #onNotice: (notice: string) => void;
  #child: ProverChild | null = null;
  /** Releases the process holds, the one used longest ago first. */
  #warm: readonly string[] = [];
  /** Those of them that were given a table. */
  readonly #tabled = new Set<string>();
  #queue: Promise<unknown> = Promise.resolve();
  #asked = 0;

  constructor(input: {
    readonly store: ContentStore;
    readonly settings: ProverSettings;
    /** Hears the process's lines for the log. */
    readonly onNotice: (notice: string) => void;
  }) {
    this.#store = input.store;
    this.#settings = input.settings;
    this.#onNotice = input.onNotice;
  }

  /** How much it was asked that has not ended. */
  get asked(): number {
    return this.#asked;
  }

  isWarm(manifestCid: string): boolean {
    return this.#warm.includes(manifestCid);
  }

  async prepare(manifestCid: string, signal?: AbortSignal): Promise<void> {
    await this.#inTurn(() => this.#load(manifestCid, signal), signal);
    await this.#makeTable(manifestCid, signal);
  }

  /** @throws OrchestratorError as `ProverBackend.prove` */
  async prove(work: Work, watch: ProofWatch): Promise<ProcessAnswer> {
    const { manifestCid, requestId, payee, input } = work;
    const { signal } = watch;
    const proven = await this.#inTurn(async () => {
      await this.#load(manifestCid, signal);
      const request = { kind: "prove", release: manifestCid, payee, input } as const;
      const answer = await this.#ask({ ...request, requestId: BigInt(requestId) }, watch);
      if (answer === null) throw new OrchestratorError("ProvingFailed");
      return answer;
    }, signal);
    // What it fails of will show in the next proof.
    if (this.#asked === 0) void this.#makeTable(manifestCid).catch(() => undefined);
    return proven;
  }

  /** Ends the process; a proof under way is lost. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    this.#forget();
    await child?.kill();
  }

  async #load(manifestCid: string, signal?: AbortSignal): Promise<void> {
    if (this.#child?.isAlive !== true) this.#forget();
    if (this.#warm.includes(manifestCid)) {
      this.#warm = [...this.#warm.filter((cid) => cid !== manifestCid), manifestCid];
      return;
    }
    const { artefacts, circuit, keyId } = await readManifest(this.#store, manifestCid, signal);
    const [integerModel, provingKey, verifyingKey] = await Promise.all([
      readArtefact(this.#store, artefacts.integerModel, signal),
      locateArtefact(this.#store, artefacts.provingKey, signal),
      readArtefact(this.#store, artefacts.verifyingKey, signal),
    ]);
    const [oldest] = this.#warm;
    if (oldest !== undefined && this.#warm.length >= WARM_RELEASES) {
      await this.#ask({ kind: "unload", release: oldest }, { signal });
      this.#warm = this.#warm.slice(1);
      this.#tabled.delete(oldest);
    }
    const files = { circuit, keyId, integerModel, provingKey, verifyingKey };
    await this.#ask({ kind: "load", release: manifestCid, ...files }, { signal });
    this.#warm = [...this.#warm, manifestCid];
  }

  /** Once for each warm release, between proofs: it takes longer than one. */
  async #makeTable(manifestCid: string, signal?: AbortSignal): Promise<void> {
    if ((this.#settings.tableBytes ?? 0) === 0 || this.#tabled.has(manifestCid)) return;
    await this.#inTurn(async () => {
      if (!this.isWarm(manifestCid) || this.#tabled.has(manifestCid)) return;
      await this.#ask({ kind: "makeTable", release: manifestCid }, { signal });
      this.#tabled.add(manifestCid);
    }, signal);
  }

  #forget(): void {
    this.#warm = [];
    this.#tabled.clear();
  }

  #ask(request: ProverRequest, watch: ProofWatch): Promise<ProcessAnswer | null> {
    if (this.#child?.isAlive !== true) this.#child = new ProverChild(this.#settings);
    return this.#child.ask(request, { ...watch, onNotice: this.#onNotice });
  }

  /** Runs after all that was asked before, unless it was aborted meanwhile. */
  async #inTurn<T>(act: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#queue;
    this.#asked += 1;
    const run = (async () => {
      await before;
      signal?.throwIfAborted();
      return act();
    })();
    // The next in turn waits for the end, not for success.
    this.#queue = Promise.allSettled([run]);
    try {
      return await run;
    } finally {
      this.#asked -= 1;
    }
  }
}
