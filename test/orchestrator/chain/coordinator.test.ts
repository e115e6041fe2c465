import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Interface, keccak256, type ParamType } from "ethers";

import { decodeLog, FOLLOWED_TOPICS } from "../../../orchestrator/chain/coordinator.ts";
import { encodeCall, encodeEvidence } from "../../../orchestrator/chain/coordinatorCalls.ts";
import type { Log } from "../../../orchestrator/chain/rpcSchemas.ts";
import { inferenceCoordinatorAbi } from "../../../sdk/protocol/abi/inferenceCoordinator.ts";
import { hex, OPERATOR, PROOF } from "../support/builders.ts";

const coordinator = new Interface(inferenceCoordinatorAbi);

/** A value for any ABI type, different for each name, so that a swapped field is noticed. */
function valueOf(type: ParamType, fixed: Readonly<Record<string, unknown>>): unknown {
  if (type.name in fixed) return fixed[type.name];
  if (type.baseType === "tuple") {
    return Object.fromEntries(
      (type.components ?? []).map((each) => [each.name, valueOf(each, fixed)]),
    );
  }
  const seed = Buffer.from(type.name).reduce((sum, byte) => (sum * 31 + byte) % 997, 7) % 200;
  if (type.type === "address") return hex(seed, 20);
  if (type.type === "bool") return true;
  if (type.type.startsWith("bytes")) return hex(seed, Number(type.type.slice(5)) || 5);
  return type.type === "uint8" ? 1n : BigInt(seed);
}

function logOf(name: string, fixed: Readonly<Record<string, unknown>>): Log {
  const event = coordinator.getEvent(name);
  if (event === null) throw new Error(`no event ${name}`);
  const values = event.inputs.map((type) => valueOf(type, fixed));
  const { data, topics } = coordinator.encodeEventLog(event, values);
  const place = { blockNumber: 5, blockHash: hex(5), transactionHash: hex(0x77), logIndex: 0 };
  return {
    address: hex(1, 20),
    topics: topics.map((topic) => topic as `0x${string}`),
    data: data as `0x${string}`,
    ...place,
  };
}

const FIXED = {
  requestId: hex(0xabc),
  requester: hex(0xc0de, 20),
  operatorId: OPERATOR,
  input: "0x010203",
  inputHash: keccak256("0x010203"),
  level: 2n,
  releaseId: hex(0x5e),
  deadline: 5_000n,
  primaryUntil: 4_000n,
  assignedAt: 3_000n,
  verifierId: 3n,
  price: 10n ** 20n,
  latePenalty: 10n ** 19n,
  maxGasPrice: 10n ** 12n,
  callbackGas: 2_500_000n,
  outputLength: 24_576n,
  bond: 10n ** 18n,
  grade: 3n,
};
const AGREED = {
  assignedAt: 3_000,
  verifierId: 3n,
  price: 10n ** 20n,
  latePenalty: 10n ** 19n,
  maxGasPrice: 10n ** 12n,
  callbackGas: 2_500_000,
  outputLength: 24_576,
  bond: 10n ** 18n,
  grade: 3n,
};

