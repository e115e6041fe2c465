import { expect } from "chai";
import hre from "hardhat";

import {
  answer,
  answers,
  as,
  ask,
  deployWorld,
  ETHER,
  GWEI,
  networkHelpers,
  PRICE,
  proofFor,
  read,
  send,
  STATUS,
  type Asked,
  type World,
} from "./support/world.ts";

async function open(maxGasPrice = 0n): Promise<{ w: World; asked: Asked }> {
  const w = await networkHelpers.loadFixture(deployWorld);
  return { w, asked: await ask(w, { terms: { maxGasPrice } }) };
}

const balanceOf = async (w: World, account: string): Promise<bigint> =>
  read(w.coordinator, "balanceOf", account);

describe("expire", () => {
  it("refunds the payer from the deadline on", async () => {
    const { w, asked } = await open();
    await networkHelpers.time.increaseTo(asked.request.terms.deadline);
    const expire = as(w.coordinator, w.stranger).getFunction("expire");
    await expect(expire(asked.request, asked.assignment))
      .to.emit(w.coordinator, "RequestExpired")
      .withArgs(asked.requestId, w.stranger.address, 0n, PRICE);
    expect(await balanceOf(w, await w.consumer.getAddress())).to.equal(ETHER);
    expect(await read(w.coordinator, "requestStatus", asked.requestId)).to.equal(STATUS.Expired);
  });

  it("pays its caller the gas, from the escrow, as far as the terms allow", async () => {
    const { w, asked } = await open(GWEI);
    const escrow = asked.assignment.escrow;
    await networkHelpers.time.increaseTo(asked.request.terms.deadline);
    const receipt = await send(as(w.coordinator, w.stranger), "expire", [
      asked.request,
      asked.assignment,
      { gasLimit: 400_000n },
    ]);
    const reward = await balanceOf(w, w.stranger.address);
    // Coverage counts inside the contracts, which costs gas.
    if (!hre.globalOptions.coverage) expect(reward >= receipt.gasUsed * GWEI).to.equal(true);
    expect(reward <= 2n * receipt.gasUsed * GWEI).to.equal(true);
    const penalty = asked.assignment.latePenalty;
    expect(await balanceOf(w, await w.consumer.getAddress())).to.equal(ETHER - reward + penalty);
    expect(reward < escrow).to.equal(true);
  });

  it("pays its caller from the escrow of the cheapest request there is", async () => {
    const w = await networkHelpers.loadFixture(deployWorld);
    const prices = { computePrice: 0n, proofPrice: 0n, bytePrice: 0n };
    const limits = { minGasPrice: 0n, maxCallbackGas: 0n, maxInputLength: 128n, maxBond: 0n };
    const registry = as(w.operators, w.operator);
    await send(registry, "setPrices", [w.operatorId, prices]);
    await send(registry, "startServing", [w.operatorId, w.releaseId, 2n, limits]);
    const asked = await ask(w, { terms: { maxGasPrice: GWEI, callbackGas: 0n } });
    await networkHelpers.time.increaseTo(asked.request.terms.deadline);
    const parameters = [asked.request, asked.assignment, { gasLimit: 400_000n }];
    await send(as(w.coordinator, w.stranger), "expire", parameters);
    const reward = await balanceOf(w, w.stranger.address);
    expect(reward > 0n && reward < asked.assignment.escrow / 2n).to.equal(true);
  });

  it("refuses before the deadline", async () => {
    const { w, asked } = await open();
    await networkHelpers.time.setNextBlockTimestamp(asked.request.terms.deadline - 1n);
    await expect(send(w.coordinator, "expire", [asked.request, asked.assignment]))
      .to.be.revertedWithCustomError(w.coordinator, "DeadlineNotPassed")
      .withArgs(asked.requestId, asked.request.terms.deadline);
  });

  it("ends a request for good", async () => {
    const { w, asked } = await open();
    const evidence = await proofFor(w, asked);
    await networkHelpers.time.increaseTo(asked.request.terms.deadline);
    await send(w.coordinator, "expire", [asked.request, asked.assignment]);
    await expect(
      send(w.coordinator, "expire", [asked.request, asked.assignment]),
    ).to.be.revertedWithCustomError(w.coordinator, "StatusWrong");
    await expect(answers(w, asked, { evidence }))
      .to.be.revertedWithCustomError(w.coordinator, "StatusWrong")
      .withArgs(asked.requestId, STATUS.Expired);
    expect(await balanceOf(w, await w.consumer.getAddress())).to.equal(ETHER);
  });

  it("refuses an answered request and another assignment", async () => {
    const { w, asked } = await open();
    const other = await ask(w);
    await answer(w, asked);
    await networkHelpers.time.increaseTo(other.request.terms.deadline);
    await expect(
      send(w.coordinator, "expire", [asked.request, asked.assignment]),
    ).to.be.revertedWithCustomError(w.coordinator, "StatusWrong");
    const inflated = { ...other.assignment, escrow: ETHER };
    await expect(
      send(w.coordinator, "expire", [other.request, inflated]),
    ).to.be.revertedWithCustomError(w.coordinator, "AssignmentMismatch");
  });
});

describe("fail", () => {
  it("refunds everything once the verifier is revoked", async () => {
    const { w, asked } = await open(GWEI);
    await send(w.coordinator, "revokeVerifier", [1n]);
    const fail = as(w.coordinator, w.stranger).getFunction("fail");
    await expect(fail(asked.request, asked.assignment))
      .to.emit(w.coordinator, "RequestFailed")
      .withArgs(asked.requestId, 1n, asked.assignment.escrow);
    expect(await balanceOf(w, await w.consumer.getAddress())).to.equal(ETHER);
    expect(await read(w.coordinator, "requestStatus", asked.requestId)).to.equal(STATUS.Failed);
    await expect(fail(asked.request, asked.assignment)).to.be.revertedWithCustomError(
      w.coordinator,
      "StatusWrong",
    );
  });

  it("refuses while the verifier stands", async () => {
    const { w, asked } = await open();
    await expect(send(w.coordinator, "fail", [asked.request, asked.assignment]))
      .to.be.revertedWithCustomError(w.coordinator, "VerifierNotRevoked")
      .withArgs(1n);
  });
});
