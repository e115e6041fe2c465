import { loadNativeModule } from "../../../circuits/native/nativeModule.ts";
import { endedRequests, showDigits } from "../../../scripts/demo/digitRequests.ts";
import type { EndedRequest, SentRequest } from "../../../scripts/demo/digitRequests.ts";
import { startLocalOperator, type LocalOperator } from "../../../scripts/demo/localOperator.ts";
import { raceAbort } from "../../../scripts/demo/raceAbort.ts";
import { CliError } from "../failure.ts";
import { fetchRequestReport, type RequestReport } from "../nodeClient.ts";
import { root } from "../root.ts";
import { buildContracts } from "../testing/hardhatSuite.ts";
import { drawCard } from "./draw.ts";
import { chooseImages, DEMO_MODELS, type DemoImage } from "./images.ts";
import type { RequestOutcome } from "./outcome.ts";
import type { Progress } from "./progress.ts";

/** Requests sent together; those of a batch usually share a block. */
const BATCHES = [4, 3, 2, 1] as const;
const PATIENCE_MS = 120_000;

interface Scene extends LocalOperator {
  readonly images: readonly DemoImage[];
}

/**
 * The whole path on this machine: chain, contracts, two releases, an operator's processes, ten
 * images, their answers. Draws each digit when it is answered. All it started has ended when it
 * returns. A request not answered within two minutes is returned as it stands.
 * @throws CliError if the contracts do not compile; ProcessEnded if a process ends early; the signal's
 *   reason when it aborts
 */
export async function runDemo(
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly RequestOutcome[]> {
  const cleanup = new AsyncDisposableStack();
  try {
    return await playScenes({ progress, signal, cleanup });
  } catch (error) {
    // Ctrl-C reaches every process of the terminal: what broke with it is not what went wrong.
    signal.throwIfAborted();
    throw error;
  } finally {
    progress.step("ending all processes");
    await cleanup.disposeAsync();
  }
}

async function playScenes(parameters: {
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly cleanup: AsyncDisposableStack;
}): Promise<readonly RequestOutcome[]> {
  const { progress, signal, cleanup } = parameters;
  const onStep = (step: string): void => {
    progress.step(step);
  };
  onStep("compiling the contracts");
  if (!(await buildContracts(root, { isQuiet: true }))) {
    throw new CliError("The contracts do not compile.", "Run npm run build to see why.");
  }
  const native = loadNativeModule();
  onStep(`native prover: ${typeof native === "string" ? `skipped: ${native}` : "in use"}`);
  const operator = await startLocalOperator({ models: DEMO_MODELS, onStep, cleanup, signal });

  const scene = { ...operator, images: await chooseImages() };
  const patience = AbortSignal.timeout(PATIENCE_MS);
  onStep("asking for ten digits");
  const stopping = AbortSignal.any([signal, patience, operator.failed]);
  const sent = await raceAbort(sendAll(scene), stopping);
  return drawAnswers(scene, { sent, progress, signal: stopping });
}

async function sendAll({ network, images }: Scene): Promise<readonly SentRequest[]> {
  const sent: SentRequest[] = [];
  for (const size of BATCHES) {
    const batch = images.slice(sent.length, sent.length + size);
    const digits = batch.map(({ model, pixels }) => ({
      releaseId: network.releaseIds[DEMO_MODELS.indexOf(model)] ?? "0x",
      image: pixels,
    }));
    sent.push(...(await showDigits(network, digits)));
  }
  return sent;
}

/** One outcome per request, in the order they were sent; those without an answer stay open. */
async function drawAnswers(
  { network, nodeUrl, images }: Scene,
  parameters: {
    readonly sent: readonly SentRequest[];
    readonly progress: Progress;
    readonly signal: AbortSignal;
  },
): Promise<readonly RequestOutcome[]> {
  const { sent, progress, signal } = parameters;
  const outcomes = sent.map((request, index) => openOutcome(request, images[index]));
  const waitFor = (count: number): void => {
    progress.step(`${count} of ${sent.length} answered`);
  };
  waitFor(0);
  try {
    let answered = 0;
    const requestIds = sent.map(({ requestId }) => requestId);
    for await (const ended of endedRequests(network, requestIds, signal)) {
      const index = requestIds.indexOf(ended.requestId);
      const [request, image, open] = [sent[index], images[index], outcomes[index]];
      if (!request || !image || !open) continue;
      const report = await fetchRequestReport(nodeUrl, ended.requestId);
      const outcome = endedOutcome({ open, request, ended, report });
      outcomes[index] = outcome;
      progress.print(`${drawCard(image.pixels, outcome)}\n`);
      waitFor(++answered);
    }
  } catch (error) {
    // Late is told by the outcomes; a process that died, or a user who left, by the error.
    if (!isTimeout(error)) throw error;
    for (const [index, outcome] of outcomes.entries()) {
      const requestId = sent[index]?.requestId;
      if (outcome.status !== "Open" || requestId === undefined) continue;
      const report = await fetchRequestReport(nodeUrl, requestId);
      progress.print(`${requestId}: ${report?.why ?? "the node does not know it"}`);
    }
  }
  return outcomes;
}

function openOutcome({ gas }: SentRequest, image: DemoImage | undefined): RequestOutcome {
  return {
    model: `${image?.model ?? "unknown"}@1.0.0`,
    verification: "Zk",
    status: "Open",
    expected: image?.label ?? -1,
    answer: null,
    requestGas: gas,
    fulfillGas: null,
    proveMs: null,
    totalMs: null,
  };
}

function endedOutcome(parameters: {
  readonly open: RequestOutcome;
  readonly request: SentRequest;
  readonly ended: EndedRequest;
  readonly report: RequestReport | null;
}): RequestOutcome {
  const { open, request, ended, report } = parameters;
  const proveSeconds = report?.proveSeconds ?? null;
  return {
    ...open,
    status: ended.status,
    answer: ended.answer,
    fulfillGas: ended.gas,
    proveMs: proveSeconds === null ? null : Math.round(proveSeconds * 1_000),
    totalMs: Math.round(ended.seenAt - request.sentAt),
  };
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === "TimeoutError";
}
