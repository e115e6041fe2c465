import { expect } from "chai";
import { Contract, ZeroAddress } from "ethers";

import { DEVELOPMENT_PROFILE, deployAssay, deployContract } from "../../scripts/deploy/deploy.ts";
import { inferenceCoordinatorAbi } from "../../sdk/protocol/abi/inferenceCoordinator.ts";
import { deployTokenWorld } from "./support/tokenWorld.ts";
import {
  answer,
  as,
  ask,
  deployWorld,
  ethers,
  networkHelpers,
  PRICE,
  read,
  send,
  type World,
} from "./support/world.ts";

const world = (): Promise<World> => networkHelpers.loadFixture(deployWorld);

describe("deposit", () => {
  it("credits any account", async () => {
    const w = await world();
    await expect(w.coordinator.getFunction("deposit")(w.stranger.address, 5n, { value: 5n }))
      .to.emit(w.coordinator, "Deposited")
      .withArgs(w.stranger.address, 5n);
    expect(await read(w.coordinator, "balanceOf", w.stranger.address)).to.equal(5n);
  });

  it("refuses another value than the amount", async () => {
    const w = await world();
    await expect(send(w.coordinator, "deposit", [w.stranger.address, 5n, { value: 4n }]))
      .to.be.revertedWithCustomError(w.coordinator, "ValueUnexpected")
      .withArgs(4n, 5n);
  });

  it("takes a token, and no coins beside it", async () => {
    const w = await networkHelpers.loadFixture(deployTokenWorld);
    await send(w.coordinator, "deposit", [w.stranger.address, 5n]);
    expect(await read(w.coordinator, "balanceOf", w.stranger.address)).to.equal(5n);
    await expect(send(w.coordinator, "deposit", [w.stranger.address, 5n, { value: 5n }]))
      .to.be.revertedWithCustomError(w.coordinator, "ValueUnexpected")
      .withArgs(5n, 0n);
  });

  it("credits what really arrives of a token that keeps a share", async () => {
    const [owner] = await ethers.getSigners();
    if (owner === undefined) throw new Error("no accounts");
    const asset = await deployContract(owner, "mocks/TestToken", [1_000n]);
    const token = await ethers.getContractAt("TestToken", asset, owner);
    const profile = { ...DEVELOPMENT_PROFILE, asset };
    const addresses = await deployAssay({ signer: owner, profile });
    await send(token, "mint", [owner.address, 100n]);
    await send(token, "approve", [addresses.coordinator, 100n]);
    const coordinator = new Contract(addresses.coordinator, inferenceCoordinatorAbi, owner);
    await expect(coordinator.getFunction("deposit")(owner.address, 100n))
      .to.emit(coordinator, "Deposited")
      .withArgs(owner.address, 90n);
    expect(await read(coordinator, "balanceOf", owner.address)).to.equal(90n);
    expect(await read(token, "balanceOf", addresses.coordinator)).to.equal(90n);
  });
});

describe("a token that calls back", () => {
  it("cannot have one deposit counted twice", async () => {
    const w = await networkHelpers.loadFixture(deployTokenWorld);
    const nested: readonly (readonly [string, Contract, readonly unknown[]])[] = [
      ["deposit", w.coordinator, [w.owner.address, 7n]],
      ["addBond", w.operators, [w.operatorId, 7n]],
    ];
    for (const [method, contract, parameters] of nested) {
      const data = contract.interface.encodeFunctionData(method, parameters);
      await send(w.token, "setHook", [await contract.getAddress(), data]);
      await send(contract, method, parameters);
      const result: string = await read(w.token, "hookResult");
      expect(contract.interface.parseError(result)?.name).to.equal("ReentrancyGuardReentrantCall");
    }
    expect(await read(w.coordinator, "balanceOf", w.owner.address)).to.equal(7n);
  });
});

