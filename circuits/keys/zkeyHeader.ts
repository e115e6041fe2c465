import { open } from "node:fs/promises";
import { FIELD_ORDER } from "../../sdk/protocol/field.ts";
import type { VerifyingKey, G1Point, G2Point } from "../../sdk/protocol/verifyingKey.ts";
import { bytesAt, readSectionPlaces, readSections } from "./binaryFile.ts";
import { KeyError } from "./keyError.ts";
import { BASE_FIELD_ORDER } from "./scalarField.ts";

/** What a proving key says about its circuit, and the verifying key inside it. */
export interface ZkeyHeader {
  /** Wires of the circuit, the constant one included. */
  readonly wires: number;
  readonly publicSignals: number;
  readonly domainSize: number;
  readonly verifyingKey: VerifyingKey;
}

const GROTH16 = 1;
const FIELD_BYTES = 32;
const G1_BYTES = 64;
const G2_BYTES = 128;
const HEADER_BYTES = 84 + 3 * G1_BYTES + 3 * G2_BYTES;
/** As much of each section of a file as is looked at; of the points per public signal all. */
const HEAD_BYTES = HEADER_BYTES;
const MOST_IC_BYTES = 2 ** 20;
/** 2^−256 modulo the base field's order: takes coordinates out of Montgomery form. */
const MONTGOMERY_INVERSE =
  20988524275117001072002809824448087578619730785600314334253784976379291040311n;

/**
 * Reads a Groth16 proving key and checks the size of every section against its header, so that a
 * file cut short or of another kind is refused before a prover maps it into memory.
 * @throws KeyError ZkeyMalformed
 */
export function readZkeyHeader(zkey: Uint8Array): ZkeyHeader {
  try {
    const sections = readSections("zkey", zkey);
    const whole = (data: Uint8Array): Section => ({ size: data.length, head: data });
    return parse(new Map([...sections].map(([id, data]) => [id, whole(data)])));
  } catch (cause) {
    throw malformed(cause, zkey.length);
  }
}

/** The same of a file, of which only the small sections are read. @throws KeyError ZkeyMalformed */
export async function readZkeyFileHeader(path: string): Promise<ZkeyHeader> {
  const file = await open(path);
  try {
    const sections = new Map<number, Section>();
    for (const [id, { start, size }] of await readSectionPlaces("zkey", file)) {
      const head = await bytesAt(
        file,
        start,
        Math.min(size, id === 3 ? MOST_IC_BYTES : HEAD_BYTES),
      );
      sections.set(id, { size, head });
    }
    return parse(sections);
  } catch (cause) {
    throw malformed(cause, (await file.stat()).size);
  } finally {
    await file.close();
  }
}

function malformed(cause: unknown, bytes: number): unknown {
  if (!(cause instanceof RangeError)) return cause;
  return new KeyError(
    "ZkeyMalformed",
    `The proving key cannot be read: ${cause.message}. Fetch or make it again.`,
    { data: { bytes }, cause },
  );
}

/** Its length in the file, and as much of it as is looked at. */
interface Section {
  readonly size: number;
  readonly head: Uint8Array;
}

function parse(sections: ReadonlyMap<number, Section>): ZkeyHeader {
  const section = (id: number): Section => {
    const found = sections.get(id);
    if (found === undefined) throw new RangeError(`section ${id} is missing`);
    return found;
  };
  if (word(section(1).head, 0) !== GROTH16) throw new RangeError("it is no Groth16 key");
  const { size: headerSize, head: header } = section(2);
  if (headerSize !== HEADER_BYTES) throw new RangeError("its header has another length");
  if (
    word(header, 0) !== FIELD_BYTES ||
    littleEndian(header.subarray(4, 36)) !== BASE_FIELD_ORDER ||
    word(header, 36) !== FIELD_BYTES ||
    littleEndian(header.subarray(40, 72)) !== FIELD_ORDER
  ) {
    throw new RangeError("its curve is not BN254");
  }
  const wires = word(header, 72);
  const publicSignals = word(header, 76);
  const domainSize = word(header, 80);
  const sizes = new Map([
    [3, (publicSignals + 1) * G1_BYTES],
    [4, 4 + word(section(4).head, 0) * 44],
    [5, wires * G1_BYTES],
    [6, wires * G1_BYTES],
    [7, wires * G2_BYTES],
    [8, (wires - publicSignals - 1) * G1_BYTES],
    [9, domainSize * G1_BYTES],
  ]);
  for (const [id, size] of sizes) {
    const actual = section(id).size;
    if (actual !== size) throw new RangeError(`section ${id} has ${actual} bytes, not ${size}`);
  }
  const ic = section(3);
  if (ic.head.length < ic.size) throw new RangeError(`it has ${publicSignals} public signals`);
  return { wires, publicSignals, domainSize, verifyingKey: verifyingKey(header, ic.head) };
}

function verifyingKey(header: Uint8Array, ic: Uint8Array): VerifyingKey {
  const at = (g1: number, g2: number) => 84 + g1 * G1_BYTES + g2 * G2_BYTES;
  return {
    alpha: g1(header, at(0, 0)),
    beta: g2(header, at(2, 0)),
    gamma: g2(header, at(2, 1)),
    delta: g2(header, at(3, 2)),
    ic: Array.from({ length: ic.length / G1_BYTES }, (_, index) => g1(ic, index * G1_BYTES)),
  };
}

/** Affine, from little-endian Montgomery form: as ptau and zkey files hold points. */
export function g1(bytes: Uint8Array, offset: number): G1Point {
  return [coordinate(bytes, offset), coordinate(bytes, offset + 32)];
}

export function g2(bytes: Uint8Array, offset: number): G2Point {
  return [g1(bytes, offset), g1(bytes, offset + 64)];
}

function coordinate(bytes: Uint8Array, offset: number): bigint {
  const value = littleEndian(bytes.subarray(offset, offset + 32));
  return (value * MONTGOMERY_INVERSE) % BASE_FIELD_ORDER;
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes.toReversed()).toString("hex") || "0"}`);
}

function word(bytes: Uint8Array, offset: number): number {
  if (offset + 4 > bytes.length) throw new RangeError("a section is too short");
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readUInt32LE(offset);
}
