import assert from "node:assert/strict";
import { describe, it } from "node:test";

import {
  decodeTranscript,
  encodeTranscript,
  isDevelopmentTranscript,
  TranscriptError,
  type CeremonyTranscript,
} from "../../../sdk/protocol/ceremonyTranscript.ts";

const word = `0x${"12".repeat(32)}` as const;
const long = `0x${"34".repeat(64)}` as const;
const signature = `0x${"56".repeat(65)}` as const;
const transcript: CeremonyTranscript = {
  format: "assay.ceremony.v1",
  kind: "contributions",
  name: "digits-mlp-1.0.0",
  circuitDigest: word,
  circuitHash: long,
  powersOfTau: { digest: long, power: 14, setup: word },
  place: { chainId: "1", book: `0x${"ab".repeat(20)}` },
  contributions: [
    {
      name: "Ådne",
      contributor: `0x${"cd".repeat(20)}`,
      hash: long,
      handover: { delta: `0x${"78".repeat(128)}`, keyId: word, signature },
      signature,
    },
  ],
  beacon: { hash: word, iterationsExponent: 10 },
  keyId: word,
};
const file = (json: unknown) => new TextEncoder().encode(JSON.stringify(json));

describe("decodeTranscript", () => {
  it("reads what was encoded, in its one spelling", () => {
    const encoded = encodeTranscript(transcript);
    assert.deepEqual(decodeTranscript(encoded), transcript);
    const spaced = new TextEncoder().encode(`${new TextDecoder().decode(encoded)}\n`);
    assert.throws(() => decodeTranscript(spaced), /canonical/);
  });

  it("takes signatures of contracts, which have other lengths than accounts'", () => {
    for (const signature of ["0x", "0x12", `0x${"ab".repeat(4_096)}`] as const) {
      const contributions = transcript.contributions.map((each) => ({ ...each, signature }));
      const again = decodeTranscript(encodeTranscript({ ...transcript, contributions }));
      assert.deepEqual(again.contributions, contributions);
    }
  });

  it("refuses what is none, and names the field", () => {
    const [own] = transcript.contributions;
    const signed = (signature: string) => ({
      ...transcript,
      contributions: [{ ...own, signature }],
    });
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ ...transcript, more: 1 }, /Unrecognized key/],
      [{ ...transcript, circuitDigest: "0x12" }, /circuitDigest is not 0x and 64/],
      [{ ...transcript, circuitDigest: word.replace("12", "AB") }, /circuitDigest/],
      [{ ...transcript, name: "" }, /name/],
      [{ ...transcript, name: "two\nlines" }, /name has no or unprintable/],
      [{ ...transcript, name: "x".repeat(65) }, /name/],
      [signed("0x123"), /contributions.0.signature/],
      [signed("0xAB"), /contributions.0.signature/],
      [signed(`0x${"ab".repeat(4_097)}`), /contributions.0.signature is not 0x and up to 4,096/],
      [{ ...transcript, beacon: { hash: "0x1", iterationsExponent: 10 } }, /beacon.hash/],
      [{ ...transcript, beacon: { hash: word, iterationsExponent: 9 } }, /iterationsExponent/],
      [{ ...transcript, place: { chainId: "0", book: transcript.place.book } }, /chainId/],
      [{ ...transcript, keyId: null }, /keyId belongs to a beacon/],
      [{ ...transcript, keyId: null, beacon: null }, /nobody can have signed/],
    ];
    for (const [json, problem] of wrong) {
      assert.throws(() => decodeTranscript(file(json)), problem);
      assert.throws(() => decodeTranscript(file(json)), TranscriptError);
    }
    assert.throws(() => decodeTranscript(Uint8Array.of(0xff)), /no JSON in UTF-8/);
    assert.throws(() => decodeTranscript(new Uint8Array(2 ** 20 + 1)), /are more than/);
  });
});

describe("isDevelopmentTranscript", () => {
  it("tells a development key's file from a ceremony's", () => {
    assert.equal(isDevelopmentTranscript(file({ kind: "development" })), true);
    assert.equal(isDevelopmentTranscript(encodeTranscript(transcript)), false);
    assert.equal(isDevelopmentTranscript(Uint8Array.of(0xff)), false);
  });
});
