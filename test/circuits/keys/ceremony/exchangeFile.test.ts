import assert from "node:assert/strict";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, describe, it } from "node:test";
import { zKey } from "snarkjs";

import { readSections, writeSections } from "../../../../circuits/keys/binaryFile.ts";
import {
  CeremonyError,
  type CeremonyErrorCode,
} from "../../../../circuits/keys/ceremony/ceremonyError.ts";
import { checkExchange } from "../../../../circuits/keys/ceremony/checkExchange.ts";
import {
  encodeExchange,
  readExchange,
  writeExchange,
  type Exchange,
} from "../../../../circuits/keys/ceremony/exchangeFile.ts";
import { factsOf } from "../../../../circuits/keys/ceremony/keyFacts.ts";
import { applyBeacon } from "../../../../circuits/keys/ceremony/steps.ts";
import { verifyCeremony } from "../../../../circuits/keys/ceremony/verifyCeremony.ts";
import type {
  CeremonyTranscript,
  TranscriptContribution,
} from "../../../../sdk/protocol/ceremonyTranscript.ts";
import { endEngineAfterTests } from "../engine.ts";
import { BEACON, CIRCUIT, contribute, onStep, ptauFolder, someone, start } from "./people.ts";

const { folder, ptauPath } = await ptauFolder();
after(() => rm(folder, { recursive: true }));
endEngineAfterTests();

const file = path.join(folder, "small.ceremony");
const [alice, bob] = [someone(), someone()];
const started = await start(ptauPath);
const second = await contribute(await contribute(started, alice), bob, "Bob");
const ended = await applyBeacon(second, { beacon: BEACON, onStep });
await writeExchange(file, ended);

const refusal = (code: CeremonyErrorCode) => (error: unknown) =>
  error instanceof CeremonyError && error.code === code;

describe("readExchange", () => {
  it("reads what was written, and the key in it is snarkjs's own", async () => {
    const { zkey, transcript } = await readExchange(file);
    assert.deepEqual(transcript, ended.transcript);
    assert.deepEqual(Buffer.from(zkey), Buffer.from(ended.zkey));
  });

  it("reads a file that snarkjs verifies as it is", async () => {
    const r1cs = { type: "mem", data: CIRCUIT.r1cs } as const;
    assert.equal(await zKey.verifyFromR1cs(r1cs, ptauPath, file), true);
  });

  it("refuses a file that is cut short, anywhere", async () => {
    const bytes = await readFile(file);
    const cut = path.join(folder, "cut");
    for (const length of [0, 3, 12, 33, 1_000, bytes.length - 33, bytes.length - 1]) {
      await writeFile(cut, bytes.subarray(0, length));
      await assert.rejects(readExchange(cut), refusal("ExchangeDamaged"), `${length} bytes`);
    }
  });

  it("refuses a file with one bit flipped, anywhere", async () => {
    const bytes = await readFile(file);
    const flipped = path.join(folder, "flipped");
    for (let offset = 5; offset < bytes.length; offset += 997) {
      const copy = Buffer.from(bytes);
      copy.writeUInt8((copy[offset] ?? 0) ^ (1 << (offset % 8)), offset);
      await writeFile(flipped, copy);
      await assert.rejects(readExchange(flipped), refusal("ExchangeDamaged"), `at ${offset}`);
    }
  });

  it("refuses a zkey without a transcript", async () => {
    const bare = path.join(folder, "bare.zkey");
    await writeFile(bare, ended.zkey);
    await assert.rejects(readExchange(bare), refusal("ExchangeDamaged"));
  });
});

describe("writeExchange", () => {
  it("leaves nothing behind where it cannot write", async () => {
    const before = await readdir(folder);
    await assert.rejects(writeExchange(path.join(folder, "none", "file"), ended));
    // A folder stands in the way of the last step.
    await assert.rejects(writeExchange(folder, ended));
    assert.deepEqual(await readdir(folder), before);
    const siblings = await readdir(path.dirname(folder));
    assert.deepEqual(
      siblings.filter((name) => name.startsWith(path.basename(folder)) && name.endsWith(".tmp")),
      [],
    );
  });

  it("refuses a transcript that says more than it can", () => {
    const signature = `0x${"11".repeat(65)}` as const;
    const [own] = second.transcript.contributions;
    assert(own !== undefined);
    const transcript = { ...second.transcript, contributions: [{ ...own, signature }] };
    assert.throws(() => encodeExchange({ zkey: second.zkey, transcript }), /not final/);
  });
});

