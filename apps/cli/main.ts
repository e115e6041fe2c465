import { Command, CommanderError } from "commander";

import { registerCompile } from "./commands/compile.ts";
import { registerConformance } from "./commands/conformance.ts";
import { registerDemo } from "./commands/demo.ts";
import { registerProcesses } from "./commands/processes.ts";
import { registerPublish } from "./commands/publish.ts";
import { registerTest } from "./commands/test.ts";
import { explain } from "./failure.ts";
import { Interrupted } from "./interrupt.ts";
import manifest from "../../package.json" with { type: "json" };

const program = new Command("assay")
  .description("Verifiable AI inference for smart contracts")
  .version(manifest.version)
  .option("--debug", "print the stack of an error")
  .showHelpAfterError("Run ./assay --help for what there is.")
  .exitOverride();

registerCompile(program);
registerConformance(program);
registerDemo(program);
registerProcesses(program);
registerPublish(program);
registerTest(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode;
  } else if (error instanceof Interrupted) {
    console.error(`assay: ${error.message}`);
    process.exitCode = error.exitCode;
  } else {
    console.error(explain(error));
    if (program.opts<{ debug?: boolean }>().debug === true) console.error(error);
    process.exitCode = 1;
  }
}
