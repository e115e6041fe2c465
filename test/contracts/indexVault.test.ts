import { expect } from "chai";
import fc from "fast-check";

import {
  askForecast,
  deployForecast,
  DEPOSIT,
  deployVault,
  heldBps,
  moveIndex,
  outputOf,
  pass,
  STALE_SECONDS,
  type MockScene,
} from "./support/vault.ts";
import { as, networkHelpers, read, send } from "./support/world.ts";

/** A million is deposited, and half of it is to be in the index. */
const fresh = (): Promise<MockScene> => networkHelpers.loadFixture(deployForecast);

async function forecast(scene: MockScene, volatility: bigint): Promise<void> {
  await send(scene.mock, "answer", [await askForecast(scene), outputOf(volatility)]);
}

const rebalance = ({ vault, stranger }: MockScene): Promise<unknown> =>
  send(as(vault, stranger), "rebalance", []);

describe("IndexVault: rebalance", () => {
  it("buys and sells until the index is its part, whoever calls", async () => {
    const scene = await fresh();
    await rebalance(scene);
    expect(await read(scene.vault, "indexAssets")).to.equal(DEPOSIT / 2n);
    await moveIndex(scene, -600_000n);
    expect(await heldBps(scene)).to.equal(3_750n);
    await rebalance(scene);
    expect(await heldBps(scene)).to.be.within(4_999n, 5_000n);
    await forecast(scene, 2n * 640n);
    await rebalance(scene);
    expect(await heldBps(scene)).to.be.within(2_499n, 2_501n);
  });

  it("does nothing twice", async () => {
    const scene = await fresh();
    await rebalance(scene);
    const held: unknown = await read(scene.vault, "indexAssets");
    await rebalance(scene);
    expect(await read(scene.vault, "indexAssets")).to.equal(held);
  });

  it("goes as far as the index lets", async () => {
    const scene = await fresh();
    const { index, vault } = scene;
    await send(index, "setLimits", [1_000n, 10_000n]);
    await rebalance(scene);
    expect(await read(vault, "indexAssets")).to.equal(1_000n);
    await send(index, "setLimits", [0n, 300n]);
    await rebalance(scene);
    expect(await read(vault, "indexAssets")).to.equal(1_000n);
    await pass(STALE_SECONDS);
    await rebalance(scene);
    expect(await read(vault, "indexAssets")).to.equal(700n);
    await send(index, "setLimits", [0n, 0n]);
    await rebalance(scene);
    expect(await read(vault, "indexAssets")).to.equal(700n);
  });

  it("leaves no share of the index behind when it sells all", async () => {
    const scene = await fresh();
    await rebalance(scene);
    await moveIndex(scene, 777_777n);
    await pass(STALE_SECONDS);
    await rebalance(scene);
    expect(await read(scene.index, "balanceOf", await scene.vault.getAddress())).to.equal(0n);
  });
});