describe("withdraw", () => {
  it("sends to where its owner says", async () => {
    const w = await world();
    await send(w.coordinator, "deposit", [w.owner.address, 10n, { value: 10n }]);
    const to = "0x00000000000000000000000000000000000000aa";
    await expect(w.coordinator.getFunction("withdraw")(to, 7n))
      .to.emit(w.coordinator, "Withdrawn")
      .withArgs(w.owner.address, ethers.getAddress(to), 7n);
    expect(await ethers.provider.getBalance(to)).to.equal(7n);
    expect(await read(w.coordinator, "balanceOf", w.owner.address)).to.equal(3n);
  });

  it("refuses more than the balance", async () => {
    const w = await world();
    await expect(send(w.coordinator, "withdraw", [w.owner.address, 1n]))
      .to.be.revertedWithCustomError(w.coordinator, "BalanceTooLow")
      .withArgs(w.owner.address, 0n, 1n);
  });

  it("keeps the balance when the receiver refuses", async () => {
    const w = await world();
    await send(w.coordinator, "deposit", [w.owner.address, 10n, { value: 10n }]);
    await expect(
      send(w.coordinator, "withdraw", [w.addresses.zkVerifier, 10n]),
    ).to.be.revertedWithCustomError(w.coordinator, "FailedCall");
    expect(await read(w.coordinator, "balanceOf", w.owner.address)).to.equal(10n);
  });

  it("sends a token", async () => {
    const w = await networkHelpers.loadFixture(deployTokenWorld);
    await send(w.coordinator, "deposit", [w.owner.address, 10n]);
    const to = "0x00000000000000000000000000000000000000aa";
    await send(w.coordinator, "withdraw", [to, 10n]);
    expect(await read(w.token, "balanceOf", to)).to.equal(10n);
  });
});

describe("withdrawEarnings", () => {
  it("sends an operator's earnings to where his owner says", async () => {
    const w = await world();
    await answer(w, await ask(w));
    const to = "0x00000000000000000000000000000000000000bb";
    const coordinator = as(w.coordinator, w.operator);
    await expect(coordinator.getFunction("withdrawEarnings")(w.operatorId, to, PRICE))
      .to.emit(w.coordinator, "EarningsWithdrawn")
      .withArgs(w.operatorId, ethers.getAddress(to), PRICE);
    expect(await ethers.provider.getBalance(to)).to.equal(PRICE);
    expect(await read(w.coordinator, "earningsOf", w.operatorId)).to.equal(0n);
  });

  it("pays earnings in the token too", async () => {
    const w = await networkHelpers.loadFixture(deployTokenWorld);
    await answer(w, await ask(w));
    const to = "0x00000000000000000000000000000000000000bb";
    await send(as(w.coordinator, w.operator), "withdrawEarnings", [w.operatorId, to, PRICE]);
    expect(await read(w.token, "balanceOf", to)).to.equal(PRICE);
  });

  it("refuses anyone else, his senders included, and more than was earned", async () => {
    const w = await world();
    await answer(w, await ask(w));
    await send(as(w.operators, w.operator), "addSender", [w.operatorId, w.stranger.address]);
    await expect(
      send(as(w.coordinator, w.stranger), "withdrawEarnings", [
        w.operatorId,
        w.stranger.address,
        1n,
      ]),
    )
      .to.be.revertedWithCustomError(w.coordinator, "NotOperatorOwner")
      .withArgs(w.operatorId, w.stranger.address);
    // His owner has set no payout address: it reads as zero.
    await expect(
      send(as(w.coordinator, w.stranger), "withdrawEarnings", [w.operatorId, ZeroAddress, 1n]),
    )
      .to.be.revertedWithCustomError(w.coordinator, "NotOperatorOwner")
      .withArgs(w.operatorId, w.stranger.address);
    await expect(
      send(as(w.coordinator, w.operator), "withdrawEarnings", [
        w.operatorId,
        w.operator.address,
        PRICE + 1n,
      ]),
    )
      .to.be.revertedWithCustomError(w.coordinator, "EarningsTooLow")
      .withArgs(w.operatorId, PRICE, PRICE + 1n);
  });
});
