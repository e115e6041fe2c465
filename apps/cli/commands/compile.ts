import type { Command } from "commander";

import { compile } from "../../../circuits/compiler/compile.ts";
import { bill } from "../../../circuits/compiler/r1cs/bill.ts";
import { formatBill } from "../../../circuits/compiler/r1cs/formatBill.ts";
import { readCompileRequest } from "../modelFolder.ts";

/** `assay compile`: the bill of a model, before anything heavy is done. */
export function registerCompile(program: Command): void {
  program
    .command("compile")
    .description("compile a model and print what proving it will cost")
    .argument("<model>", "a model's folder, or an .onnx file")
    .action(async (path: string) => {
      const { model, report } = compile(await readCompileRequest(path));
      console.log(formatBill(bill(model)));
      if (report.samples > 0) {
        const share = (report.top1Agreement * 100).toFixed(1);
        console.log(
          `accuracy relative error ${report.relativeError.toExponential(1)}, same greatest element ` +
            `on ${share}% of ${report.samples} samples`,
        );
      }
    });
}
