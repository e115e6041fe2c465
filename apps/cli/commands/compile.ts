import { readFile } from "node:fs/promises";
import type { Command } from "commander";

import { compile, type Compilation } from "../../../circuits/compiler/compile.ts";
import { bill } from "../../../circuits/compiler/r1cs/bill.ts";
import { formatBill } from "../../../circuits/compiler/r1cs/formatBill.ts";
import { readModelFolder } from "../../../circuits/release/modelFolder.ts";
import { kindOfPath } from "../paths.ts";

/** `assay compile`: the bill of a model, before anything heavy is done. */
export function registerCompile(program: Command): void {
  program
    .command("compile")
    .description("compile a model and print what proving it will cost")
    .argument("<model>", "a model's folder, or an .onnx file")
    .action(async (path: string) => {
      const { model, report } = await compilePath(path);
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

/** An ONNX file alone has no samples: its scales come from an input of zeros. */
async function compilePath(path: string): Promise<Compilation> {
  if ((await kindOfPath(path, "a model's folder or an .onnx file")) === "file") {
    return compile({ onnx: await readFile(path), samples: [] });
  }
  const { onnx, samples, description } = await readModelFolder(path);
  if (description.input === undefined) return compile({ onnx, samples });
  return compile({ onnx, samples, input: [description.input].flat() });
}
