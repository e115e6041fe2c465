import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, describe, it } from "node:test";

import { readSections } from "../../../../circuits/keys/binaryFile.ts";
import { CeremonyError } from "../../../../circuits/keys/ceremony/ceremonyError.ts";
import { checkExchange } from "../../../../circuits/keys/ceremony/checkExchange.ts";
import { readExchange, writeExchange } from "../../../../circuits/keys/ceremony/exchangeFile.ts";
import { readPtau } from "../../../../circuits/keys/ceremony/ptauFile.ts";
import { applyBeacon } from "../../../../circuits/keys/ceremony/steps.ts";
import { KeyError } from "../../../../circuits/keys/keyError.ts";
import { endEngineAfterTests } from "../engine.ts";
import { BEACON, contribute, onStep, ptauFolder, someone, start } from "./people.ts";

const { folder, ptauPath } = await ptauFolder();
after(() => rm(folder, { recursive: true }));
endEngineAfterTests();

const file = path.join(folder, "small.ceremony");
const second = await contribute(await contribute(await start(ptauPath), someone()), someone());
await writeExchange(file, await applyBeacon(second, { beacon: BEACON, onStep }));
const bytes = await readFile(file);

const isTyped = (error: unknown): boolean =>
  error instanceof CeremonyError || error instanceof KeyError;

/** The file with one byte changed, and a checksum that is right. */
function resealed(offset: number, mask: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8((copy[offset] ?? 0) ^ mask, offset);
  const end = copy.length - 32;
  copy.set(createHash("sha256").update(copy.subarray(0, end)).digest(), end);
  return copy;
}

async function outcome(forged: Uint8Array): Promise<"refused" | "taken"> {
  const hostile = path.join(folder, "hostile");
  await writeFile(hostile, forged);
  try {
    await checkExchange(await readExchange(hostile));
    return "taken";
  } catch (error) {
    assert(isTyped(error), `${String(error)} is none of ours`);
    return "refused";
  }
}

function placeOf(section: number): { readonly start: number; readonly length: number } {
  const data = readSections("zkey", bytes).get(section);
  assert(data !== undefined);
  return { start: data.byteOffset - bytes.byteOffset, length: data.length };
}

/** What signatures and key show, of the file that `outcome` looked at last. */
async function signedPart(from: string = path.join(folder, "hostile")): Promise<object> {
  const { transcript } = await readExchange(from);
  const { contributions, beacon, keyId, place, circuitHash } = transcript;
  return { contributions, beacon, keyId, place, circuitHash, setup: transcript.powersOfTau.setup };
}
const signed = await signedPart(file);

describe("a file of a ceremony that somebody changed and sealed anew", () => {
  it("is refused by a typed error, wherever the key's header changed", async () => {
    const { start: first, length } = placeOf(2);
    // Beta in G1 is in no verifying key: only a look at the powers of tau shows it.
    const beta1 = first + 84 + 64;
    for (let offset = first; offset < first + length; offset += 31) {
      const expected = offset >= beta1 && offset < beta1 + 64 ? "taken" : "refused";
      assert.equal(await outcome(resealed(offset, 1 << (offset % 8))), expected, `byte ${offset}`);
    }
  });

  it("is refused by a typed error, wherever the contributions changed", async () => {
    const { start: first, length } = placeOf(10);
    for (let offset = first; offset < first + length; offset += 37) {
      const mask = 1 << (offset % 8);
      assert.equal(await outcome(resealed(offset, mask)), "refused", `byte ${offset}`);
    }
  });

  it("is refused by a typed error, wherever the transcript changed what was signed", async () => {
    const { start: first, length } = placeOf(1_000);
    let refused = 0;
    for (let offset = first; offset < first + length - 32; offset += 61) {
      const forged = resealed(offset, 1 << (offset % 8));
      if ((await outcome(forged)) === "refused") refused += 1;
      // Circuit and powers of tau are looked at where they are at hand.
      else assert.deepEqual(await signedPart(), signed, `byte ${offset}`);
    }
    assert(refused > 20, `${refused}`);
  });

  it("is refused where the sections do not add up", async () => {
    const lengths = [2, 3, 10, 1_000].map((section) => placeOf(section).start - 8);
    for (const offset of [0, 8, ...lengths]) {
      for (const mask of [0x01, 0x80]) {
        assert.equal(await outcome(resealed(offset, mask)), "refused", `byte ${offset}`);
      }
    }
  });
});

describe("a file of powers of tau that somebody changed", () => {
  it("is another file, or none", async () => {
    const original = await readPtau(ptauPath);
    const ptau = await readFile(ptauPath);
    const hostile = path.join(folder, "hostile.ptau");
    for (let offset = 0; offset < 2_000; offset += 7) {
      const copy = Buffer.from(ptau);
      copy.writeUInt8((copy[offset] ?? 0) ^ (1 << (offset % 8)), offset);
      await writeFile(hostile, copy);
      try {
        assert.notEqual((await readPtau(hostile)).digest, original.digest);
      } catch (error) {
        assert(error instanceof CeremonyError && error.code === "PtauMalformed", String(error));
      }
    }
  });
});
