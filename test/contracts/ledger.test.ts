import { expect } from "chai";

import { deployContract } from "../../scripts/deploy/deploy.ts";
import { deployTokenWorld } from "./support/tokenWorld.ts";
import {
  answer,
  as,
  ask,
  buildWorld,
  deployWorld,
  ETHER,
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
    const token = await deployContract(owner, "mocks/TestToken", [1_000n]);
    const contract = (await ethers.getContractAt("TestToken", token, owner)) as never;
    const accounts = (await ethers.getSigners()).slice(0, 5);
    const w = await buildWorld(token, async ({ coordinator, operatorRegistry }) => {
      for (const account of accounts) {
        await send(contract, "mint", [account.address, 10n * ETHER]);
        await send(as(contract, account), "approve", [coordinator, 10n * ETHER]);
        await send(as(contract, account), "approve", [operatorRegistry, 10n * ETHER]);
      }
    }).catch((error: unknown) => error);
    // A bond of one, less the tenth kept, is below the minimum: nobody can serve by a word alone.
    expect(String(w)).to.match(/BondTooLow/);
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
