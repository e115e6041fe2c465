import { FIELD_ORDER } from "../../../sdk/protocol/field.ts";

/** Bytes of a field element in snarkjs's files. */
export const FIELD_BYTES = 32;

/** Takes bytes in order; a chunk is only valid during the call. */
export type ByteSink = (chunk: Uint8Array) => void;

const CHUNK_BYTES = 2 ** 18;
const LIMBS = Array.from({ length: 8 }, (_, i) =>
  Number((FIELD_ORDER >> BigInt(32 * i)) & 0xffffffffn),
);

/** Writes the little-endian integers of iden3's binary files through one reused buffer. */
export class BinaryWriter {
  readonly #sink: ByteSink;
  readonly #bytes = new Uint8Array(CHUNK_BYTES);
  readonly #view = new DataView(this.#bytes.buffer);
  #length = 0;

  constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  text(value: string): void {
    for (const byte of new TextEncoder().encode(value)) this.#view.setUint8(this.#take(1), byte);
  }

  uint32(value: number): void {
    this.#view.setUint32(this.#take(4), value, true);
  }

  uint64(value: number): void {
    this.#view.setBigUint64(this.#take(8), BigInt(value), true);
  }

  /** A field element; an integer below zero stands for itself plus r. */
  field(value: number | bigint): void {
    const start = this.#take(FIELD_BYTES);
    if (typeof value === "bigint") return this.#fieldFromBigint(start, value);
    const magnitude = Math.abs(value);
    const low = magnitude % 2 ** 32;
    const high = Math.floor(magnitude / 2 ** 32);
    let borrow = 0;
    for (let i = 0; i < 8; i++) {
      const limb = i === 0 ? low : i === 1 ? high : 0;
      let digit = value < 0 ? (LIMBS[i] as number) - limb - borrow : limb;
      borrow = digit < 0 ? 1 : 0;
      digit += borrow * 2 ** 32;
      this.#view.setUint32(start + 4 * i, digit, true);
    }
  }

  flush(): void {
    if (this.#length > 0) this.#sink(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
  }

  #fieldFromBigint(start: number, value: bigint): void {
    for (let i = 0; i < 4; i++) {
      this.#view.setBigUint64(start + 8 * i, BigInt.asUintN(64, value >> BigInt(64 * i)), true);
    }
  }

  #take(count: number): number {
    if (this.#length + count > CHUNK_BYTES) this.flush();
    const start = this.#length;
    this.#length += count;
    return start;
  }
}
