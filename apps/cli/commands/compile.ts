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
      const { model, schema, report } = await compilePath(path);
      console.log(formatBill(bill(model)));
      if (report.samples > 0) console.log(formatAccuracy(report, schema));
    });
}

/** One number has no greatest element: there the errors themselves say more. */
function formatAccuracy(report: Compilation["report"], schema: Compilation["schema"]): string {
  const relative = `accuracy relative error ${report.relativeError.toExponential(1)}`;
  const isNumber = schema.outputs[0]?.shape.every((size) => size === 1) ?? false;
  if (isNumber) {
    const [mean, most] = [report.meanError, report.maxError].map((each) => each.toPrecision(2));
    return `${relative}, in the output's units ${mean} on average and ${most} at most, on ${report.samples} samples`;
  }
  const share = (report.top1Agreement * 100).toFixed(1);
  return `${relative}, same greatest element on ${share}% of ${report.samples} samples`;
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
