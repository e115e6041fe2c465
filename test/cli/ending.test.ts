import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Contract } from "ethers";

import { statusOf } from "../../scripts/account/requestOutcome.ts";
import { transact } from "../../scripts/account/transact.ts";
import { deployContract } from "../../scripts/deploy/deploy.ts";
import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { termsOf } from "../../sdk/protocol/terms.ts";
import { assay, ETHER, readNumber, refused } from "./support/deployedChain.ts";
import { RETURNS, startDisputedChain, WRONG, type DisputedChain } from "./support/disputes.ts";

const CALLBACK_GAS = 300_000n;
const WINDOW_SECONDS = 3_600;
const MOOD = { accept: 0n, revert: 1n } as const;
const CONSUMER_ABI = [
  "function setMood(uint8 mood)",
  "function execute(address callee, bytes data) payable returns (bytes)",
  "function lastOutput() view returns (bytes)",
  "function lastIsFinal() view returns (bool)",
  "function callbacks() view returns (uint256)",
  "function lastVoidedId() view returns (bytes32)",
  "function gasGiven() view returns (uint256)",
];

describe("ends that anyone may bring", { timeout: 120_000 }, () => {
  let chain: DisputedChain;
  before(async () => {
    chain = await startDisputedChain();
  });
  after(() => chain.stop());

  /** A contract that refuses its callback, and its request. */
  async function unwilling() {
    const account = await chain.fund();
    const address = await deployContract(account.wallet, "mocks/HostileConsumer", []);
    const consumer = new Contract(address, CONSUMER_ABI, account.wallet);
    await transact(consumer, { method: "setMood", values: [MOOD.revert] });
    const { coordinator, provider } = await chain.meet(account);
    const now = (await provider.getBlock("latest"))?.timestamp ?? 0;
    const terms = termsOf({
      maxFee: ETHER,
      deadline: BigInt(now) + 7_200n,
      callbackGas: CALLBACK_GAS,
    });
    const values = [chain.volatility, 0n, RETURNS, terms];
    const data = coordinator.interface.encodeFunctionData("requestInference", values);
    const to = chain.addresses.coordinator;
    const call = { method: "execute", values: [to, data], value: ETHER };
    const { blockNumber } = await transact(consumer, call);
    const asked = await coordinator.queryFilter("InferenceRequested", blockNumber, blockNumber);
    const [event] = asked;
    if (!event || !("args" in event)) assert.fail("no request was made");
    return { account, consumer, requestId: event.args["requestId"] as Hex };
  }

  it("retry delivers an answer that stands, then the final one, with more gas if told to", async () => {
    const { account, consumer, requestId } = await unwilling();
    await chain.answer(requestId, WRONG);
    const again = await refused("retry", requestId, ...chain.as(account));
    assert.match(again, /CallbackFailedAgain\(.*\n +It reverted with the last value/);
    const less = await refused("retry", requestId, "--gas", "299999", ...chain.as(account));
    assert.match(less, /CallbackGasTooLow\(.*\n +Its terms ask for 300000 at least/);

    await transact(consumer, { method: "setMood", values: [MOOD.accept] });
    const gas = ["--gas", "500000"];
    const { out } = await assay("retry", requestId, ...gas, ...chain.as(account));
    assert.match(out, new RegExp(`^request ${requestId} delivered to 0x`, "m"));
    const heard = async (): Promise<unknown> => [
      await consumer.getFunction("lastOutput")(),
      await consumer.getFunction("lastIsFinal")(),
    ];
    assert.deepEqual(await heard(), [WRONG, false]);
    assert.ok((await readNumber(consumer, "gasGiven")) > CALLBACK_GAS);
    const twice = await refused("retry", requestId, ...chain.as(account));
    assert.match(twice, /CallbackAlreadyDelivered\(/);

    // The right answer's own callback fails as well.
    await transact(consumer, { method: "setMood", values: [MOOD.revert] });
    const overturn = ["overturn", requestId, "--store", chain.storeFolder];
    await chain.withBlocks(() => assay(...overturn, ...chain.as(account)));
    await transact(consumer, { method: "setMood", values: [MOOD.accept] });
    await assay("retry", requestId, ...chain.as(account));
    const [output, isFinal] = (await heard()) as readonly [Hex, boolean];
    assert.ok(isFinal && output !== WRONG, "the right output, for good");
  });

  it("retry tells of an answer that fell without a right one", async () => {
    const { account, consumer, requestId } = await unwilling();
    await chain.answer(requestId, WRONG);
    await assay("challenge", requestId, ...chain.as(account));
    await chain.pass(WINDOW_SECONDS);
    await assay("challenge", requestId, "--close", ...chain.as(account));
    await transact(consumer, { method: "setMood", values: [MOOD.accept] });
    await assay("retry", requestId, ...chain.as(account));
    assert.equal(await consumer.getFunction("lastVoidedId")(), requestId);
    const twice = await refused("retry", requestId, ...chain.as(account));
    assert.match(twice, /CallbackAlreadyDelivered\(/);
  });

  it("retry says what has nothing to deliver, or nobody to deliver to", async () => {
    const account = await chain.fund();
    const requestId = await chain.asked(account);
    const open = await refused("retry", requestId, ...chain.as(account));
    assert.match(open, /has no output to deliver: its status is Open\.\n .*assay result/);
    await chain.answer(requestId, WRONG);
    const absent = await refused("retry", requestId, ...chain.as(account));
    assert.match(absent, /CallbackAbsent\(.*\n +The requester is no contract/);
  });

  it("fail refunds the payer of open and answered requests once their verifier is revoked", async () => {
    const account = await chain.fund();
    const [open, answered] = [await chain.asked(account), await chain.asked(account)];
    await chain.answer(answered, WRONG);
    for (const requestId of [open, answered]) {
      const early = await refused("fail", requestId, ...chain.as(account));
      assert.match(
        early,
        /VerifierNotRevoked\(\d+\)\.\n +Only a request whose verifier was revoked/,
      );
    }
    const owned = await chain.meet(chain.owner);
    const judge = await readNumber(owned.coordinator, "currentVerifier", 0n);
    await transact(owned.coordinator, { method: "revokeVerifier", values: [judge] });
    const { coordinator, operatorRegistry } = await chain.meet(account);
    const locked = async (): Promise<bigint> => {
      const bond: unknown = await operatorRegistry.getFunction("bondOf")(chain.operator.id);
      return (bond as { readonly locked: bigint }).locked;
    };
    const before = await readNumber(coordinator, "balanceOf", account.address);
    const lockedBefore = await locked();
    for (const requestId of [open, answered]) {
      const { out } = await assay("fail", requestId, ...chain.as(await chain.fund()));
      const said = new RegExp(
        `^request ${requestId} failed, .*: \\S+eth to ${account.address}$`,
        "m",
      );
      assert.match(out, said);
      assert.equal(await statusOf(await chain.meet(account), requestId), "Failed");
      assert.match(await refused("fail", requestId, ...chain.as(account)), /StatusWrong\(/);
    }
    assert.ok((await readNumber(coordinator, "balanceOf", account.address)) > before);
    assert.equal(lockedBefore - (await locked()), 2n * 10n ** 16n, "the bond is free again");
  });
});
