import { readSections } from "./binaryFile.ts";

/** One coefficient of matrix A (0), B (1) or C (2). */
export interface Term {
  readonly matrix: 0 | 1 | 2;
  readonly row: number;
  readonly wire: number;
  readonly coefficient: bigint;
}

const MATRICES = [0, 1, 2] as const;

/** Visits every term of an r1cs file in file order (A, B, C of row 0, then row 1, …). */
export function visitTerms(r1cs: Uint8Array, rows: number, visit: (term: Term) => void): void {
  const data = readSections("r1cs", r1cs).get(2);
  if (data === undefined) throw new RangeError("r1cs file has no constraints section");
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let offset = 0;
  for (let row = 0; row < rows; row += 1) {
    for (const matrix of MATRICES) {
      const count = view.getUint32(offset, true);
      offset += 4;
      for (let term = 0; term < count; term += 1) {
        const wire = view.getUint32(offset, true);
        visit({ matrix, row, wire, coefficient: integer(view, offset + 4) });
        offset += 36;
      }
    }
  }
  if (offset !== data.length) throw new RangeError("r1cs file holds more rows than it says");
}

function integer(view: DataView, offset: number): bigint {
  const limb = (index: number) => view.getBigUint64(offset + 8 * index, true);
  return (((((limb(3) << 64n) | limb(2)) << 64n) | limb(1)) << 64n) | limb(0);
}
