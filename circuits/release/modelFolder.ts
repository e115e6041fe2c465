import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { ELEMENT_TYPES } from "../compiler/integer/elementType.ts";
import { ReleaseError } from "./releaseError.ts";

const format = z.strictObject({
  elementType: z.enum(ELEMENT_TYPES),
  fractionBits: z.int().min(-64).max(64),
});

const description = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  description: z.string().max(4096),
  licence: z.string().min(1).max(64),
  /** Payload format of the input, or of each input in order; the compiler chooses what is left out. */
  input: z.union([format, z.array(format)]).optional(),
});

const samples = z
  .array(z.array(z.array(z.number())).min(1))
  .min(1, "holds no sample, but the scales of the integer model are chosen by them");
const input = z.array(z.number()).min(1);
const labelled = z.array(z.strictObject({ label: z.int().min(0), input }));
/** What a forecast of the first output should have been, in its real units. */
const measured = z.array(z.strictObject({ target: z.array(z.number()).min(1), input }));

/** What a publisher brings, read and checked. */
export interface ModelFolder {
  readonly description: z.infer<typeof description>;
  readonly onnx: Uint8Array;
  /** sample → graph input → flat elements */
  readonly samples: z.infer<typeof samples>;
  readonly samplesFile: Uint8Array;
  /** Labelled inputs of a classifier with one input; none where `heldout.json` holds no labels. */
  readonly heldout: z.infer<typeof labelled>;
  /** Inputs of a model with one input and what was measured; none where `heldout.json` holds no targets. */
  readonly measured: z.infer<typeof measured>;
}

/**
 * Reads `model.json`, `model.onnx`, `samples.json` and, where there is one, `heldout.json`.
 * @throws ReleaseError ModelFolderInvalid
 */
export async function readModelFolder(directory: string): Promise<ModelFolder> {
  const read = (name: string) => readBytes(directory, name);
  const samplesFile = await read("samples.json");
  const heldoutFile = await readOptional(directory, "heldout.json");
  return {
    description: parse("model.json", await read("model.json"), description),
    onnx: await read("model.onnx"),
    samples: parse("samples.json", samplesFile, samples),
    samplesFile,
    ...readHeldout(heldoutFile),
  };
}

/** Labels or targets: the first entry decides which all of them are. */
function readHeldout(file: Uint8Array | null): Pick<ModelFolder, "heldout" | "measured"> {
  if (file === null) return { heldout: [], measured: [] };
  const name = "heldout.json";
  const [first] = parse(name, file, z.array(z.looseObject({})));
  if (first !== undefined && "target" in first) {
    return { heldout: [], measured: parse(name, file, measured) };
  }
  return { heldout: parse(name, file, labelled), measured: [] };
}

async function readBytes(directory: string, name: string): Promise<Uint8Array> {
  const bytes = await readOptional(directory, name);
  if (bytes !== null) return bytes;
  throw new ReleaseError(
    "ModelFolderInvalid",
    `${path.join(directory, name)} is missing; add it.`,
    {
      data: { directory, name },
    },
  );
}

async function readOptional(directory: string, name: string): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await readFile(path.join(directory, name)));
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause)) throw cause;
    if (cause.code === "ENOENT") return null;
    const file = path.join(directory, name);
    const data = { directory, name, reason: cause.code };
    const message = `${file} cannot be read (${String(cause.code)}); it must be a file you may read.`;
    throw new ReleaseError("ModelFolderInvalid", message, { data, cause });
  }
}

function parse<T>(name: string, file: Uint8Array, schema: z.ZodType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file));
  } catch (cause) {
    throw invalid(name, "is no JSON", cause);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(name, [issue?.path.join("."), issue?.message].filter(Boolean).join(" "));
}

function invalid(name: string, problem: string, cause?: unknown): ReleaseError {
  return new ReleaseError("ModelFolderInvalid", `${name}: ${problem}; correct the file.`, {
    data: { name, problem },
    cause,
  });
}
