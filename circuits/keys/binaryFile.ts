import type { FileHandle } from "node:fs/promises";

/** The container shared by ptau, zkey, r1cs and wtns files: magic, version, sections. */

export interface Section {
  readonly id: number;
  readonly data: Uint8Array;
}

const HEADER_BYTES = 12;
const SECTION_HEADER_BYTES = 12;

/** A file of the given sections, in the given order. `magic` has four ASCII letters. */
export function writeSections(magic: string, sections: readonly Section[]): Uint8Array {
  const size = sections.reduce(
    (sum, section) => sum + SECTION_HEADER_BYTES + section.data.length,
    HEADER_BYTES,
  );
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  file.set(new TextEncoder().encode(magic));
  view.setUint32(4, 1, true);
  view.setUint32(8, sections.length, true);
  let offset = HEADER_BYTES;
  for (const { id, data } of sections) {
    view.setUint32(offset, id, true);
    view.setBigUint64(offset + 4, BigInt(data.length), true);
    file.set(data, offset + SECTION_HEADER_BYTES);
    offset += SECTION_HEADER_BYTES + data.length;
  }
  return file;
}

/**
 * The sections of a file, by id, as views into it.
 * @throws RangeError when the magic differs, a section is cut short or occurs twice.
 */
export function readSections(magic: string, file: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < HEADER_BYTES || new TextDecoder().decode(file.subarray(0, 4)) !== magic) {
    throw new RangeError(`not a ${magic} file`);
  }
  const sections = new Map<number, Uint8Array>();
  const count = view.getUint32(8, true);
  let offset = HEADER_BYTES;
  for (let index = 0; index < count; index += 1) {
    if (offset + SECTION_HEADER_BYTES > file.length) {
      throw new RangeError(`${magic} file ends inside the header of section number ${index}`);
    }
    const id = view.getUint32(offset, true);
    const size = view.getBigUint64(offset + 4, true);
    const start = offset + SECTION_HEADER_BYTES;
    if (size > BigInt(file.length - start)) {
      throw new RangeError(`${magic} file ends inside section ${id}`);
    }
    if (sections.has(id)) throw new RangeError(`${magic} file holds section ${id} twice`);
    offset = start + Number(size);
    sections.set(id, file.subarray(start, offset));
  }
  return sections;
}

/**
 * One section of a file that may not fit into memory; undefined where it has none of this id.
 * @param input.limit Bytes of the longest section to read.
 * @throws RangeError when the magic differs, the file is cut short, or the section is too long.
 */
export async function readSection(input: {
  readonly file: FileHandle;
  readonly magic: string;
  readonly id: number;
  readonly limit: number;
}): Promise<Uint8Array | undefined> {
  const { file, magic, id, limit } = input;
  const head = await bytesAt(file, 0, HEADER_BYTES);
  if (head.toString("latin1", 0, 4) !== magic) throw new RangeError(`not a ${magic} file`);
  let offset = HEADER_BYTES;
  for (let index = 0; index < head.readUInt32LE(8); index += 1) {
    const section = await bytesAt(file, offset, SECTION_HEADER_BYTES);
    const size = section.readBigUInt64LE(4);
    const start = offset + SECTION_HEADER_BYTES;
    if (section.readUInt32LE(0) === id) {
      if (size > limit) throw new RangeError(`section ${id} has ${size} bytes`);
      return bytesAt(file, start, Number(size));
    }
    offset = start + Number(size);
  }
  return undefined;
}

/** Where a section lies in its file. */
export interface SectionPlace {
  readonly start: number;
  readonly size: number;
}

/**
 * The places of a file's sections, by id, without reading what is in them.
 * @throws RangeError when the magic differs, the file is cut short, or a section occurs twice.
 */
export async function readSectionPlaces(
  magic: string,
  file: FileHandle,
): Promise<ReadonlyMap<number, SectionPlace>> {
  const { size: length } = await file.stat();
  const head = await bytesAt(file, 0, HEADER_BYTES);
  if (head.toString("latin1", 0, 4) !== magic) throw new RangeError(`not a ${magic} file`);
  const places = new Map<number, SectionPlace>();
  let offset = HEADER_BYTES;
  for (let index = 0; index < head.readUInt32LE(8); index += 1) {
    const section = await bytesAt(file, offset, SECTION_HEADER_BYTES);
    const [id, size] = [section.readUInt32LE(0), section.readBigUInt64LE(4)];
    const start = offset + SECTION_HEADER_BYTES;
    if (size > BigInt(length - start)) {
      throw new RangeError(`${magic} file ends inside section ${id}`);
    }
    if (places.has(id)) throw new RangeError(`${magic} file holds section ${id} twice`);
    offset = start + Number(size);
    places.set(id, { start, size: Number(size) });
  }
  return places;
}

/** @throws RangeError when the file ends before. */
export async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  if (bytesRead < length) throw new RangeError("the file is cut short");
  return bytes;
}
