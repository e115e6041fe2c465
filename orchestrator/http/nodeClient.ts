import { z } from "zod";

import { cidOf } from "../../sdk/protocol/cid.ts";
import { OrchestratorError } from "../domain/errors.ts";
import type { ContentStore, HandedWork, Hex } from "../domain/ports.ts";

const REQUEST_MS = 10_000;
/** A proving key may have hundreds of megabytes. */
const ARTEFACT_MS = 600_000;

const workAnswer = z.object({
  requestId: z.custom<Hex>((value) => /^0x[0-9a-f]{64}$/.test(String(value))),
  manifestCid: z.string(),
  payee: z.string().regex(/^\d+$/).transform(BigInt),
  account: z.string().regex(/^\d+$/).transform(BigInt),
  input: z.base64().transform((text) => Uint8Array.from(Buffer.from(text, "base64"))),
});

const releasesAnswer = z.object({ manifestCids: z.array(z.string()) });

/** The node as a worker sees it. */
export interface NodeClient {
  /** @throws OrchestratorError NodeUnavailable, WorkRefused, WorkUnknown */
  work(requestId: Hex): Promise<HandedWork>;
  /** Manifests of the releases to keep warm. @throws OrchestratorError NodeUnavailable, WorkRefused */
  manifestsToWarm(): Promise<readonly string[]>;
  /** Artefacts by CID; read only. */
  readonly store: ContentStore;
}

export function nodeClient(node: { readonly url: string; readonly token: string }): NodeClient {
  return {
    async work(requestId) {
      const response = await get(node, `/v1/work/${requestId}`, AbortSignal.timeout(REQUEST_MS));
      if (response.status === 404)
        throw new OrchestratorError("WorkUnknown", { data: { requestId } });
      const parsed = workAnswer.safeParse(parseJson(response.body));
      if (parsed.success) return parsed.data;
      throw new OrchestratorError("JobMalformed", { data: { requestId }, retryable: true });
    },
    async manifestsToWarm() {
      const response = await get(node, "/v1/releases", AbortSignal.timeout(REQUEST_MS));
      return releasesAnswer.parse(parseJson(response.body)).manifestCids;
    },
    store: {
      has: () => Promise.resolve(false),
      async get(cid, signal) {
        const timeout = AbortSignal.timeout(ARTEFACT_MS);
        const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
        const response = await get(node, `/v1/artefacts/${cid}`, either);
        if (response.status === 404) {
          throw new OrchestratorError("ArtefactMissing", { data: { cid }, retryable: true });
        }
        if (cidOf(response.body) === cid) return response.body;
        throw new OrchestratorError("ArtefactCorrupt", { data: { cid }, retryable: true });
      },
      put() {
        return Promise.reject(
          new Error("artefacts are published to a folder, not through the node"),
        );
      },
    },
  };
}

function parseJson(body: Uint8Array): unknown {
  return JSON.parse(Buffer.from(body).toString());
}

/** Status 200 or 404 with its body. */
async function get(
  node: { readonly url: string; readonly token: string },
  path: string,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly body: Uint8Array }> {
  const headers = { authorization: `Bearer ${node.token}` };
  let status: number;
  let body: Uint8Array;
  try {
    const response = await fetch(new URL(path, node.url), { headers, signal });
    status = response.status;
    body = new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new OrchestratorError("NodeUnavailable", { data: { path }, cause, retryable: true });
  }
  // The operator can mend a token while the request is open.
  if (status === 401) throw new OrchestratorError("WorkRefused", { retryable: true });
  if (status !== 200 && status !== 404) {
    throw new OrchestratorError("NodeUnavailable", { data: { path, status }, retryable: true });
  }
  return { status, body };
}
