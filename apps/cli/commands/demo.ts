import type { Command } from "commander";

import { MemoryWatch } from "../../../scripts/bench/memoryWatch.ts";
import { isSuccess, type DemoOutcome } from "../demo/outcome.ts";
import { Progress } from "../demo/progress.ts";
import { runDemo } from "../demo/runDemo.ts";
import { untilInterrupted } from "../interrupt.ts";

/** `assay demo`: a contract reads ten handwritten digits. With `--json` stdout holds one line. */
export function registerDemo(program: Command): void {
  program
    .command("demo")
    .description("a contract on a chain of its own reads ten handwritten digits, proven")
    .option("--json", "print one JSON object on standard output, all else on standard error")
    .action(async ({ json = false }: { readonly json?: boolean }) => {
      const out = json ? process.stderr : process.stdout;
      const progress = new Progress(out);
      const memory = new MemoryWatch();
      memory.start();
      try {
        const requests = await runDemo(progress, untilInterrupted());
        const seconds = Math.round(progress.elapsedMs / 100) / 10;
        progress.stop();
        const outcome: DemoOutcome = { ok: isSuccess(requests), seconds, requests };
        out.write(`${summarize(outcome, memory.stop())}\n`);
        if (json) console.log(JSON.stringify(outcome));
        if (!outcome.ok) process.exitCode = 1;
      } finally {
        progress.stop();
      }
    });
}

function summarize({ requests, seconds }: DemoOutcome, peakBytes: number | null): string {
  const count = (isCounted: (request: DemoOutcome["requests"][number]) => boolean): number =>
    requests.filter(isCounted).length;
  const finalized = count(({ status }) => status === "Finalized");
  const right = count(({ answer, expected }) => answer === expected);
  const memory = peakBytes === null ? "" : `, at most ${Math.round(peakBytes / 1e6)} MB of memory`;
  return (
    `${finalized} of ${requests.length} answers proven and settled, ${right} read as labelled; ` +
    `${seconds} s${memory}`
  );
}
