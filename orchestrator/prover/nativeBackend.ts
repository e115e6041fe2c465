import { OrchestratorError } from "../domain/errors.ts";
import type { Groth16Proof, ProofWatch } from "../domain/ports.ts";
import type { BackendProof, Groth16Backend } from "./groth16Backend.ts";
import type {
  LoadReply,
  NativeFailure,
  NativeProver,
  ProofControl,
  TableReply,
} from "../../circuits/native/nativeBinding.d.ts";
import type { NativeModule } from "../../circuits/native/nativeModule.ts";
import type { WarmRelease } from "./warmRelease.ts";

export interface NativeSettings {
  /** Threads of one proof. */
  readonly threads: number;
  /** Bytes of keys that stay in memory. */
  readonly cacheBytes: number;
  /** Most bytes a proof may take beside its key; none is no limit. */
  readonly memoryLimitBytes?: number;
  /** Most bytes of all keys' tables, which are part of `cacheBytes`; none makes no tables. */
  readonly tableBytes?: number;
  /** Goes without AVX-512 in the whole process, as on machines that lack it. */
  readonly isPortable?: boolean;
}

/** Our own prover: `circuits/prover`. */
export class NativeBackend implements Groth16Backend {
  readonly name = "native";
  readonly #module: NativeModule;
  readonly #prover: NativeProver;

  /** @throws Error when the system cannot start the threads */
  constructor(module: NativeModule, settings: NativeSettings) {
    this.#module = module;
    this.#prover = new module.NativeProver(settings);
  }

  /** Makes a known proof. @throws OrchestratorError ProvingFailed when it comes out differently */
  async selfTest(): Promise<void> {
    const { failure } = await this.#prover.selfTest();
    if (failure !== undefined) throw toError(failure);
  }

  async load(release: string, { provingKey }: WarmRelease): Promise<void> {
    if (this.#prover.loadedKeys().includes(release)) return;
    await this.loadKey(release, provingKey);
  }

  /**
   * Loads a key from its bytes, or from a file that nobody may change while it is loaded.
   * @throws OrchestratorError ProvingFailed
   */
  async loadKey(name: string, zkey: Uint8Array | string): Promise<LoadReply> {
    const reply = await (typeof zkey === "string"
      ? this.#prover.loadKeyFile(name, zkey)
      : this.#prover.loadKeyBytes(name, zkey));
    if (reply.failure !== undefined) throw toError(reply.failure);
    return reply;
  }

  unload(release: string): void {
    this.#prover.unloadKey(release);
  }

  async makeTable(release: string, signal?: AbortSignal): Promise<number> {
    return (await this.makeKeyTable(release, signal)).tableBytes;
  }

  /**
   * Makes multiples of a loaded key's points, as many as there is room for.
   * @throws OrchestratorError ProvingFailed; the signal's reason when it aborts
   */
  async makeKeyTable(name: string, signal?: AbortSignal): Promise<TableReply> {
    return this.#stoppable({ ...(signal && { signal }) }, (control) =>
      this.#prover.makeTable(name, control),
    );
  }

  /** Which code this machine runs: `avx512-ifma`, `avx2-fma` or `portable`. */
  get instructions(): string {
    return this.#prover.instructions();
  }

  async prove(release: string, wtns: Uint8Array, watch: ProofWatch = {}): Promise<BackendProof> {
    const reply = await this.#stoppable(watch, (control) =>
      this.#prover.prove(release, wtns, control),
    );
    return {
      proof: proofOf(reply.coordinates.map(fromHex)),
      publicSignals: reply.publicSignals.map(fromHex),
      phases: Object.fromEntries(reply.phases.map(({ phase, ms }) => [phase, ms])),
    };
  }

  async #stoppable<Reply extends { readonly failure?: NativeFailure }>(
    { signal, onPhase }: ProofWatch,
    act: (control: ProofControl) => Promise<Reply>,
  ): Promise<Reply> {
    signal?.throwIfAborted();
    const control = new this.#module.ProofControl(onPhase);
    const cancel = () => control.cancel();
    signal?.addEventListener("abort", cancel);
    try {
      const reply = await act(control);
      if (reply.failure === undefined) return reply;
      signal?.throwIfAborted();
      throw toError(reply.failure);
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }
}

function toError({ code, message }: NativeFailure): OrchestratorError {
  const orchestratorCode = code === "ProofRejected" ? code : "ProvingFailed";
  return new OrchestratorError(orchestratorCode, { data: { native: code, reason: message } });
}

function fromHex(digits: string): bigint {
  return BigInt(`0x${digits}`);
}

function proofOf(coordinates: readonly bigint[]): Groth16Proof {
  const [ax = 0n, ay = 0n, bxr = 0n, bxi = 0n, byr = 0n, byi = 0n, cx = 0n, cy = 0n] = coordinates;
  return {
    a: [ax, ay],
    b: [
      [bxr, bxi],
      [byr, byi],
    ],
    c: [cx, cy],
  };
}
