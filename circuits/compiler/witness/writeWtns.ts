import { FIELD_ORDER } from "../../../sdk/protocol/field.ts";
import type { ByteSink } from "../r1cs/binaryWriter.ts";
import { BinaryWriter, FIELD_BYTES } from "../r1cs/binaryWriter.ts";
import type { WireValues } from "../r1cs/wireValues.ts";

/** Writes an assignment as `.wtns` (version 2); values are plain, not Montgomery. */
export function writeWtns(values: WireValues, sink: ByteSink): void {
  const writer = new BinaryWriter(sink);
  writer.text("wtns");
  writer.uint32(2);
  writer.uint32(2);

  writer.uint32(1);
  writer.uint64(4 + FIELD_BYTES + 4);
  writer.uint32(FIELD_BYTES);
  writer.field(FIELD_ORDER);
  writer.uint32(values.count);

  writer.uint32(2);
  writer.uint64(values.count * FIELD_BYTES);
  for (let wire = 0; wire < values.count; wire++) {
    const small = values.small(wire);
    writer.field(Number.isNaN(small) ? values.field(wire) : small);
  }
  writer.flush();
}

/** An assignment as the bytes of a `.wtns` file, as snarkjs and rapidsnark take it. */
export function encodeWtns(values: WireValues): Uint8Array {
  const chunks: Uint8Array[] = [];
  writeWtns(values, (chunk) => chunks.push(chunk.slice()));
  return Buffer.concat(chunks);
}
