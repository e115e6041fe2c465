import { z } from "zod";

import { CliError } from "./failure.ts";

const requestReport = z.looseObject({
  why: z.string(),
  heldUpBy: z.string().nullable(),
  inferSeconds: z.number().nullable(),
  proveSeconds: z.number().nullable(),
  endedAs: z.string().nullable(),
  isFinal: z.boolean(),
  transactions: z.array(
    z.looseObject({
      purpose: z.string(),
      reason: z.string().nullable(),
      state: z.string(),
      hashes: z.array(z.string()),
    }),
  ),
});
const healthReport = z.looseObject({
  isHealthy: z.boolean(),
  headBlock: z.number().nullable(),
  finalBlock: z.number(),
  requestsUnfinished: z.number(),
});

export type RequestReport = Readonly<z.infer<typeof requestReport>>;
export type HealthReport = Readonly<z.infer<typeof healthReport>>;

/**
 * What a node knows about a request; null if its journal does not know it.
 * @throws CliError if no node answers at the url, or something else does
 */
export async function fetchRequestReport(
  nodeUrl: string,
  requestId: string,
): Promise<RequestReport | null> {
  const response = await ask(nodeUrl, `/v1/requests/${requestId}`);
  return response.status === 404 ? null : parsed(requestReport, nodeUrl, await response.text());
}

/**
 * How a node is.
 * @throws CliError if no node answers at the url, or something else does
 */
export async function fetchHealth(nodeUrl: string): Promise<HealthReport> {
  return parsed(healthReport, nodeUrl, await (await ask(nodeUrl, "/health")).text());
}

function parsed<T>(report: z.ZodType<T>, nodeUrl: string, text: string): T {
  try {
    return report.parse(JSON.parse(text));
  } catch (cause) {
    const next = "Name the address the node's log gives, with --url.";
    throw new CliError(`What answers at ${nodeUrl} is no node of ours.`, next, cause);
  }
}

async function ask(nodeUrl: string, path: string): Promise<Response> {
  try {
    return await fetch(new URL(path, nodeUrl));
  } catch (cause) {
    const next = "Start it with ./assay node, or name its url with --url.";
    throw new CliError(`No node answers at ${nodeUrl}.`, next, cause);
  }
}
