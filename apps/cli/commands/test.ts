import { Argument, type Command } from "commander";

import { root } from "../root.ts";
import { runSuites, SUITE_NAMES, type SuiteName } from "../testing/suites.ts";

/** `assay test`: every suite, or those named; the last line is the sum over all runners. */
export function registerTest(program: Command): void {
  program
    .command("test")
    .description("run all tests, or the suites named")
    .addArgument(new Argument("[suites...]", "suites to run").choices(SUITE_NAMES))
    .action(async (names: readonly SuiteName[]) => {
      const sum = await runSuites(names.length === 0 ? SUITE_NAMES : names, {
        root,
        print: console.log,
      });
      if (sum.skipped > 0) console.log(`\nskipped: ${sum.skipped}, with the reasons above`);
      console.log(`\n${sum.passed} passed, ${sum.failed} failed`);
      if (sum.failed > 0 || sum.passed === 0) process.exitCode = 1;
    });
}
