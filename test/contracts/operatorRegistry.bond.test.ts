import { expect } from "chai";

import { DEVELOPMENT_PROFILE } from "../../scripts/deploy/deploy.ts";
import { asCoordinator } from "./support/asCoordinator.ts";
import { deployTokenWorld } from "./support/tokenWorld.ts";
import {
  as,
  deployWorld,
  ETHER,
  ethers,
  networkHelpers,
  read,
  send,
  ZK,
  type World,
} from "./support/world.ts";

const UNBONDING_SECONDS = DEVELOPMENT_PROFILE.unbondingSeconds;
const world = (): Promise<World> => networkHelpers.loadFixture(deployWorld);

interface Bond {
  readonly amount: bigint;
  readonly locked: bigint;
  readonly listings: bigint;
  readonly unbonding: bigint;
  readonly withdrawableAt: bigint;
}

const bondOf = async (w: World, operatorId = w.operatorId): Promise<Bond> =>
  (await read(w.operators, "bondOf", operatorId)).toObject();

/** The operator has three ether, two of them locked by answers. */
async function withLocked(w: World): Promise<void> {
  const amount = 2n * ETHER;
  await send(w.operators, "addBond", [w.operatorId, amount, { value: amount }]);
  await send(await asCoordinator(w), "lockBond", [w.operatorId, w.operator.address, amount]);
}

/** A late operator, as the coordinator reports him. */
const late = (w: World, penalty: bigint, mostPaid: bigint): object => ({
  operatorId: w.operatorId,
  releaseId: w.releaseId,
  level: ZK,
  penalty,
  mostPaid,
  maxGasPrice: 0n,
  assignedAt: 0n,
  primaryUntil: 0n,
  isLast: false,
});

describe("registerOperator", () => {
  it("refuses an address whose id would be nobody's", async () => {
    const w = await world();
    const address = `0x${"11".repeat(12)}${"00".repeat(8)}`;
    await networkHelpers.setBalance(address, ETHER);
    const registry = as(w.operators, await ethers.getImpersonatedSigner(address));
    await expect(send(registry, "registerOperator", [])).to.be.revertedWithCustomError(
      w.operators,
      "OperatorIdReserved",
    );
  });
});

describe("lockBond", () => {
  it("keeps bond behind an answer, and it counts as bonded", async () => {
    const w = await world();
    await withLocked(w);
    expect(await bondOf(w)).to.deep.equal({
      amount: 3n * ETHER,
      locked: 2n * ETHER,
      listings: 3n,
      unbonding: 0n,
      withdrawableAt: 0n,
    });
    expect(await read(w.operators, "isBonded", w.operatorId)).to.equal(true);
  });

  it("refuses who does not send for the operator, his owner too", async () => {
    const w = await world();
    await send(as(w.operators, w.operator), "removeSender", [w.operatorId, w.operator.address]);
    const registry = await asCoordinator(w);
    for (const { address } of [w.operator, w.stranger]) {
      await expect(send(registry, "lockBond", [w.operatorId, address, 1n]))
        .to.be.revertedWithCustomError(w.operators, "SenderUnknown")
        .withArgs(w.operatorId, address);
    }
  });

  it("refuses an operator below the minimum bond, whatever he has", async () => {
    const w = await world();
    await send(as(w.operators, w.rival), "startUnbonding", [w.rivalId, 1n]);
    await expect(send(await asCoordinator(w), "lockBond", [w.rivalId, w.rival.address, 1n]))
      .to.be.revertedWithCustomError(w.operators, "NotBonded")
      .withArgs(w.rivalId);
  });

  it("refuses more than is free", async () => {
    const w = await world();
    await withLocked(w);
    const { address } = w.operator;
    await expect(send(await asCoordinator(w), "lockBond", [w.operatorId, address, ETHER + 1n]))
      .to.be.revertedWithCustomError(w.operators, "BondTooLow")
      .withArgs(w.operatorId, ETHER, ETHER + 1n);
    await send(await asCoordinator(w), "lockBond", [w.operatorId, address, ETHER]);
    expect((await bondOf(w)).locked).to.equal(3n * ETHER);
  });
});

describe("unlockBond", () => {
  it("frees what was locked, and no more", async () => {
    const w = await world();
    await withLocked(w);
    const registry = await asCoordinator(w);
    await expect(send(registry, "unlockBond", [w.operatorId, 2n * ETHER + 1n]))
      .to.be.revertedWithCustomError(w.operators, "LockedTooLow")
      .withArgs(w.operatorId, 2n * ETHER, 2n * ETHER + 1n);
    await send(registry, "unlockBond", [w.operatorId, 2n * ETHER]);
    expect(await bondOf(w)).to.deep.include({ amount: 3n * ETHER, locked: 0n });
  });
});