describe("decodeLog", () => {
  it("reads a request with all the node needs", () => {
    const event = decodeLog(logOf("InferenceRequested", FIXED));
    assert.ok(event?.kind === "requested");
    const { preimage, ...request } = event.request;
    assert.match(preimage, /^0x/);
    assert.deepEqual(request, {
      requestId: hex(0xabc),
      releaseId: hex(0x5e),
      level: "Zk",
      requester: hex(0xc0de, 20),
      operatorId: OPERATOR,
      input: Uint8Array.of(1, 2, 3),
      primaryUntil: 4_000,
      deadline: 5_000,
      agreement: AGREED,
    });
  });

  it("takes no request whose input is not the one its id was made of", () => {
    const log = logOf("InferenceRequested", { ...FIXED, input: "0x010204" });
    assert.equal(decodeLog(log), null);
  });

  it("reads each way a request can end", () => {
    const endings = {
      RequestFulfilled: "Finalized",
      RequestExpired: "Expired",
      RequestFailed: "Failed",
      RequestFinalized: "Finalized",
      RequestOverturned: "Overturned",
    };
    for (const [name, status] of Object.entries(endings)) {
      const ended = { kind: "ended", requestId: hex(0xabc), status, transactionHash: hex(0x77) };
      assert.deepEqual(decodeLog(logOf(name, FIXED)), ended);
    }
    assert.equal(FOLLOWED_TOPICS.length, 11);
  });

  it("reads which verifier was revoked", () => {
    const log = logOf("VerifierRevoked", { verifierId: 3n });
    assert.deepEqual(decodeLog(log), { kind: "revoked", verifierId: 3n });
  });

  it("reads the assignment that replaces an earlier one", () => {
    const log = logOf("RequestReassigned", FIXED);
    const event = decodeLog(log);
    assert.ok(event?.kind === "reassigned");
    const { preimage, ...reassignment } = event.reassignment;
    assert.deepEqual(reassignment, {
      requestId: hex(0xabc),
      operatorId: OPERATOR,
      primaryUntil: 4_000,
      agreement: AGREED,
    });
    const first = decodeLog(logOf("InferenceRequested", FIXED));
    assert.ok(first?.kind === "requested");
    assert.equal(preimage, first.request.preimage);
  });

  it("passes over logs it does not act on", () => {
    assert.equal(decodeLog(logOf("CallbackDelivered", FIXED)), null);
    assert.equal(decodeLog({ ...logOf("RequestExpired", FIXED), topics: [hex(1)] }), null);
  });

  it("takes a deadline beyond all time as a far one", () => {
    const event = decodeLog(logOf("InferenceRequested", { ...FIXED, deadline: 2n ** 255n }));
    assert.ok(event?.kind === "requested" && Number.isSafeInteger(event.request.deadline));
  });
});

describe("decodeLog, at level Optimistic", () => {
  const times = { ...FIXED, windowEnd: 7_000n, proofDeadline: 8_000n, output: "0x0a0b" };

  it("reads an answer, and who asked for a proof of it", () => {
    const event = decodeLog(logOf("RequestAnswered", times));
    assert.ok(event?.kind === "answered");
    const { record, ...answer } = event.answer;
    const place = { requestId: hex(0xabc), operatorId: OPERATOR };
    const output = Uint8Array.of(10, 11);
    assert.deepEqual(answer, { ...place, windowEnd: 7_000, output });
    const log = logOf("RequestChallenged", { ...times, challenger: hex(0xbad, 20) });
    const asked = decodeLog(log);
    assert.ok(asked?.kind === "challenged");
    const { requestId } = place;
    const challenge = { requestId, challenger: hex(0xbad, 20), proofDeadline: 8_000 };
    const { record: changed, ...rest } = asked.challenge;
    assert.deepEqual(rest, challenge);
    assert.notEqual(changed, record);
  });

  it("reads a commitment", () => {
    const log = logOf("OverturnCommitted", { commitment: hex(0x99) });
    assert.deepEqual(decodeLog(log), { kind: "committed", commitment: hex(0x99) });
  });
});

