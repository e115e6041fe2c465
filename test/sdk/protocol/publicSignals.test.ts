import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { AbiCoder, id, keccak256 } from "ethers";
import fc from "fast-check";

import { commit } from "../../../sdk/protocol/commitment.ts";
import { FIELD_ORDER } from "../../../sdk/protocol/field.ts";
import { challenge, evaluate, publicSignals } from "../../../sdk/protocol/publicSignals.ts";
import { claimWords, toWords } from "../../../sdk/protocol/words.ts";

const bytes32 = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });

describe("toWords", () => {
  it("cuts 31-byte words and fills the last with zeros on the right", () => {
    assert.deepEqual(toWords(Uint8Array.of(1, 2)), [0x0102n << (29n * 8n)]);
    assert.deepEqual(toWords(new Uint8Array(32).fill(1)).length, 2);
    assert.deepEqual(toWords(new Uint8Array(0)), []);
  });

  it("loses no byte", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), (bytes) => {
        const hex = toWords(bytes)
          .map((word) => word.toString(16).padStart(62, "0"))
          .join("");
        assert.equal(hex.slice(0, bytes.length * 2), Buffer.from(bytes).toString("hex"));
        assert.match(hex.slice(bytes.length * 2), /^0*$/);
      }),
    );
  });
});

describe("challenge", () => {
  it("is the keccak of the ABI encoding, reduced", () => {
    fc.assert(
      fc.property(bytes32, bytes32, bytes32, fc.uint8Array(), (requestId, payee, h, output) => {
        const encoded = AbiCoder.defaultAbiCoder().encode(
          ["bytes32", "uint256", "uint256", "uint256", "bytes32"],
          [id("assay.challenge.v1"), requestId, payee, h, keccak256(output)],
        );
        assert.equal(
          challenge({ requestId, payee, commitment: h, output }),
          BigInt(keccak256(encoded)) % FIELD_ORDER,
        );
      }),
    );
  });
});

describe("evaluate", () => {
  it("is the sum of words times powers of the challenge", () => {
    const c = FIELD_ORDER - 5n;
    assert.equal(evaluate([3n, 4n, 5n], c), (3n + 4n * c + 5n * c * c) % FIELD_ORDER);
    assert.equal(evaluate([], c), 0n);
  });
});

describe("publicSignals", () => {
  it("puts commitment, evaluation and challenge in circom's order", () => {
    const input = Uint8Array.of(1, 2, 3);
    const output = new Uint8Array(40).fill(9);
    const words = claimWords(input, output);
    const [h, y, c] = publicSignals({ requestId: 5n, payee: 6n, input, output });
    assert.equal(h, commit(words));
    assert.equal(c, challenge({ requestId: 5n, payee: 6n, commitment: h, output }));
    assert.equal(y, evaluate(words, c));
  });
});
