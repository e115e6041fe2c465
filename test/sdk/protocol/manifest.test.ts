import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { cidOf } from "../../../sdk/protocol/cid.ts";
import {
  type Manifest,
  ManifestError,
  decodeManifest,
  encodeManifest,
  manifestCid,
} from "../../../sdk/protocol/manifest.ts";

const artefact = { cid: cidOf(Uint8Array.of(1, 2, 3)), bytes: 3 };
const tensor = { name: "image", shape: [1, 8, 8], elementType: "uint8", fractionBits: 4 } as const;
const manifest: Manifest = {
  format: "assay.release.v1",
  name: "digits-mlp",
  version: "1.0.0",
  description: "Reads handwritten digits.",
  licence: "MIT",
  compilerVersion: "0.1.0",
  inputs: [tensor],
  outputs: [{ name: "scores", shape: [10], elementType: "int16", fractionBits: 8 }],
  inputLength: 64,
  outputLength: 20,
  units: { compute: 1000, proof: 4096, byte: 84 },
  circuit: { digest: `0x${"ab".repeat(32)}`, rows: 2400, wires: 2600, domainSize: 4096 },
  keyId: `0x${"cd".repeat(32)}`,
  execution: "onnxruntime",
  artefacts: {
    floatModel: artefact,
    integerModel: artefact,
    runtimeModel: artefact,
    knownAnswers: artefact,
    provingKey: artefact,
    verifyingKey: artefact,
    ceremony: artefact,
    samples: artefact,
    report: artefact,
  },
  measurements: [],
  judge: null,
};
const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

describe("manifest", () => {
  it("reads back what it writes, under one address", () => {
    const file = encodeManifest(manifest);
    assert.deepEqual(decodeManifest(file), manifest);
    const shuffled = Object.fromEntries(Object.entries(manifest).toReversed()) as Manifest;
    assert.deepEqual(encodeManifest(shuffled), file);
    assert.equal(manifestCid(shuffled), cidOf(file));
  });

  it("changes its address with any of its content", () => {
    const other = { ...manifest, description: "Reads handwritten digits!" };
    assert.notEqual(manifestCid(other), manifestCid(manifest));
  });

  const { keyId: _keyId, ...withoutKey } = manifest;
  const refused: Readonly<Record<string, unknown>> = {
    "a missing field": withoutKey,
    "an unknown field": { ...manifest, surprise: 1 },
    "a length that its tensors do not have": { ...manifest, inputLength: 65 },
    "a payload beyond 24 kB": {
      ...manifest,
      inputs: [{ ...tensor, shape: [24577] }],
      inputLength: 24577,
    },
    "an artefact without a proper address": {
      ...manifest,
      artefacts: { ...manifest.artefacts, report: { cid: "../../etc/passwd", bytes: 1 } },
    },
    "an exact runtime without its model": {
      ...manifest,
      artefacts: { ...manifest.artefacts, runtimeModel: null },
    },
    "units beyond 40 bits": { ...manifest, units: { ...manifest.units, proof: 2 ** 40 } },
    "a judge, which nobody can be yet": { ...manifest, judge: "0x00" },
    "a name that is no name": { ...manifest, name: "../digits" },
    "no object": [manifest],
  };
  for (const [what, value] of Object.entries(refused)) {
    it(`refuses ${what}`, () => {
      assert.throws(() => decodeManifest(bytesOf(value)), ManifestError);
    });
  }

  it("refuses another spelling of the same manifest, and files that are no JSON", () => {
    assert.throws(() => decodeManifest(bytesOf(manifest)), /canonical/);
    assert.throws(() => decodeManifest(Uint8Array.of(0xff, 0xfe)), /no JSON/);
    assert.throws(() => decodeManifest(new Uint8Array(70_000)), /more than/);
  });
});