describe("encodeCall, at level Optimistic", () => {
  const emitted = (log: Log): unknown[] => coordinator.parseLog(log)?.args.toArray(true) ?? [];
  const asked = logOf("InferenceRequested", FIXED);
  const given = logOf("RequestAnswered", FIXED);
  const [requested, answered] = [decodeLog(asked), decodeLog(given)];
  assert.ok(requested?.kind === "requested" && answered?.kind === "answered");
  const { request } = requested;
  const { record, output } = answered.answer;
  const standing = [...emitted(asked).slice(3, 5), emitted(given)[4]];
  const text = `0x${Buffer.from(output).toString("hex")}`;

  function values(call: Parameters<typeof encodeCall>[0]): unknown[] {
    return coordinator.decodeFunctionData(call.purpose, encodeCall(call)).toArray(true);
  }

  it("answers with the output alone", () => {
    const answer = [12n, "0x", text, "0x"];
    const call = { purpose: "fulfill", request, output, proof: null, payee: 12n } as const;
    assert.deepEqual(values(call), [...emitted(asked).slice(3, 5), answer]);
  });

  it("answers many at once with the same", () => {
    const item = { request, output, proof: PROOF, payee: 12n };
    const one = values({ purpose: "fulfill", ...item });
    const call = { purpose: "fulfillBatch", items: [item, item] } as const;
    assert.deepEqual(values(call), [[one, one]]);
  });

  it("hands the record of the event back in every later step", () => {
    for (const purpose of ["failAnswered", "closeChallenge"] as const) {
      assert.deepEqual(values({ purpose, request, record }), standing);
    }
    const challenge = { purpose: "challenge", request, record } as const;
    assert.deepEqual(values(challenge), standing);
    const item = { request, record, output, callbackGas: 5 };
    assert.deepEqual(values({ purpose: "finalize", ...item }), [...standing, text]);
    const many = { purpose: "finalizeMany", items: [item, item] } as const;
    assert.deepEqual(values(many), [
      [
        [...standing, text],
        [...standing, text],
      ],
    ]);
  });

  it("brings proofs for the answer and against it", () => {
    const proof = { output, proof: PROOF, payee: 12n };
    const answer = [12n, "0x010203", text, encodeEvidence(PROOF)];
    const escalate = { purpose: "escalate", request, record, ...proof } as const;
    assert.deepEqual(values(escalate), [...standing, answer]);
    const overturn = { purpose: "overturn", request, record, salt: hex(7), ...proof } as const;
    assert.deepEqual(values(overturn), [...standing, answer, hex(7)]);
    const commit = { purpose: "commitOverturn", commitment: hex(8) } as const;
    assert.deepEqual(values(commit), [hex(8)]);
  });
});

describe("encodeCall", () => {
  it("gives the contract back exactly the request and assignment of the event", () => {
    const log = logOf("InferenceRequested", FIXED);
    const event = decodeLog(log);
    assert.ok(event?.kind === "requested");
    const output = Uint8Array.of(9);
    const { request } = event;
    const data = encodeCall({ purpose: "fulfill", request, output, proof: PROOF, payee: 12n });
    const given: unknown[] = coordinator.decodeFunctionData("fulfill", data).toArray(true);
    const emitted: unknown[] = coordinator.parseLog(log)?.args.toArray(true) ?? [];
    const answer = [12n, "0x010203", "0x09", encodeEvidence(PROOF)];
    assert.deepEqual(given, [...emitted.slice(3, 5), answer]);
  });

  it("does so too for what needs no answer", () => {
    const log = logOf("InferenceRequested", FIXED);
    const event = decodeLog(log);
    assert.ok(event?.kind === "requested");
    const emitted: unknown[] = coordinator.parseLog(log)?.args.toArray(true) ?? [];
    for (const purpose of ["decline", "expire", "fail"] as const) {
      const data = encodeCall({ purpose, request: event.request });
      const given: unknown[] = coordinator.decodeFunctionData(purpose, data).toArray(true);
      assert.deepEqual(given, emitted.slice(3, 5));
    }
  });
});

describe("encodeEvidence", () => {
  it("is h, A, B with the imaginary parts first, C, in words of 32 bytes", () => {
    const words = encodeEvidence(PROOF)
      .slice(2)
      .match(/.{64}/g)
      ?.map((word) => BigInt(`0x${word}`));
    assert.deepEqual(words, [9n, 1n, 2n, 4n, 3n, 6n, 5n, 7n, 8n]);
  });
});
