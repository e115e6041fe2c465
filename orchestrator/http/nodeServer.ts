import { createHash, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { OrchestratorError } from "../domain/errors.ts";
import type { NodeApi } from "../domain/nodeApi.ts";
import type { Hex, Logger } from "../domain/ports.ts";

export interface NodeServer {
  readonly url: string;
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type: "application/json" | "application/octet-stream" | "text/plain; version=0.0.4";
  readonly body: string | Uint8Array;
}

interface Route {
  readonly pattern: RegExp;
  readonly isForWorkers: boolean;
  readonly answer: (api: NodeApi, argument: string) => Answer | Promise<Answer>;
}

const ROUTES: readonly Route[] = [
  { pattern: /^\/health$/, isForWorkers: false, answer: health },
  { pattern: /^\/metrics$/, isForWorkers: false, answer: metrics },
  { pattern: /^\/v1\/requests\/(0x[0-9a-f]{64})$/, isForWorkers: false, answer: requestReport },
  { pattern: /^\/v1\/work\/(0x[0-9a-f]{64})$/, isForWorkers: true, answer: work },
  { pattern: /^\/v1\/releases$/, isForWorkers: true, answer: releases },
  { pattern: /^\/v1\/artefacts\/([a-z2-7]{1,100})$/, isForWorkers: true, answer: artefact },
];

/**
 * Serves health, metrics and request reports to everybody who can reach the port, and inputs and
 * artefacts to workers that show a token. Read only.
 *
 * @throws OrchestratorError PortTaken, AddressUnusable
 */
export async function startNodeServer(input: {
  readonly api: NodeApi;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly workerNameByToken: ReadonlyMap<string, string>;
  readonly logger: Logger;
}): Promise<NodeServer> {
  const { host, port } = input;
  const server = createServer((request, response) => {
    void respond(input, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const code = cause.code === "EADDRINUSE" ? "PortTaken" : "AddressUnusable";
      reject(new OrchestratorError(code, { data: { host, port, reason: cause.message }, cause }));
    });
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  const name = host.includes(":") ? `[${host}]` : host;
  return { url: `http://${name}:${bound}`, stop: () => close(server) };
}

async function respond(
  input: {
    readonly api: NodeApi;
    readonly workerNameByToken: ReadonlyMap<string, string>;
    readonly logger: Logger;
  },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = await answerTo(input, request);
  response.writeHead(answer.status, { "content-type": answer.type });
  response.end(answer.body);
}

async function answerTo(
  input: Parameters<typeof respond>[0],
  request: IncomingMessage,
): Promise<Answer> {
  const path = ((request.url ?? "").split("?")[0] ?? "").toLowerCase();
  const route = ROUTES.find(({ pattern }) => pattern.test(path));
  if (route === undefined) return json(404, { error: "there is nothing at this path" });
  if (request.method !== "GET") return json(405, { error: "only GET is served" });
  if (route.isForWorkers && !isWorker(request, input.workerNameByToken)) {
    return json(401, { error: "a worker's token is needed" });
  }
  const [, argument = ""] = route.pattern.exec(path) ?? [];
  try {
    return await route.answer(input.api, argument);
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === "ArtefactMissing") {
      return json(404, { error: error.message });
    }
    input.logger.error("a page could not be served", { path, error });
    return json(500, { error: "the node could not answer; its log says why" });
  }
}

/** Compares digests, so that the time taken says nothing about the tokens. */
function isWorker(request: IncomingMessage, names: ReadonlyMap<string, string>): boolean {
  const [, token = ""] = /^Bearer (.+)$/.exec(request.headers.authorization ?? "") ?? [];
  const given = digest(token);
  return [...names.keys()].some((known) => timingSafeEqual(digest(known), given));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function health(api: NodeApi): Answer {
  const report = api.health();
  return json(report.isHealthy ? 200 : 503, report);
}

function metrics(api: NodeApi): Answer {
  return { status: 200, type: "text/plain; version=0.0.4", body: api.metrics() };
}

function requestReport(api: NodeApi, requestId: string): Answer {
  const report = api.requestReport(requestId as Hex);
  return report === null
    ? json(404, { error: "the journal knows no such request" })
    : json(200, report);
}

function work(api: NodeApi, requestId: string): Answer {
  const found = api.work(requestId as Hex);
  if (found === null) return json(404, { error: "the journal knows no such request" });
  const { manifestCid, input } = found;
  const [payee, account] = [found.payee.toString(), found.account.toString()];
  const base64 = Buffer.from(input).toString("base64");
  return json(200, { requestId, manifestCid, payee, account, input: base64 });
}

function releases(api: NodeApi): Answer {
  return json(200, { manifestCids: api.manifestsToWarm() });
}

async function artefact(api: NodeApi, cid: string): Promise<Answer> {
  return { status: 200, type: "application/octet-stream", body: await api.artefact(cid) };
}

function json(status: number, value: object): Answer {
  return { status, type: "application/json", body: `${JSON.stringify(value)}\n` };
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
