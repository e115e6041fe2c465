import { OrchestratorError } from "../domain/errors.ts";
import type { Clock, Logger } from "../domain/ports.ts";
import type { RpcCall, RpcEndpoint } from "./endpoint.ts";

/** Whether an endpoint may be asked, and if not, why. */
export type EndpointState = "unchecked" | "healthy" | "failing" | "refused";

export interface EndpointHealth {
  readonly name: string;
  readonly state: EndpointState;
  readonly reason: string | null;
}

interface Member {
  readonly endpoint: RpcEndpoint;
  state: EndpointState;
  failures: number;
  retryAt: number;
  lastError: unknown;
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5_000;

/** Several endpoints of one chain: the first healthy one is asked, the next if it fails. */
export class RpcPool {
  readonly #members: readonly Member[];
  readonly #check: (endpoint: RpcEndpoint) => Promise<void>;
  readonly #clock: Pick<Clock, "now">;
  readonly #logger: Logger;

  /**
   * @param input.endpoints in order of preference
   * @param input.check run before an endpoint is first trusted and after each outage; it throws
   *   ChainMismatch or CodeMismatch for an endpoint that must never be asked
   */
  constructor(input: {
    readonly endpoints: readonly RpcEndpoint[];
    readonly check: (endpoint: RpcEndpoint) => Promise<void>;
    readonly clock: Pick<Clock, "now">;
    readonly logger: Logger;
  }) {
    this.#members = input.endpoints.map((endpoint) => ({
      endpoint,
      state: "unchecked",
      failures: 0,
      retryAt: 0,
      lastError: null,
    }));
    this.#check = input.check;
    this.#clock = input.clock;
    this.#logger = input.logger;
  }

  health(): readonly EndpointHealth[] {
    return this.#members.map(({ endpoint, state, lastError }) => ({
      name: endpoint.name,
      state,
      reason: lastError instanceof Error ? describe(lastError) : null,
    }));
  }

  /** @throws OrchestratorError RpcUnavailable, RpcRefused, ChainMismatch, CodeMismatch */
  async call(call: RpcCall): Promise<unknown> {
    for (const member of this.#askable()) {
      const result = await this.#ask(member, call);
      if (result.isAnswered) return result.value;
    }
    throw this.#noneLeft();
  }

  /** Asks all endpoints, as a broadcast should; one settled result per endpoint that is up. */
  async callAll(call: RpcCall): Promise<readonly PromiseSettledResult<unknown>[]> {
    const asked = this.#askable().map(async (member) => {
      const result = await this.#ask(member, call);
      if (!result.isAnswered) throw member.lastError;
      return result.value;
    });
    if (asked.length === 0) throw this.#noneLeft();
    return Promise.allSettled(asked);
  }

  #askable(): readonly Member[] {
    const now = this.#clock.now();
    const healthy = this.#members.filter(({ state }) => state === "healthy");
    const due = this.#members.filter(
      ({ state, retryAt }) => state === "unchecked" || (state === "failing" && retryAt <= now),
    );
    return [...healthy, ...due];
  }

  async #ask(
    member: Member,
    call: RpcCall,
  ): Promise<
    { readonly isAnswered: true; readonly value: unknown } | { readonly isAnswered: false }
  > {
    try {
      if (member.state !== "healthy") await this.#admit(member);
      return { isAnswered: true, value: await member.endpoint.call(call) };
    } catch (error) {
      if (error instanceof OrchestratorError && error.code === "RpcRefused") throw error;
      this.#demote(member, error);
      return { isAnswered: false };
    }
  }

  async #admit(member: Member): Promise<void> {
    await this.#check(member.endpoint);
    this.#logger.info("rpc endpoint is healthy", { endpoint: member.endpoint.name });
    member.state = "healthy";
    member.failures = 0;
    member.lastError = null;
  }

  #demote(member: Member, error: unknown): void {
    const isRefused =
      error instanceof OrchestratorError &&
      (error.code === "ChainMismatch" || error.code === "CodeMismatch");
    const state = isRefused ? "refused" : "failing";
    if (member.state !== state) {
      const fields = { endpoint: member.endpoint.name, error };
      if (isRefused) this.#logger.error("rpc endpoint is refused", fields);
      else this.#logger.warn("rpc endpoint does not answer", fields);
    }
    member.state = state;
    member.lastError = error;
    member.retryAt = this.#clock.now() + Math.min(FIRST_RETRY_MS << member.failures, LAST_RETRY_MS);
    member.failures = Math.min(member.failures + 1, 10);
  }

  #noneLeft(): Error {
    const refused = this.#members.find(({ state }) => state === "refused");
    const allRefused = this.#members.every(({ state }) => state === "refused");
    if (allRefused && refused?.lastError instanceof Error) return refused.lastError;
    const endpoints = this.health();
    return new OrchestratorError("RpcUnavailable", { data: { endpoints }, retryable: true });
  }
}

function describe(error: Error): string {
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  const inner = cause.cause instanceof Error ? cause.cause.message : cause.message;
  return `${error.message} (${inner})`;
}
