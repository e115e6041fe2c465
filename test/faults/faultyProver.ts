/**
 * The native prover's library with a fault: it proves with two points of each key exchanged. Both
 * are on their curve, so that loading finds nothing and only the check of a proof can.
 */
import { readFile } from "node:fs/promises";

import { loadNativeModule } from "../../circuits/native/nativeModule.ts";
import type { LoadReply } from "../../circuits/native/nativeBinding.d.ts";

const POINT_BYTES = 64;
/** Of the points that the quotient is multiplied with. */
const SECTION_H = 9;

const real = loadNativeModule();
if (typeof real === "string") throw new Error(real);

export const { NativeSetup, ProofControl } = real;

export class NativeProver extends real.NativeProver {
  override async loadKeyFile(name: string, path: string): Promise<LoadReply> {
    return this.loadKeyBytes(name, await readFile(path));
  }

  override loadKeyBytes(name: string, zkey: Uint8Array): Promise<LoadReply> {
    const faulty = Uint8Array.from(zkey);
    const start = startOfSection(zkey, SECTION_H);
    const middle = start + POINT_BYTES;
    faulty.copyWithin(start, middle, middle + POINT_BYTES);
    faulty.set(zkey.subarray(start, middle), middle);
    return super.loadKeyBytes(name, faulty);
  }
}

/** Where the content of a section begins: "zkey", version, number of sections, then id, length, content. */
function startOfSection(zkey: Uint8Array, wanted: number): number {
  const view = new DataView(zkey.buffer, zkey.byteOffset, zkey.byteLength);
  for (let at = 12; at < zkey.length;) {
    const start = at + 12;
    if (view.getUint32(at, true) === wanted) return start;
    at = start + Number(view.getBigUint64(at + 4, true));
  }
  throw new Error(`the key has no section ${wanted}`);
}
