import { open } from "node:fs/promises";
import { FIELD_ORDER } from "../../sdk/protocol/field.ts";
import { readSection, readSections } from "./binaryFile.ts";
import { KeyError } from "./keyError.ts";

export interface R1csHeader {
  readonly wires: number;
  readonly publicOutputs: number;
  readonly publicInputs: number;
  readonly rows: number;
}

const HEADER_BYTES = 64;

/** @throws KeyError CircuitMalformed */
export function readR1csHeader(r1cs: Uint8Array): R1csHeader {
  try {
    return parseHeader(readSections("r1cs", r1cs).get(1));
  } catch (cause) {
    throw malformed(cause, r1cs.length);
  }
}

/** The same of a file, of which no more than its table of sections is read. */
export async function readR1csFileHeader(path: string): Promise<R1csHeader> {
  const file = await open(path);
  try {
    return parseHeader(await readSection({ file, magic: "r1cs", id: 1, limit: HEADER_BYTES }));
  } catch (cause) {
    throw malformed(cause, (await file.stat()).size);
  } finally {
    await file.close();
  }
}

function parseHeader(header: Uint8Array | undefined): R1csHeader {
  if (header === undefined || header.length !== HEADER_BYTES)
    throw new RangeError("no header section");
  const view = Buffer.from(header.buffer, header.byteOffset, header.byteLength);
  const prime = BigInt(`0x${Buffer.from(header.subarray(4, 36).toReversed()).toString("hex")}`);
  if (view.readUInt32LE(0) !== 32 || prime !== FIELD_ORDER) {
    throw new RangeError("its field is not BN254's");
  }
  return {
    wires: view.readUInt32LE(36),
    publicOutputs: view.readUInt32LE(40),
    publicInputs: view.readUInt32LE(44),
    rows: view.readUInt32LE(60),
  };
}

function malformed(cause: unknown, bytes: number): unknown {
  if (!(cause instanceof RangeError)) return cause;
  return new KeyError(
    "CircuitMalformed",
    `The r1cs file cannot be read: ${cause.message}. Compile the model again.`,
    { data: { bytes }, cause },
  );
}

/**
 * Binary logarithm of the evaluation domain snarkjs gives a circuit: rows plus one slot for the
 * constant and each public signal, so that at most 2^power − 4 rows fit with three signals.
 */
export function domainPower(header: R1csHeader): number {
  const last = header.rows + header.publicInputs + header.publicOutputs;
  return Math.floor(Math.log2(last)) + 1;
}
