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

/**
 * Reads `network.onnx` and `input.json` of a model's folder.
 * @throws Error that names the file and what is wrong with it
 */
export async function readCase(directory: string, name: string): Promise<ConformanceCase> {
  const folder = join(directory, name);
  const onnx = await read(folder, "network.onnx");
  const parsed = file.safeParse(parseJson(await read(folder, "input.json")));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`input.json: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`);
  }
  const { input_data: input, output_data: expected } = parsed.data;
  return { name, onnx, input, expected };
}

async function read(folder: string, name: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, name));
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    throw new Error(`${name} ${isMissing ? "is missing" : "cannot be read"}`, { cause });
  }
}

function parseJson(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString("utf8"));
  } catch (cause) {
    throw new Error("input.json is no JSON", { cause });
  }
}
