import type { RequestReport } from "../domain/nodeApi.ts";
import type { Clock, Hex } from "../domain/ports.ts";
import type { ProofStage, Stage } from "../domain/request.ts";

interface ProofUnderWay {
  readonly stage: ProofStage;
  readonly phase: string;
  /** Milliseconds since 1970 when the node heard of the phase. */
  readonly since: number;
}

/**
 * What the prove workers say they are at. A worker that died is at it still, until its job is handed
 * out again and ends.
 */
export class ProofsUnderWay {
  readonly #clock: Pick<Clock, "now">;
  readonly #proofs = new Map<Hex, ProofUnderWay>();

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  get count(): number {
    return this.#proofs.size;
  }

  begin(stage: Stage, requestId: Hex, phase: string): void {
    if (stage === "infer") return;
    this.#proofs.set(requestId, { stage, phase, since: this.#clock.now() });
  }

  end(requestId: Hex): void {
    this.#proofs.delete(requestId);
  }

  /** Null while no worker says that it proves this request. */
  of(requestId: Hex): RequestReport["proving"] {
    const proof = this.#proofs.get(requestId);
    if (proof === undefined) return null;
    const { stage, phase, since } = proof;
    return { stage, phase, seconds: (this.#clock.now() - since) / 1_000 };
  }
}
