import { Command } from "commander";

import { registerAccount } from "./commands/account.ts";
import { registerCeremony } from "./commands/ceremony.ts";
import { registerCompile } from "./commands/compile.ts";
import { registerConformance } from "./commands/conformance.ts";
import { registerDemo } from "./commands/demo.ts";
import { registerDeploy } from "./commands/deploy.ts";
import { registerDispute } from "./commands/dispute.ts";
import { registerEnding } from "./commands/ending.ts";
import { registerKeys } from "./commands/keys.ts";
import { registerModel } from "./commands/model.ts";
import { registerOperator } from "./commands/operator.ts";
import { registerProcesses } from "./commands/processes.ts";
import { registerPublish } from "./commands/publish.ts";
import { registerRequest } from "./commands/request.ts";
import { registerTest } from "./commands/test.ts";
import manifest from "../../package.json" with { type: "json" };

/** All commands of `assay`. Parsing throws what a command throws. */
export function buildProgram(): Command {
  const program = new Command("assay")
    .description("Verifiable AI inference for smart contracts")
    .version(manifest.version)
    .option("--debug", "print the stack of an error")
    .showHelpAfterError("Run ./assay --help for what there is.")
    .exitOverride();

  registerAccount(program);
  registerCeremony(program);
  registerCompile(program);
  registerConformance(program);
  registerDemo(program);
  registerDeploy(program);
  registerDispute(program);
  registerEnding(program);
  registerKeys(program);
  registerModel(program);
  registerOperator(program);
  registerProcesses(program);
  registerPublish(program);
  registerRequest(program);
  registerTest(program);
  return program;
}
