/** Bytes per integer. */
export type PackedWidth = 1 | 2 | 4 | 8;

// No integer of a model reaches 2^52, so the ends of int64 are free to stand for "no bound".
const INFINITE = 2n ** 63n - 1n;

/** The narrowest width that holds every value; bounds of ±Infinity take 8 bytes. */
export function packedWidth(values: Float64Array): PackedWidth {
  let low = 0;
  let high = 0;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  for (const width of [1, 2, 4] as const) {
    const limit = 2 ** (8 * width - 1);
    if (low >= -limit && high < limit) return width;
  }
  return 8;
}

/** Two's complement, little-endian, back to back. */
export function packIntegers(values: Float64Array, width: PackedWidth): Uint8Array {
  const bytes = new Uint8Array(values.length * width);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    if (width === 1) view.setInt8(i, value);
    else if (width === 2) view.setInt16(i * 2, value, true);
    else if (width === 4) view.setInt32(i * 4, value, true);
    else view.setBigInt64(i * 8, wide(value), true);
  });
  return bytes;
}

export function unpackIntegers(bytes: Uint8Array, width: PackedWidth): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: bytes.length / width }, (_, i) => {
    if (width === 1) return view.getInt8(i);
    if (width === 2) return view.getInt16(i * 2, true);
    if (width === 4) return view.getInt32(i * 4, true);
    return narrow(view.getBigInt64(i * 8, true));
  });
}

function wide(value: number): bigint {
  if (value === Infinity) return INFINITE;
  if (value === -Infinity) return -INFINITE;
  return BigInt(value);
}

function narrow(value: bigint): number {
  if (value === INFINITE) return Infinity;
  if (value === -INFINITE) return -Infinity;
  return Number(value);
}
