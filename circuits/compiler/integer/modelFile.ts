import { CompilerError } from "../compilerError.ts";
import { IntegerBuilder } from "./integerBuilder.ts";
import type { IntegerModel, ModelOutput, Value } from "./integerModel.ts";
import type { HeaderOperation, ModelHeader } from "./modelHeader.ts";
import { modelHeader } from "./modelHeader.ts";
import type { Operation } from "./operation.ts";
import { requireWorkable } from "./plannedWork.ts";
import type { PackedWidth } from "./packedIntegers.ts";
import { packedWidth, packIntegers, unpackIntegers } from "./packedIntegers.ts";

const MAGIC = new TextEncoder().encode("ASSAYINT");
const PREFIX_BYTES = MAGIC.length + 4;

/**
 * A model as a file: "ASSAYINT", header length (4 bytes, big-endian), JSON header, constants. One
 * model has exactly one file, so the file's digest names the model.
 */
export function serializeModel(model: {
  readonly operations: readonly Operation[];
  readonly outputs: readonly Omit<ModelOutput, "shape">[];
}): Uint8Array {
  const blocks: Uint8Array[] = [];
  const pack = (values: Float64Array): [PackedWidth, number] => {
    const width = packedWidth(values);
    blocks.push(packIntegers(values, width));
    return [width, values.length];
  };
  const header: ModelHeader = {
    version: 1,
    operations: model.operations.map((operation) => toHeader(operation, pack)),
    outputs: model.outputs.map(({ name, value, elementType }) => ({ name, value, elementType })),
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, json.length);
  return joinBytes([MAGIC, length, json, ...blocks]);
}

/**
 * Reads a model file, treating it as hostile: its work is bounded before any is done, a file that is
 * not the canonical one is refused, every rule of the builder is checked again, and intervals are
 * proven anew. Throws `CompilerError`.
 */
export function parseModel(bytes: Uint8Array): IntegerModel {
  const { header, constants } = splitFile(bytes);
  requireWorkable(header);
  const operations = readOperations(header, constants);
  const { outputs } = header;
  if (!equalBytes(serializeModel({ operations, outputs }), bytes))
    throw malformed("the file is not in canonical form");

  const builder = new IntegerBuilder();
  const values = operations.map((operation): Value =>
    operation.kind === "input" ? builder.input(operation) : builder.append(operation),
  );
  for (const { name, value: id, elementType } of outputs) {
    const value = values[id];
    if (value === undefined)
      throw malformed(`output "${name}" is value ${id}, which does not exist`);
    builder.output({ name, value, elementType });
  }
  return builder.build();
}

/** The operations with their constants, which follow the header in order of mention. */
function readOperations({ operations }: ModelHeader, constants: Uint8Array): Operation[] {
  let offset = 0;
  const unpack = ([width, count]: readonly [PackedWidth, number]): Float64Array => {
    const end = offset + width * count;
    if (end > constants.length)
      throw malformed(`constants end at byte ${constants.length}, not ${end}`);
    const values = unpackIntegers(constants.subarray(offset, end), width);
    offset = end;
    return values;
  };

  return operations.map((operation) => fromHeader(operation, unpack));
}

function splitFile(bytes: Uint8Array): {
  readonly header: ModelHeader;
  readonly constants: Uint8Array;
} {
  if (bytes.length < PREFIX_BYTES || !equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) {
    throw malformed('it does not begin with "ASSAYINT"');
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(
    MAGIC.length,
  );
  const end = PREFIX_BYTES + length;
  if (end > bytes.length) throw malformed(`the header would end at byte ${end} of ${bytes.length}`);
  const header = modelHeader.safeParse(parseJson(bytes.subarray(PREFIX_BYTES, end)));
  if (!header.success) {
    const [issue] = header.error.issues;
    throw malformed(`header: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`);
  }
  return { header: header.data, constants: bytes.subarray(end) };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw malformed("the header is not JSON", cause);
  }
}

function toHeader(
  operation: Operation,
  pack: (values: Float64Array) => [PackedWidth, number],
): HeaderOperation {
  const { kind, label } = operation;
  switch (kind) {
    case "input": {
      const { name, shape, elementType } = operation;
      return { kind, label, name, shape: [...shape], elementType };
    }
    case "constant":
      return { kind, label, shape: [...operation.shape], values: pack(operation.values) };
    case "gather": {
      const { sources, shape, indices } = operation;
      return { kind, label, sources: [...sources], shape: [...shape], indices: pack(indices) };
    }
    case "affine": {
      const { source, multipliers, offsets } = operation;
      return { kind, label, source, multipliers: pack(multipliers), offsets: pack(offsets) };
    }
    case "matMul": {
      const { source, weights, bias } = operation;
      return { kind, label, source, weights: pack(weights), bias: pack(bias) };
    }
    case "rescale": {
      const { source, shifts, lows, highs } = operation;
      return { kind, label, source, shifts: pack(shifts), lows: pack(lows), highs: pack(highs) };
    }
    case "lookup": {
      const { source, first, table } = operation;
      return { kind, label, source, first, table: pack(table) };
    }
    case "add":
    case "product":
      return { kind, label, a: operation.a, b: operation.b };
    case "divide":
      return { kind, label, numerator: operation.numerator, denominator: operation.denominator };
    default:
      return { kind, label, source: operation.source };
  }
}

function fromHeader(
  operation: HeaderOperation,
  unpack: (reference: readonly [PackedWidth, number]) => Float64Array,
): Operation {
  switch (operation.kind) {
    case "input":
      return { ...operation, label: operation.name };
    case "constant":
      return { ...operation, values: unpack(operation.values) };
    case "gather":
      return { ...operation, indices: unpack(operation.indices) };
    case "affine": {
      const { multipliers, offsets } = operation;
      return { ...operation, multipliers: unpack(multipliers), offsets: unpack(offsets) };
    }
    case "matMul":
      return { ...operation, weights: unpack(operation.weights), bias: unpack(operation.bias) };
    case "rescale": {
      const { shifts, lows, highs } = operation;
      return { ...operation, shifts: unpack(shifts), lows: unpack(lows), highs: unpack(highs) };
    }
    case "lookup":
      return { ...operation, table: unpack(operation.table) };
    default:
      return operation;
  }
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function malformed(fact: string, cause?: unknown): CompilerError {
  return new CompilerError(
    "ModelMalformed",
    `not an integer model: ${fact}; compile it again from its ONNX file`,
    { fact },
    cause,
  );
}