/** Whoever seals a forged file anew gets past its checksum, not past its contents. */
describe("checkExchange", () => {
  const told = (change: Partial<CeremonyTranscript>): Exchange => ({
    zkey: ended.zkey,
    transcript: { ...ended.transcript, ...change },
  });
  const [one, two] = ended.transcript.contributions;
  assert(one !== undefined && two !== undefined);

  it("accepts what everybody did in order", async () => {
    for (const exchange of [started, second, ended]) await checkExchange(exchange);
  });

  it("refuses a transcript in another order than the key", async () => {
    const renamed = [
      { ...two, name: one.name },
      { ...one, name: two.name },
    ];
    const swapped = checkExchange(told({ contributions: renamed }));
    await assert.rejects(swapped, refusal("ContributionsOutOfOrder"));
  });

  it("refuses a key whose contributions changed places", async () => {
    const { zkey, transcript } = second;
    const contributions = [two, one].map((each) => ({ ...each, signature: null }));
    const forged = { zkey: withContributions(zkey, ([a, b]) => [b, a]), transcript };
    const both = { ...forged, transcript: { ...transcript, contributions } };
    await assert.rejects(checkExchange(both), refusal("ContributionsOutOfOrder"));
  });

  it("refuses a key from which a contribution was left out", async () => {
    const { zkey, transcript } = second;
    const forged = {
      zkey: withContributions(zkey, ([a]) => [a]),
      transcript: { ...transcript, contributions: transcript.contributions.slice(0, 1) },
    };
    await assert.rejects(checkExchange(forged), refusal("ContributionInvalid"));
  });

  it("refuses a contribution after the beacon", async () => {
    const forged = withContributions(ended.zkey, ([a, b, beacon]) => [a, beacon, b]);
    const exchange = { zkey: forged, transcript: ended.transcript };
    await assert.rejects(checkExchange(exchange), refusal("ContributionAfterBeacon"));
  });

  it("refuses a beacon that is not what it says", async () => {
    const beacon = { ...BEACON, hash: `0x${"5b".repeat(32)}` } as const;
    await assert.rejects(checkExchange(told({ beacon })), refusal("TranscriptForeign"));
    const inKey = withContributions(ended.zkey, ([a, b, last]) => {
      const copy = Buffer.from(last ?? []);
      copy.writeUInt8(0x5b, copy.length - 1);
      return [a, b, copy];
    });
    const hash = `0x${"5a".repeat(31)}5b` as const;
    const exchange = { ...told({ beacon: { ...BEACON, hash } }), zkey: inKey };
    await assert.rejects(checkExchange(exchange), refusal("ContributionInvalid"));
  });

  it("refuses a wrong signature, wherever it stands", async () => {
    const wrong: readonly TranscriptContribution[] = [
      { ...one, signature: two.handover.signature },
      { ...one, handover: { ...one.handover, signature: two.handover.signature } },
      { ...one, contributor: `0x${"77".repeat(20)}` },
    ];
    for (const each of wrong) {
      const exchange = told({ contributions: [each, two] });
      await assert.rejects(checkExchange(exchange), refusal("SignatureInvalid"));
    }
  });

  it("refuses one contributor under two contributions", async () => {
    const twice = [one, { ...two, contributor: one.contributor }];
    const exchange = told({ contributions: twice });
    await assert.rejects(checkExchange(exchange), refusal("ContributorTwice"));
  });

  it("refuses a key that is not, but for delta, the one contributors handed on", async () => {
    // Multiples of delta in place of ic: whoever knows the factors could forge.
    const zkey = withSection(ended.zkey, 3, (points) => {
      const copy = Buffer.from(points);
      copy.set(factsOf(ended.zkey).delta.delta1, 64);
      return copy;
    });
    const transcript = { ...ended.transcript, keyId: factsOf(zkey).keyId };
    await assert.rejects(checkExchange({ zkey, transcript }), (error: unknown) => {
      assert(refusal("TranscriptForeign")(error));
      assert.match(String(error), /key when contribution 1 was handed on/);
      return true;
    });
  });

  it("refuses a transcript of another key", async () => {
    const other = `0x${"12".repeat(32)}` as const;
    for (const change of [
      { keyId: other },
      { circuitHash: `0x${"12".repeat(64)}` },
      { powersOfTau: { ...ended.transcript.powersOfTau, setup: other } },
      { contributions: [one] },
      { contributions: [{ ...one, name: "Eve" }, two] },
      { contributions: [{ ...one, hash: `0x${"12".repeat(64)}` }, two] },
      { contributions: [{ ...one, handover: { ...one.handover, keyId: other } }, two] },
      { contributions: [{ ...one, handover: two.handover }, two] },
    ] as const) {
      await assert.rejects(checkExchange(told(change)), refusal("TranscriptForeign"));
    }
  });
});

describe("verifyCeremony", () => {
  it("refuses a key whose points are not what the contributions give", async () => {
    for (const section of [8, 9]) {
      const zkey = withSection(ended.zkey, section, (points) => {
        const copy = Buffer.from(points);
        // Two points change places: on the curve, but of other wires.
        copy.set(points.subarray(0, 64), 64);
        copy.set(points.subarray(64, 128), 0);
        return copy;
      });
      const exchange = { zkey, transcript: ended.transcript };
      const verified = verifyCeremony(exchange, { r1cs: CIRCUIT.r1cs, ptauPath, onStep });
      await assert.rejects(verified, refusal("KeyUnverified"), `section ${section}`);
    }
  });
});

type Change = (section: Uint8Array) => Uint8Array;

function withSection(zkey: Uint8Array, id: number, change: Change): Uint8Array {
  const sections = [...readSections("zkey", zkey)];
  return writeSections(
    "zkey",
    sections.map(([each, data]) => ({ id: each, data: each === id ? change(data) : data })),
  );
}

/** Contributions as their bytes, each with its parameters. */
function withContributions(
  zkey: Uint8Array,
  change: (list: readonly Uint8Array[]) => readonly (Uint8Array | undefined)[],
): Uint8Array {
  return withSection(zkey, 10, (section) => {
    const view = Buffer.from(section);
    const list: Uint8Array[] = [];
    for (let offset = 68; offset < view.length;) {
      const end = offset + 392 + view.readUInt32LE(offset + 388);
      list.push(view.subarray(offset, end));
      offset = end;
    }
    const changed = change(list).filter((each) => each !== undefined);
    const count = Buffer.alloc(4);
    count.writeUInt32LE(changed.length);
    return Buffer.concat([view.subarray(0, 64), count, ...changed]);
  });
}
