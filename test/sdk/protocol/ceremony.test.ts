import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Wallet, verifyTypedData } from "ethers";
import {
  contributionDigest,
  contributionHash,
  contributionTypedData,
} from "../../../sdk/protocol/ceremony.ts";

const place = { chainId: 31_337n, book: "0x00000000000000000000000000000000000c0ffe" } as const;
const contribution = {
  keyId: `0x${"12".repeat(32)}`,
  contributionHash: `0x${"34".repeat(32)}`,
} as const;

describe("contribution", () => {
  it("is signed by a wallet under the digest of its key, hash, chain and book", async () => {
    const signer = new Wallet(`0x${"56".repeat(32)}`);
    const { domain, types, message } = contributionTypedData(place, contribution);
    const fields = { Contribution: [...types.Contribution] };
    const signature = await signer.signTypedData(domain, fields, message);
    assert.equal(verifyTypedData(domain, fields, message, signature), signer.address);
    const digest = contributionDigest(place, contribution);
    assert.equal(signer.signingKey.sign(digest).serialized, signature);
  });

  it("has another digest for another key, hash, chain or book", () => {
    const other = `0x${"78".repeat(32)}` as const;
    const digests = [
      contributionDigest(place, contribution),
      contributionDigest(place, { ...contribution, keyId: other }),
      contributionDigest(place, { ...contribution, contributionHash: other }),
      contributionDigest({ ...place, chainId: 1n }, contribution),
      contributionDigest({ ...place, book: `0x${"9a".repeat(20)}` }, contribution),
    ];
    assert.equal(new Set(digests).size, digests.length);
  });

  it("is recorded by the hash of the 64 bytes that name it in the transcript", () => {
    assert.match(contributionHash(new Uint8Array(64)), /^0x[0-9a-f]{64}$/);
    assert.notEqual(
      contributionHash(new Uint8Array(64)),
      contributionHash(new Uint8Array(64).fill(1)),
    );
    for (const length of [0, 32, 63, 65]) {
      assert.throws(() => contributionHash(new Uint8Array(length)), RangeError);
    }
  });
});
