import type { Command } from "commander";

import { runConformance } from "../../../circuits/compiler/conformance/runConformance.ts";
import type { ModelOutcome } from "../../../circuits/compiler/conformance/runConformance.ts";
import { runFloatModel } from "../../../orchestrator/runtime/runFloatModel.ts";
import { CliError } from "../failure.ts";
import { kindOfPath } from "../paths.ts";

const EXPECTED = "a folder with one folder per model";

/** `assay conformance`: how far a folder of ONNX models gets. With `--json` stdout holds one line. */
export function registerConformance(program: Command): void {
  program
    .command("conformance")
    .description("compile, run and compare every model of a folder")
    .argument("<directory>", "one folder per model, with network.onnx and input.json")
    .option("--json", "print one JSON object on standard output, all else on standard error")
    .action(async (directory: string, { json = false }: { readonly json?: boolean }) => {
      if ((await kindOfPath(directory, EXPECTED)) === "file") {
        throw new CliError(`${directory} is a file.`, `Name ${EXPECTED}.`);
      }
      const print = json ? console.error : console.log;
      const { models, ...report } = await runConformance({
        directory,
        reference: runFloatModel,
        onModel: (outcome) => {
          print(describe(outcome));
        },
      });
      const { total, compiled, exact, accurate } = report;
      print(`${total} models: ${compiled} compiled, ${exact} exact, ${accurate} accurate`);
      if (json) console.log(JSON.stringify(report));
      if (models.length === 0) {
        console.error(`assay: ${directory} holds no folders.\n       Name ${EXPECTED}.`);
        process.exitCode = 1;
      }
    });
}

function describe({ name, failure, rows, relativeError }: ModelOutcome): string {
  if (failure !== undefined) return `  ${name}: ${failure.stage}: ${failure.reason}`;
  const error = relativeError?.toExponential(1) ?? "unknown";
  return `  ${name}: ${rows?.toLocaleString("en-US") ?? "?"} rows, relative error ${error}`;
}
