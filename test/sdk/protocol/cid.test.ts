import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { cidOf, cidOfDigest, digestOfCid, isCid } from "../../../sdk/protocol/cid.ts";

const hello = new TextEncoder().encode("hello world");
/** What `ipfs add --cid-version=1 --raw-leaves` prints for the same bytes. */
const helloCid = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e";

describe("cid", () => {
  it("is the address IPFS gives the same bytes", () => {
    assert.equal(cidOf(hello), helloCid);
  });

  it("holds the sha-256 digest, both ways", () => {
    for (let length = 0; length < 70; length += 1) {
      const bytes = new Uint8Array(length).map((_, index) => index * 7 + length);
      const digest = `0x${createHash("sha256").update(bytes).digest("hex")}` as const;
      assert.equal(digestOfCid(cidOf(bytes)), digest);
      assert.equal(cidOfDigest(digest), cidOf(bytes));
    }
  });

  it("has one spelling", () => {
    assert.equal(isCid(helloCid), true);
    // The last letter carries two bits that must be zero.
    const sloppy = `${helloCid.slice(0, -1)}f`;
    for (const other of [
      sloppy,
      helloCid.toUpperCase(),
      `${helloCid} `,
      "",
      "QmbWqxBEKC3P8tqsKc98xmWN",
    ]) {
      assert.equal(isCid(other), false, other);
      assert.throws(() => digestOfCid(other), RangeError);
    }
    assert.throws(() => cidOfDigest("0x00"), RangeError);
  });
});