describe("slashLocked", () => {
  it("takes locked bond: a part to the coordinator, the rest burned", async () => {
    const w = await world();
    await withLocked(w);
    const registry = await asCoordinator(w);
    const held = await ethers.provider.getBalance(w.addresses.operatorRegistry);
    const values = [w.operatorId, ETHER, ETHER / 4n] as const;
    expect(await read(registry, "slashLocked", ...values)).to.equal(ETHER / 4n);
    await expect(registry.getFunction("slashLocked")(...values))
      .to.emit(w.operators, "BondSlashed")
      .withArgs(w.operatorId, ETHER, ETHER / 4n);
    expect(await bondOf(w)).to.deep.include({ amount: 2n * ETHER, locked: ETHER });
    expect(await read(w.operators, "burned")).to.equal((3n * ETHER) / 4n);
    const left = await ethers.provider.getBalance(w.addresses.operatorRegistry);
    expect(held - left).to.equal(ETHER / 4n);
  });

  it("takes nothing that is free or leaving", async () => {
    const w = await world();
    await withLocked(w);
    await expect(send(await asCoordinator(w), "slashLocked", [w.operatorId, 2n * ETHER + 1n, 0n]))
      .to.be.revertedWithCustomError(w.operators, "LockedTooLow")
      .withArgs(w.operatorId, 2n * ETHER, 2n * ETHER + 1n);
  });

  it("leaves the lists to who refreshes the tickets", async () => {
    const w = await world();
    const registry = await asCoordinator(w);
    await send(registry, "lockBond", [w.operatorId, w.operator.address, 1n]);
    await send(registry, "slashLocked", [w.operatorId, 1n, 0n]);
    expect((await read(w.operators, "listings", w.releaseId, ZK)).length).to.equal(2);
    await expect(
      as(w.operators, w.stranger).getFunction("refreshTickets")(w.operatorId, w.releaseId, ZK),
    )
      .to.emit(w.operators, "ListingRemoved")
      .withArgs(w.operatorId, w.releaseId, ZK);
  });

  it("says what arrived where the asset is a token", async () => {
    const w = await networkHelpers.loadFixture(deployTokenWorld);
    const registry = await asCoordinator(w);
    await send(registry, "lockBond", [w.operatorId, w.operator.address, ETHER]);
    expect(await read(registry, "slashLocked", w.operatorId, ETHER, ETHER / 2n)).to.equal(
      ETHER / 2n,
    );
    await send(registry, "slashLocked", [w.operatorId, ETHER, ETHER / 2n]);
    const held: bigint = await read(w.token, "balanceOf", w.addresses.operatorRegistry);
    expect(held).to.equal(ETHER + ETHER / 2n);
  });
});

describe("locked bond", () => {
  it("cannot leave", async () => {
    const w = await world();
    await withLocked(w);
    const registry = as(w.operators, w.operator);
    await expect(send(registry, "startUnbonding", [w.operatorId, ETHER + 1n]))
      .to.be.revertedWithCustomError(w.operators, "BondTooLow")
      .withArgs(w.operatorId, ETHER, ETHER + 1n);
    await send(registry, "startUnbonding", [w.operatorId, ETHER]);
    await networkHelpers.time.increase(UNBONDING_SECONDS);
    await send(registry, "withdrawBond", [w.operatorId, w.stranger.address]);
    expect(await bondOf(w)).to.deep.equal({
      amount: 2n * ETHER,
      locked: 2n * ETHER,
      listings: 3n,
      unbonding: 0n,
      withdrawableAt: 0n,
    });
  });

  it("pays no late penalty: free bond does, then what is leaving", async () => {
    const w = await world();
    await withLocked(w);
    await send(as(w.operators, w.operator), "startUnbonding", [w.operatorId, ETHER / 2n]);
    const registry = await asCoordinator(w);
    const first = (3n * ETHER) / 4n;
    await expect(registry.getFunction("penalizeLate")(late(w, first, first / 2n)))
      .to.emit(w.operators, "BondSlashed")
      .withArgs(w.operatorId, first, first / 2n);
    expect(await bondOf(w)).to.deep.include({
      amount: 2n * ETHER,
      locked: 2n * ETHER,
      unbonding: ETHER / 4n,
    });
    // A quarter is left to take: half of it is paid, as of the whole.
    await expect(registry.getFunction("penalizeLate")(late(w, ETHER, ETHER / 2n)))
      .to.emit(w.operators, "BondSlashed")
      .withArgs(w.operatorId, ETHER / 4n, ETHER / 8n);
    await send(registry, "penalizeLate", [late(w, ETHER, ETHER / 2n)]);
    expect(await bondOf(w)).to.deep.include({
      amount: 2n * ETHER,
      locked: 2n * ETHER,
      unbonding: 0n,
    });
  });
});

describe("what only the coordinator may do with bonds", () => {
  const calls: readonly (readonly [string, (w: World) => readonly unknown[]])[] = [
    ["lockBond", (w) => [w.operatorId, w.operator.address, 1n]],
    ["unlockBond", (w) => [w.operatorId, 1n]],
    ["slashLocked", (w) => [w.operatorId, 1n, 1n]],
  ];
  for (const [method, parameters] of calls) {
    it(`includes ${method}`, async () => {
      const w = await world();
      await expect(send(as(w.operators, w.operator), method, parameters(w)))
        .to.be.revertedWithCustomError(w.operators, "NotCoordinator")
        .withArgs(w.operator.address);
    });
  }
});
