import type { Clock, Logger } from "../domain/ports.ts";
import { startEmbeddedServer } from "./embeddedServer.ts";

const RESTART_MS = 300;
const LAST_RESTART_MS = 10_000;

/** Keeps an embedded queue server running until the signal aborts, whatever happens to it. */
export async function superviseEmbeddedServer(
  input: { readonly port: number; readonly clock: Clock; readonly logger: Logger },
  signal: AbortSignal,
): Promise<void> {
  const { port, clock, logger } = input;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const server = await startEmbeddedServer(port);
      failures = 0;
      const { url, processId } = server;
      logger.info("embedded queue server started", { url, processId });
      await Promise.race([server.ended, aborted(signal)]);
      if (signal.aborted) await server.stop();
      else logger.warn("embedded queue server ended and is started again", { processId });
    } catch (error) {
      if (failures === 0) logger.error("embedded queue server did not start", { error });
      failures = Math.min(failures + 1, 6);
    }
    await clock.sleep(Math.min(RESTART_MS << failures, LAST_RESTART_MS), signal);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener(
      "abort",
      () => {
        resolve();
      },
      { once: true },
    );
  });
}
