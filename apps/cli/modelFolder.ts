import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

import type { CompileRequest } from "../../circuits/compiler/compile.ts";
import { CliError } from "./failure.ts";

const elementTypes = [
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "int8",
  "int16",
  "int32",
  "int64",
] as const;

const description = z.object({
  name: z.string(),
  version: z.string(),
  input: z.object({ elementType: z.enum(elementTypes), fractionBits: z.int() }).optional(),
});
const samples = z.array(z.array(z.array(z.number())));
const heldOut = z.array(z.object({ label: z.int(), input: z.array(z.int()) }));

/** An example with the answer a good model gives. */
export type HeldOutExample = Readonly<z.infer<typeof heldOut>[number]>;

/**
 * What to compile at a path: a model's folder (`model.onnx`, `model.json`, `samples.json`), or an
 * ONNX file alone, whose scales then come from an input of zeros.
 * @throws CliError if something is missing or malformed
 */
export async function readCompileRequest(path: string): Promise<CompileRequest> {
  const entry = await stat(path).catch((cause: unknown) => {
    throw new CliError(`There is no ${path}.`, "Name a model's folder or an .onnx file.", cause);
  });
  if (!entry.isDirectory()) return { onnx: await readFile(path), samples: [] };
  const { input } = await readJson(join(path, "model.json"), description);
  return {
    onnx: await readBytes(join(path, "model.onnx")),
    samples: await readJson(join(path, "samples.json"), samples),
    ...(input === undefined ? {} : { input: [input] }),
  };
}

/**
 * The held-out examples of a model's folder.
 * @throws CliError if the file is missing or malformed
 */
export async function readHeldOut(folder: string): Promise<readonly HeldOutExample[]> {
  return readJson(join(folder, "heldout.json"), heldOut);
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new CliError(`There is no ${path}.`, "models/README.md says what a model needs.", cause);
  }
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const text = new TextDecoder().decode(await readBytes(path));
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new CliError(`${path} is malformed: ${why}`, "Compare it with a model of ours.", cause);
  }
}
