import type { Curve } from "snarkjs";

const PAGE_BYTES = 65536;
const SCALAR_BITS = 254;
const WINDOW_BITS = 11;
const CHUNK = 4096;

type WasmFunction = (...pointers: number[]) => number;

/** Points as affine x, y in Montgomery form, little-endian: what ptau and zkey files hold. */
export type MultiplyGenerator = (scalars: readonly bigint[]) => Uint8Array;

/**
 * Multiplication of a group's generator by many scalars in [0, r): a table of signed windows, one
 * mixed addition per window (about 18 µs a point in G1, 65 µs in G2), where snarkjs's own batch
 * functions double and add each point. Works on the memory of `curve`, which must be a
 * single-threaded engine that nothing else uses meanwhile.
 */
export function multiplyGenerator(curve: Curve, groupName: "G1" | "G2"): MultiplyGenerator {
  const group = curve[groupName];
  const affineBytes = group.F.n8 * 2;
  const jacobianBytes = group.F.n8 * 3;
  const half = 1 << (WINDOW_BITS - 1);
  const windows = Math.ceil((SCALAR_BITS + 1) / WINDOW_BITS);
  const table = allocate(
    curve,
    windows * half * affineBytes + CHUNK * jacobianBytes + jacobianBytes,
  );
  const work = table + windows * half * affineBytes;
  const spare = work + CHUNK * jacobianBytes;
  const call = functionsOf(curve, groupName === "G1" ? "g1m" : "g2m");

  fillTable();
  return (scalars) => {
    const result = new Uint8Array(scalars.length * affineBytes);
    for (let start = 0; start < scalars.length; start += CHUNK) {
      const chunk = scalars.slice(start, start + CHUNK);
      chunk.forEach((scalar, index) => multiply(scalar, work + index * jacobianBytes));
      call.batchToAffine(work, chunk.length, work);
      const bytes = curve.tm.u8.subarray(work, work + chunk.length * affineBytes);
      result.set(bytes, start * affineBytes);
    }
    return result;
  };

  function fillTable(): void {
    const base = spare;
    const affineBase = work + half * jacobianBytes;
    curve.tm.u8.set(group.g, base);
    for (let window = 0; window < windows; window += 1) {
      call.copy(base, work);
      call.batchToAffine(base, 1, affineBase);
      for (let entry = 1; entry < half; entry += 1) {
        const previous = work + (entry - 1) * jacobianBytes;
        call.addMixed(previous, affineBase, previous + jacobianBytes);
      }
      call.batchToAffine(work, half, table + window * half * affineBytes);
      for (let bit = 0; bit < WINDOW_BITS; bit += 1) call.double(base, base);
    }
  }

  function multiply(scalar: bigint, sum: number): void {
    call.zero(sum);
    let rest = scalar;
    let carry = 0;
    for (let window = 0; window < windows; window += 1) {
      let digit = Number(rest & BigInt(2 * half - 1)) + carry;
      rest >>= BigInt(WINDOW_BITS);
      carry = digit > half ? 1 : 0;
      if (carry === 1) digit -= 2 * half;
      if (digit === 0) continue;
      const entry = table + (window * half + Math.abs(digit) - 1) * affineBytes;
      if (digit > 0) {
        call.addMixed(sum, entry, sum);
      } else {
        call.negAffine(entry, spare);
        call.addMixed(sum, spare, sum);
      }
    }
  }
}

function allocate(curve: Curve, bytes: number): number {
  const { tm } = curve;
  const start = tm.memory.grow(Math.ceil(bytes / PAGE_BYTES)) * PAGE_BYTES;
  // Growing detaches the engine's views of its memory.
  tm.u8 = new Uint8Array(tm.memory.buffer);
  tm.u32 = new Uint32Array(tm.memory.buffer);
  return start;
}

function functionsOf(curve: Curve, prefix: "g1m" | "g2m") {
  const exported = (name: string): WasmFunction => {
    const found = curve.tm.instance.exports[`${prefix}_${name}`];
    if (typeof found !== "function") throw new TypeError(`curve engine lacks ${prefix}_${name}`);
    return found as WasmFunction;
  };
  return {
    zero: exported("zero"),
    copy: exported("copy"),
    double: exported("double"),
    addMixed: exported("addMixed"),
    negAffine: exported("negAffine"),
    batchToAffine: exported("batchToAffine"),
  };
}
