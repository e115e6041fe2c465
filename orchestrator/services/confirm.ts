import { nextStep } from "../domain/decisions.ts";
import { OrchestratorError, toErrorRecord } from "../domain/errors.ts";
import type { Journal, SecondExecution } from "../domain/nodePorts.ts";
import type { Clock, Hex, Logger } from "../domain/ports.ts";
import type { RequestProgress } from "../domain/request.ts";
import type { View } from "../domain/view.ts";
import type { Wake } from "./wake.ts";

const LOOK_AGAIN_MS = 1_000;
const RETRY_MS = 15_000;

export interface ConfirmDependencies {
  readonly journal: Journal;
  readonly secondExecution: SecondExecution;
  readonly view: () => View | null;
  /** Called after each word on an output. */
  readonly onConfirmed: () => void;
  readonly wake: Wake;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Computes outputs a second time, one after another, before a bond is put under them or somebody
 * else's is taken for them; until the signal aborts.
 */
export async function confirm(
  dependencies: ConfirmDependencies,
  signal: AbortSignal,
): Promise<void> {
  const { journal, view, wake, clock } = dependencies;
  const notBefore = new Map<Hex, number>();
  while (!signal.aborted) {
    const present = view();
    const rows = present === null ? [] : journal.unfinishedRequests();
    for (const row of rows) {
      if (present === null || nextStep(row, present).kind !== "confirm") continue;
      if ((notBefore.get(row.requestId) ?? 0) > clock.now()) continue;
      const isDone = await confirmOne(dependencies, row);
      if (isDone) notBefore.delete(row.requestId);
      else notBefore.set(row.requestId, clock.now() + RETRY_MS);
      if (signal.aborted) break;
    }
    await wake.wait(LOOK_AGAIN_MS, signal);
  }
}

/** False if it has to be tried again. */
async function confirmOne(
  { journal, secondExecution, onConfirmed, logger }: ConfirmDependencies,
  { requestId, releaseId }: RequestProgress,
): Promise<boolean> {
  const manifestCid = journal.manifestCid(releaseId);
  const request = journal.request(requestId);
  const first = journal.output(requestId);
  if (manifestCid === null || request === null || first === null) return false;
  try {
    const { output } = await secondExecution.run({ manifestCid, input: request.input });
    const isSame = Buffer.compare(first.output, output) === 0;
    journal.recordConfirmation(requestId, isSame);
    if (isSame) logger.info("output confirmed by a second execution", { requestId });
    else refuse(journal, requestId, new OrchestratorError("RerunMismatch"));
    if (!isSame) logger.error("a second execution gave another output", { requestId });
    onConfirmed();
    return true;
  } catch (error) {
    const record = toErrorRecord(error);
    logger.warn("output could not be computed a second time", { requestId, ...record });
    if (record.retryable) return false;
    refuse(journal, requestId, record);
    return true;
  }
}

function refuse(
  journal: Journal,
  requestId: Hex,
  { code, message }: { readonly code: string; readonly message: string },
): void {
  journal.recordFailure(requestId, { code, message, stage: "confirm" });
}
