import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Interface } from "ethers";

import { decodeRevert, toRevert } from "../../../orchestrator/chain/revert.ts";
import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import { judgeRevert } from "../../../orchestrator/domain/reverts.ts";
import { ceremonyBookAbi } from "../../../sdk/protocol/abi/ceremonyBook.ts";
import { inferenceCoordinatorAbi } from "../../../sdk/protocol/abi/inferenceCoordinator.ts";
import { zkVerifierAbi } from "../../../sdk/protocol/abi/zkVerifier.ts";
import { hex } from "../support/builders.ts";

const coordinator = new Interface(inferenceCoordinatorAbi);
const verifier = new Interface(zkVerifierAbi);
const invalid = verifier.encodeErrorResult("ProofInvalid", []);

function refused(data: Readonly<Record<string, unknown>>): OrchestratorError {
  return new OrchestratorError("RpcRefused", { data });
}

describe("decodeRevert", () => {
  it("names custom errors of every contract with their values", () => {
    const passed = coordinator.encodeErrorResult("DeadlinePassed", [hex(1), 7n]);
    assert.deepEqual(decodeRevert(passed), { name: "DeadlinePassed", values: [hex(1), "7"] });
    assert.equal(decodeRevert(invalid).name, "ProofInvalid");
    const book = new Interface(ceremonyBookAbi);
    const revoked = book.encodeErrorResult("ContributorIsRevoked", [hex(1, 20)]);
    assert.equal(decodeRevert(revoked).name, "ContributorIsRevoked");
  });

  it("keeps the data of an error nobody declared", () => {
    assert.deepEqual(decodeRevert("0x12345678"), { name: "unknown", values: ["0x12345678"] });
    assert.equal(decodeRevert("0x").name, "unknown");
  });
});

describe("toRevert", () => {
  it("finds the data where servers put it", () => {
    for (const rpcData of [invalid, { data: invalid }, `Reverted ${invalid}`]) {
      const error = toRevert(refused({ rpcCode: 3, rpcMessage: "execution reverted", rpcData }));
      assert.ok(error instanceof OrchestratorError);
      assert.equal(error.code, "ContractReverted");
      assert.equal(error.data["name"], "ProofInvalid");
    }
  });

  it("leaves every other refusal as it is", () => {
    const limit = refused({ rpcCode: -32005, rpcMessage: "rate limit" });
    assert.equal(toRevert(limit), limit);
    const outage = new OrchestratorError("RpcUnavailable");
    assert.equal(toRevert(outage), outage);
  });
});

describe("judgeRevert", () => {
  it("tells settled, later and never apart, and waits for what it does not know", () => {
    assert.equal(judgeRevert("StatusWrong"), "settled");
    assert.equal(judgeRevert("NotAssigned"), "later");
    assert.equal(judgeRevert("ProofInvalid"), "never");
    assert.equal(judgeRevert("unknown"), "later");
  });

  it("judges only errors that contracts have", () => {
    const names = ["StatusWrong", "AssignmentMismatch", "NotAssigned", "CallbackGasMissing"];
    const more = ["VerifierIsRevoked", "DeadlinePassed", "InputMismatch", "OutputLengthWrong"];
    for (const name of [...names, ...more]) assert.ok(coordinator.getError(name), name);
    const proofs = [
      "EvidenceLengthWrong",
      "PublicSignalTooLarge",
      "ProofMalformed",
      "ProofInvalid",
    ];
    for (const name of proofs) assert.ok(verifier.getError(name), name);
  });
});
