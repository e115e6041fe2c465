import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** One model of a suite: a float ONNX file and one input. */
export interface ConformanceCase {
  readonly name: string;
  readonly onnx: Uint8Array;
  /** Graph input → flat elements. */
  readonly input: readonly (readonly number[])[];
  /** What the suite's authors say the outputs are, where they do. */
  readonly expected: readonly (readonly number[])[] | undefined;
}

const element = z.union([z.number(), z.boolean()]).transform(Number);
const tensors = z.array(z.array(element));
const file = z.object({ input_data: tensors, output_data: tensors.optional() });

/** Reads `network.onnx` and `input.json` of a model's folder. */
export async function readCase(directory: string, name: string): Promise<ConformanceCase> {
  const folder = join(directory, name);
  const onnx = await readFile(join(folder, "network.onnx"));
  const json: unknown = JSON.parse(await readFile(join(folder, "input.json"), "utf8"));
  const { input_data: input, output_data: expected } = file.parse(json);
  return { name, onnx, input, expected };
}