describe("IndexVault: shares", () => {
  it("pays a saver who leaves out of the index, when what is at hand is not enough", async () => {
    const scene = await fresh();
    const { vault, saver, token } = scene;
    await rebalance(scene);
    const before = BigInt(await read(token, "balanceOf", saver.address));
    await send(as(vault, saver), "withdraw", [800_000n, saver.address, saver.address]);
    expect(await read(token, "balanceOf", saver.address)).to.equal(before + 800_000n);
    expect(await read(vault, "indexAssets")).to.equal(200_000n);
    const shares: unknown = await read(vault, "maxRedeem", saver.address);
    await send(as(vault, saver), "redeem", [shares, saver.address, saver.address]);
    expect(await read(vault, "totalSupply")).to.equal(0n);
    expect(BigInt(await read(vault, "totalAssets"))).to.be.lessThan(3n);
  });

  it("lets out no more than the index does, and says so before", async () => {
    const scene = await fresh();
    const { vault, saver, index } = scene;
    await rebalance(scene);
    await send(index, "setLimits", [0n, 100_000n]);
    const most = BigInt(await read(vault, "maxWithdraw", saver.address));
    expect(most).to.equal(600_000n);
    const leave = (assets: bigint): Promise<unknown> =>
      send(as(vault, saver), "withdraw", [assets, saver.address, saver.address]);
    await expect(leave(most + 1n)).to.be.revertedWithCustomError(
      vault,
      "ERC4626ExceededMaxWithdraw",
    );
    await leave(most);
  });

  it("pays nobody for another's shares without his leave", async () => {
    const { vault, saver, stranger } = await fresh();
    await expect(
      send(as(vault, stranger), "withdraw", [1n, stranger.address, saver.address]),
    ).to.be.revertedWithCustomError(vault, "ERC20InsufficientAllowance");
  });

  it("shares gains and losses by shares: who comes later has no part in them", async () => {
    const scene = await fresh();
    const { vault, saver, stranger, token } = scene;
    await rebalance(scene);
    await moveIndex(scene, 300_000n);
    await send(token, "mint", [stranger.address, DEPOSIT]);
    await send(as(token, stranger), "approve", [await vault.getAddress(), DEPOSIT]);
    await send(as(vault, stranger), "deposit", [DEPOSIT, stranger.address]);
    const worth = async (account: string): Promise<bigint> =>
      BigInt(await read(vault, "maxWithdraw", account));
    expect(await worth(saver.address)).to.be.within(1_099_990n, 1_100_000n);
    expect(await worth(stranger.address)).to.be.within(999_990n, 1_000_000n);
  });

  it("makes a gift to the empty vault dearer for the giver than for the next saver", async () => {
    const { mock } = await fresh();
    const scene = await deployVault({ coordinator: await mock.getAddress() });
    const { vault, token, saver, stranger } = scene;
    await send(token, "mint", [stranger.address, DEPOSIT + 1n]);
    await send(as(token, stranger), "approve", [await vault.getAddress(), 1n]);
    await send(as(vault, stranger), "deposit", [1n, stranger.address]);
    await send(as(token, stranger), "transfer", [await vault.getAddress(), DEPOSIT]);
    await send(as(vault, saver), "deposit", [DEPOSIT, saver.address]);
    const lost = DEPOSIT - BigInt(await read(vault, "maxWithdraw", saver.address));
    const kept = BigInt(await read(vault, "maxWithdraw", stranger.address));
    expect(lost).to.be.lessThan(DEPOSIT / 1_000n);
    expect(kept).to.be.lessThan((DEPOSIT * 51n) / 100n);
  });

  it("sells no share while its assets are on their way", async () => {
    const scene = await fresh();
    const { vault, token, saver, stranger } = scene;
    const address = await vault.getAddress();
    for (const [method, parameters] of [
      ["deposit", [1n, stranger.address]],
      ["rebalance", []],
    ] as const) {
      const data = vault.interface.encodeFunctionData(method, parameters);
      await send(token, "setHook", [address, data]);
      await rebalance(scene);
      const reason = vault.interface.encodeErrorResult("ReentrancyGuardReentrantCall", []);
      expect(await read(token, "hookResult")).to.equal(reason);
      await send(as(vault, saver), "withdraw", [900_000n, saver.address, saver.address]);
      expect(await read(token, "hookResult")).to.equal(reason);
      await send(token, "setHook", [`0x${"00".repeat(20)}`, "0x"]);
      await send(as(vault, saver), "deposit", [900_000n, saver.address]);
    }
  });

  it("never pays out more than came in and the index earned", async () => {
    const steps = fc.array(
      fc.record({
        kind: fc.constantFrom("deposit", "withdraw", "move", "rebalance"),
        amount: fc.bigInt({ min: 1n, max: 400_000n }),
      }),
      { minLength: 4, maxLength: 10 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (history) => {
        const scene = await fresh();
        const { vault, token, saver } = scene;
        for (const { kind, amount } of history) {
          const before = BigInt(await read(vault, "totalAssets"));
          const account = BigInt(await read(token, "balanceOf", saver.address));
          if (kind === "deposit") {
            await send(as(vault, saver), "deposit", [amount, saver.address]);
          } else if (kind === "withdraw") {
            const most = BigInt(await read(vault, "maxWithdraw", saver.address));
            const assets = amount < most ? amount : most;
            await send(as(vault, saver), "withdraw", [assets, saver.address, saver.address]);
          } else if (kind === "move") {
            await moveIndex(scene, amount % 2n === 0n ? amount : -amount / 10n);
            continue;
          } else {
            await rebalance(scene);
          }
          const after = BigInt(await read(vault, "totalAssets"));
          const paid = BigInt(await read(token, "balanceOf", saver.address)) - account;
          expect(before - after - paid).to.be.within(0n, 2n);
        }
      }),
      { numRuns: 12 },
    );
  });
});
