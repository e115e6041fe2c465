import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Interface } from "ethers";

import {
  bytesAt,
  escalateCall,
  finalizeManyCall,
  fulfillCall,
  numberOf,
  overturnCall,
  preimageCall,
  recordCall,
  requestCall,
  wordsOf,
  type AnsweredPreimage,
} from "../../../scripts/sim/calldata.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { inferenceCoordinatorAbi } from "../../../sdk/protocol/abi/inferenceCoordinator.ts";
import { termsOf } from "../../../sdk/protocol/terms.ts";

const coordinator = new Interface(inferenceCoordinatorAbi);
const address: Hex = `0x${"a1".repeat(20)}`;
const word = (byte: string): Hex => `0x${byte.repeat(32)}`;
const terms = termsOf({ maxFee: 5n, deadline: 6n, minBond: 7n, operatorId: 8n });
const termsValues = [5n, 0n, 0n, 6n, 0n, 7n, 0n, 8n, terms.measurement];
const request = [address, 1n, word("c3"), 0n, word("d4"), termsValues];
const assignment = [9n, address, 1n, address, 0n, 2n, 3n, address, 4n, 5n, 20n, 0n, 6n, 7n, 8n];
const record = [9n, word("e5"), 10n, 11n, address, 12n];
const answer = { payee: 9n, input: "0x0102", output: "0x0304", evidence: word("f6") } as const;
const answerValues = [answer.payee, answer.input, answer.output, answer.evidence];
const salt = word("07");

/** The words of static values, as an event shows them. */
const preimage: AnsweredPreimage = ((): AnsweredPreimage => {
  const data = coordinator.encodeFunctionData("challenge", [request, assignment, record]);
  const words: Hex = `0x${data.slice(10)}`;
  return {
    request: wordsOf(words, 0, 14),
    assignment: wordsOf(words, 14, 15),
    record: wordsOf(words, 29, 6),
  };
})();

function same(data: Hex, method: string, values: readonly unknown[]): void {
  assert.equal(data, coordinator.encodeFunctionData(method, values));
}

describe("calldata of the simulation", () => {
  it("asks as ethers would", () => {
    const asking = { releaseId: word("c3"), level: 2n, input: word("b2"), terms };
    same(requestCall(asking), "requestInference", [word("c3"), 2n, word("b2"), termsValues]);
  });

  it("answers and disputes as ethers would", () => {
    const answered = [request, assignment, record];
    same(fulfillCall(preimage, answer), "fulfill", [request, assignment, answerValues]);
    same(escalateCall(preimage, answer), "escalate", [...answered, answerValues]);
    same(overturnCall(preimage, answer, salt), "overturn", [...answered, answerValues, salt]);
  });

  it("ends requests as ethers would", () => {
    for (const name of ["decline", "expire", "fail", "fallbackOf"] as const)
      same(preimageCall(name, preimage), name, [request, assignment]);
    for (const name of ["challenge", "closeChallenge", "failAnswered"] as const)
      same(recordCall(name, preimage), name, [request, assignment, record]);
    const item = [request, assignment, record, "0x"];
    same(finalizeManyCall([preimage, preimage]), "finalizeMany", [[item, item]]);
  });

  it("reads numbers and bytes back", () => {
    const asked = requestCall({ releaseId: word("c3"), level: 2n, input: "0xabcdef", terms });
    const words: Hex = `0x${asked.slice(10)}`;
    assert.equal(numberOf(wordsOf(words, 0, 4), 3), 5n);
    assert.equal(bytesAt(words, 12), "0xabcdef");
  });
});
