import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { Signature, Wallet, recoverAddress } from "ethers";

import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { keccakText } from "../../../sdk/protocol/abiEncoding.ts";
import { signerOf } from "../../../sdk/protocol/contributorSignature.ts";

const wallet = new Wallet(`0x${"42".repeat(32)}`);
const signed = (digest: Hex): Hex => wallet.signingKey.sign(digest).serialized as Hex;

describe("signerOf", () => {
  it("finds who signed, as ethers does", () => {
    for (let index = 0; index < 20; index += 1) {
      const digest = keccakText(`digest ${index}`);
      const signature = signed(digest);
      assert.equal(signerOf(digest, signature), wallet.address.toLowerCase());
      const other = keccakText("another");
      assert.equal(signerOf(other, signature), recoverAddress(other, signature).toLowerCase());
    }
  });

  it("takes nothing that a contract would not take", () => {
    const digest = keccakText("digest");
    const { r, s, v } = Signature.from(signed(digest));
    const word = (value: bigint) => value.toString(16).padStart(64, "0");
    const high = word(secp256k1.Point.Fn.ORDER - BigInt(s));
    const refused: readonly Hex[] = [
      `0x${r.slice(2)}${high}${v === 27 ? "1c" : "1b"}`,
      `0x${r.slice(2)}${s.slice(2)}00`,
      `0x${r.slice(2)}${s.slice(2)}1d`,
      `0x${r.slice(2)}${s.slice(2)}`,
      `0x${word(0n)}${s.slice(2)}1b`,
      `0x${r.slice(2)}${word(0n)}1b`,
      `0x${"ff".repeat(64)}1b`,
      "0x",
      "0x1",
      "0xgg",
    ];
    for (const signature of refused) assert.equal(signerOf(digest, signature), null, signature);
  });
});
