import { CommanderError } from "commander";

import { explain } from "./failure.ts";
import { Interrupted } from "./interrupt.ts";
import { buildProgram } from "./program.ts";

const program = buildProgram();
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
