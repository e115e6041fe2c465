import { z } from "zod";

import { OrchestratorError } from "../domain/errors.ts";

/** One JSON-RPC call; params as the Ethereum execution API names them. */
export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A plain JSON-RPC connection to one server. */
export interface RpcEndpoint {
  /** Name for logs, without credentials. */
  readonly name: string;
  /** @throws OrchestratorError RpcUnavailable (no answer), RpcRefused (an error as the answer) */
  call(call: RpcCall): Promise<unknown>;
}

const rpcAnswer = z.union([
  z.object({
    error: z.object({
      code: z.number(),
      message: z.string(),
      data: z.unknown().optional(),
    }),
  }),
  z.object({ result: z.unknown() }),
]);

/**
 * An endpoint over HTTP. Nothing is retried, cached or batched here: whoever asks must know
 * whether an answer came.
 */
export function httpEndpoint(url: string, timeoutMs: number): RpcEndpoint {
  const name = withoutSecrets(url);
  let nextId = 1;
  return {
    name,
    async call({ method, params }) {
      const body = JSON.stringify({ jsonrpc: "2.0", id: nextId++, method, params });
      const text = await post({ url, name, body, timeoutMs });
      const parsed = rpcAnswer.safeParse(parseJson(text));
      if (!parsed.success) {
        throw unavailable(name, method, new Error(`not a JSON-RPC answer: ${text.slice(0, 80)}`));
      }
      if ("error" in parsed.data) {
        const { code, message, data } = parsed.data.error;
        throw new OrchestratorError("RpcRefused", {
          data: { endpoint: name, method, rpcCode: code, rpcMessage: message, rpcData: data },
        });
      }
      return parsed.data.result;
    },
  };
}

async function post(input: {
  readonly url: string;
  readonly name: string;
  readonly body: string;
  readonly timeoutMs: number;
}): Promise<string> {
  try {
    const response = await fetch(input.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: input.body,
      signal: AbortSignal.timeout(input.timeoutMs),
    });
    return await response.text();
  } catch (error) {
    throw unavailable(input.name, undefined, error);
  }
}

function unavailable(endpoint: string, method: string | undefined, cause: unknown) {
  const data = method === undefined ? { endpoint } : { endpoint, method };
  return new OrchestratorError("RpcUnavailable", { data, cause, retryable: true });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Keys of RPC providers stand in the path, the query or the user part. */
function withoutSecrets(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
