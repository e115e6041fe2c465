import type { SparseRow, Terms } from "./sparseRow.ts";

/** What a `.r1cs` file says, read without any of our own writer's code. */
export interface R1csFile {
  readonly wires: number;
  readonly outputs: number;
  readonly publicInputs: number;
  readonly privateInputs: number;
  readonly rows: readonly SparseRow[];
}

export function readR1cs(bytes: Uint8Array): R1csFile {
  const sections = readSections(bytes, "r1cs");
  const header = sectionAt(sections, 1);
  const fieldBytes = header.getUint32(0, true);
  const at = (position: number): number => header.getUint32(4 + fieldBytes + position, true);

  const body = sectionAt(sections, 2);
  let offset = 0;
  const readTerms = (): Terms => {
    const count = body.getUint32(offset, true);
    offset += 4;
    const terms = new Map<number, bigint>();
    for (let i = 0; i < count; i++) {
      terms.set(body.getUint32(offset, true), readField(body, offset + 4, fieldBytes));
      offset += 4 + fieldBytes;
    }
    return terms;
  };
  const rows = Array.from({ length: at(24) }, () => ({
    a: readTerms(),
    b: readTerms(),
    c: readTerms(),
  }));
  if (offset !== body.byteLength) throw new RangeError("the constraint section has another length");
  return { wires: at(0), outputs: at(4), publicInputs: at(8), privateInputs: at(12), rows };
}

export function readWtns(bytes: Uint8Array): readonly bigint[] {
  const sections = readSections(bytes, "wtns");
  const header = sectionAt(sections, 1);
  const fieldBytes = header.getUint32(0, true);
  const body = sectionAt(sections, 2);
  return Array.from({ length: header.getUint32(4 + fieldBytes, true) }, (_, i) =>
    readField(body, i * fieldBytes, fieldBytes),
  );
}

function readSections(bytes: Uint8Array, magic: string): ReadonlyMap<number, DataView> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (new TextDecoder().decode(bytes.subarray(0, 4)) !== magic)
    throw new RangeError(`not ${magic}`);
  const sections = new Map<number, DataView>();
  let offset = 12;
  for (let i = 0; i < view.getUint32(8, true); i++) {
    const length = Number(view.getBigUint64(offset + 4, true));
    const start = bytes.byteOffset + offset + 12;
    sections.set(view.getUint32(offset, true), new DataView(bytes.buffer, start, length));
    offset += 12 + length;
  }
  return sections;
}

function sectionAt(sections: ReadonlyMap<number, DataView>, type: number): DataView {
  const section = sections.get(type);
  if (section === undefined) throw new RangeError(`section ${type} is missing`);
  return section;
}

function readField(view: DataView, offset: number, fieldBytes: number): bigint {
  let value = 0n;
  for (let i = fieldBytes - 1; i >= 0; i--)
    value = (value << 8n) | BigInt(view.getUint8(offset + i));
  return value;
}
