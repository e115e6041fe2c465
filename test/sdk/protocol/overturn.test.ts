import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { AbiCoder, keccak256 } from "ethers";

import { overturnCommitment } from "../../../sdk/protocol/overturn.ts";

describe("overturnCommitment", () => {
  it("is keccak256(abi.encode(requestId, keccak256(output), challenger, salt))", () => {
    const requestId = `0x${"11".repeat(32)}` as const;
    const challenger = `0x${"c0".repeat(20)}` as const;
    const salt = `0x${"5a".repeat(32)}` as const;
    const output = Uint8Array.of(1, 2, 3);
    const types = ["bytes32", "bytes32", "address", "bytes32"];
    const values = [requestId, keccak256(output), challenger, salt];
    const expected = keccak256(AbiCoder.defaultAbiCoder().encode(types, values));
    assert.equal(overturnCommitment({ requestId, output, challenger, salt }), expected);
  });
});
