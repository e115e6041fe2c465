import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Command } from "commander";

import { PROCESSES, runProcess, type ProcessName } from "../../../orchestrator/main.ts";
import { ProcessGroup } from "../../../scripts/demo/processGroup.ts";
import { CliError } from "../failure.ts";
import { untilInterrupted } from "../interrupt.ts";
import { fetchHealth, fetchRequestReport } from "../nodeClient.ts";
import { root } from "../root.ts";

const DESCRIPTIONS: Readonly<Record<ProcessName, string>> = {
  node: "run an operator's node, configured by the environment",
  "infer-worker": "run a worker that answers inferences for a node",
  "prove-worker": "run a worker that proves for a node",
  watch: "run a watchtower: a node without an operator that overturns wrong optimistic answers",
};

/**
 * `assay node`, `infer-worker`, `prove-worker`, `watch`: one process each; `assay up`: an operator's three.
 */
export function registerProcesses(program: Command): void {
  for (const name of [...PROCESSES, "watch"] as const) {
    const command = program.command(name).description(DESCRIPTIONS[name]);
    command.action(async () => {
      await runProcess(name, untilInterrupted());
      // BullMQ may keep a timer when Redis went first.
      process.exit(0);
    });
    if (name === "node") registerStatus(command);
  }
  program
    .command("up")
    .description("run node, infer worker and prove worker together")
    .action(async () => {
      await runTogether(untilInterrupted());
    });
}

function registerStatus(node: Command): void {
  node
    .command("status")
    .description("ask a running node how it is, or why a request is still pending")
    .option("--why <requestId>", "say what the request waits for")
    .option("--url <url>", "the node's address", "http://127.0.0.1:8620")
    .action(async ({ why, url }: { readonly why?: string; readonly url: string }) => {
      if (why === undefined) {
        console.log(JSON.stringify(await fetchHealth(url), null, 2));
        return;
      }
      if (!/^0x[0-9a-f]{64}$/i.test(why)) {
        const next = "Name the id of the event InferenceRequested: 0x and 64 hexadecimal digits.";
        throw new CliError(`${why} is no request id.`, next);
      }
      const report = await fetchRequestReport(url, why.toLowerCase());
      if (report === null) {
        console.log("The node's journal knows no such request.");
        process.exitCode = 1;
        return;
      }
      console.log(report.why);
      if (report.heldUpBy !== null) console.log(`Held up by: ${report.heldUpBy}`);
      for (const { purpose, reason, state, hashes } of report.transactions) {
        const because = reason === null ? "" : `, because of ${reason}`;
        console.log(`${purpose}${because}: ${state}, ${hashes.at(-1) ?? ""}`);
      }
    });
}

/**
 * All processes of one operator until the signal aborts; if one ends, all do. Their workers show the
 * node a token made for this run.
 * @throws ProcessEnded with what the process said last
 */
async function runTogether(signal: AbortSignal): Promise<void> {
  const token = randomBytes(24).toString("hex");
  const others = process.env["ASSAY_WORKER_TOKENS"] ?? "";
  const port = process.env["ASSAY_HTTP_PORT"] ?? "8620";
  const env = {
    ASSAY_NODE_URL: `http://127.0.0.1:${port}`,
    ASSAY_WORKER_TOKENS: others === "" ? `local=${token}` : `${others},local=${token}`,
    ASSAY_WORKER_TOKEN: token,
  };
  const group = new ProcessGroup();
  try {
    for (const name of PROCESSES) {
      group.start({ name, file: join(root, "orchestrator/main.ts"), args: [name], env });
    }
    const ended = AbortSignal.any([signal, group.failed]);
    await new Promise((done) => {
      ended.addEventListener("abort", done, { once: true });
    });
    group.failed.throwIfAborted();
  } finally {
    await group.stop();
  }
}
