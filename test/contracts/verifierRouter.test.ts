import { expect } from "chai";
import { ZeroAddress } from "ethers";

import { deployContract } from "../../scripts/deploy/deploy.ts";
import {
  answer,
  as,
  ask,
  atNextSecond,
  deployWorld,
  networkHelpers,
  OPTIMISTIC,
  read,
  send,
  STATUS,
  ZK,
  type World,
} from "./support/world.ts";

const DELAY = 3_600;
const world = (): Promise<World> => networkHelpers.loadFixture(deployWorld);

describe("proposeVerifier and activateVerifier", () => {
  it("route new requests after the delay, open ones stay with theirs", async () => {
    const w = await world();
    const next = await deployContract(w.owner, "ZkVerifier", [w.addresses.keyStore]);
    const asked = await ask(w, {
      terms: { deadline: BigInt((await networkHelpers.time.latest()) + 3 * DELAY) },
    });
    const activeFrom = (await atNextSecond()) + DELAY;
    await expect(w.coordinator.getFunction("proposeVerifier")(ZK, next))
      .to.emit(w.coordinator, "VerifierProposed")
      .withArgs(3n, ZK, next, activeFrom);
    await expect(send(w.coordinator, "activateVerifier", [3n]))
      .to.be.revertedWithCustomError(w.coordinator, "VerifierNotYetActive")
      .withArgs(3n, activeFrom);
    await networkHelpers.time.increaseTo(activeFrom);
    await expect(as(w.coordinator, w.stranger).getFunction("activateVerifier")(3n))
      .to.emit(w.coordinator, "VerifierActivated")
      .withArgs(3n, ZK);
    expect(await read(w.coordinator, "currentVerifier", ZK)).to.equal(3n);
    const later = await ask(w);
    expect(later.assignment.verifierId).to.equal(3n);
    // The release's key is still where the first verifier read it.
    for (const each of [asked, later]) {
      await answer(w, each);
      expect(await read(w.coordinator, "requestStatus", each.requestId)).to.equal(STATUS.Finalized);
    }
  });

  it("never bring a superseded verifier back", async () => {
    const w = await world();
    const next = await deployContract(w.owner, "ZkVerifier", [w.addresses.keyStore]);
    await send(w.coordinator, "proposeVerifier", [ZK, next]);
    await networkHelpers.time.increase(DELAY);
    await send(w.coordinator, "activateVerifier", [3n]);
    for (const id of [1n, 3n]) {
      await expect(send(as(w.coordinator, w.stranger), "activateVerifier", [id]))
        .to.be.revertedWithCustomError(w.coordinator, "VerifierSuperseded")
        .withArgs(id, 3n);
    }
    await send(w.coordinator, "revokeVerifier", [3n]);
    await expect(send(w.coordinator, "activateVerifier", [1n])).to.be.revertedWithCustomError(
      w.coordinator,
      "VerifierSuperseded",
    );
  });

  it("belong to the owner, and to contracts", async () => {
    const w = await world();
    await expect(
      send(as(w.coordinator, w.stranger), "proposeVerifier", [ZK, w.addresses.zkVerifier]),
    ).to.be.revertedWithCustomError(w.coordinator, "OwnableUnauthorizedAccount");
    await expect(send(w.coordinator, "proposeVerifier", [ZK, w.stranger.address]))
      .to.be.revertedWithCustomError(w.coordinator, "CodeMissing")
      .withArgs(w.stranger.address);
    await expect(send(w.coordinator, "activateVerifier", [9n]))
      .to.be.revertedWithCustomError(w.coordinator, "VerifierUnknown")
      .withArgs(9n);
  });
});

describe("revokeVerifier", () => {
  it("is immediate and final", async () => {
    const w = await world();
    await expect(w.coordinator.getFunction("revokeVerifier")(1n))
      .to.emit(w.coordinator, "VerifierRevoked")
      .withArgs(1n, ZK);
    expect(await read(w.coordinator, "currentVerifier", ZK)).to.equal(0n);
    const [verifier, level, , isRevoked] = await read(w.coordinator, "verifierEntry", 1n);
    expect([verifier, level, isRevoked]).to.deep.equal([w.addresses.zkVerifier, ZK, true]);
    for (const method of ["revokeVerifier", "activateVerifier"]) {
      await expect(send(w.coordinator, method, [1n]))
        .to.be.revertedWithCustomError(w.coordinator, "VerifierIsRevoked")
        .withArgs(1n);
    }
  });

  it("leaves the current verifier alone when a proposed one is revoked", async () => {
    const w = await world();
    await send(w.coordinator, "proposeVerifier", [ZK, w.addresses.modelRegistry]);
    await expect(w.coordinator.getFunction("revokeVerifier")(3n))
      .to.emit(w.coordinator, "VerifierRevoked")
      .withArgs(3n, ZK);
    expect(await read(w.coordinator, "currentVerifier", ZK)).to.equal(1n);
    await ask(w);
  });

  it("belongs to the owner", async () => {
    const w = await world();
    await expect(
      send(as(w.coordinator, w.stranger), "revokeVerifier", [1n]),
    ).to.be.revertedWithCustomError(w.coordinator, "OwnableUnauthorizedAccount");
  });
});

describe("revokeVerifierEverywhere", () => {
  it("ends every entry of a contract: judge, level Zk, and what is proposed", async () => {
    const w = await world();
    const { zkVerifier } = w.addresses;
    await send(w.coordinator, "proposeVerifier", [ZK, zkVerifier]);
    await expect(w.coordinator.getFunction("revokeVerifierEverywhere")(zkVerifier))
      .to.emit(w.coordinator, "VerifierRevoked")
      .withArgs(1n, ZK)
      .and.to.emit(w.coordinator, "VerifierRevoked")
      .withArgs(2n, OPTIMISTIC)
      .and.to.emit(w.coordinator, "VerifierRevoked")
      .withArgs(3n, ZK);
    for (const id of [1n, 2n, 3n]) {
      expect((await read(w.coordinator, "verifierEntry", id)).isRevoked).to.equal(true);
    }
    for (const level of [ZK, OPTIMISTIC]) {
      expect(await read(w.coordinator, "currentVerifier", level)).to.equal(0n);
    }
    await networkHelpers.time.increase(DELAY);
    await expect(send(w.coordinator, "activateVerifier", [3n]))
      .to.be.revertedWithCustomError(w.coordinator, "VerifierIsRevoked")
      .withArgs(3n);
  });

  it("leaves other contracts alone, and passes over what is revoked already", async () => {
    const w = await world();
    const { zkVerifier, keyStore } = w.addresses;
    const other = await deployContract(w.owner, "ZkVerifier", [keyStore]);
    await send(w.coordinator, "proposeVerifier", [ZK, other]);
    await send(w.coordinator, "revokeVerifier", [1n]);
    const receipt = await send(w.coordinator, "revokeVerifierEverywhere", [zkVerifier]);
    expect(receipt.logs.length).to.equal(1);
    expect((await read(w.coordinator, "verifierEntry", 2n)).isRevoked).to.equal(true);
    await networkHelpers.time.increase(DELAY);
    await send(w.coordinator, "activateVerifier", [3n]);
    await ask(w);
  });

  it("refuses a contract without an entry that stands", async () => {
    const w = await world();
    const { zkVerifier, keyStore } = w.addresses;
    await send(w.coordinator, "revokeVerifierEverywhere", [zkVerifier]);
    for (const contract of [zkVerifier, keyStore]) {
      await expect(send(w.coordinator, "revokeVerifierEverywhere", [contract]))
        .to.be.revertedWithCustomError(w.coordinator, "VerifierWithoutEntry")
        .withArgs(contract);
    }
  });

  it("belongs to the owner", async () => {
    const w = await world();
    await expect(
      send(as(w.coordinator, w.stranger), "revokeVerifierEverywhere", [w.addresses.zkVerifier]),
    ).to.be.revertedWithCustomError(w.coordinator, "OwnableUnauthorizedAccount");
  });
});

describe("announceSuccessor", () => {
  it("closes for new requests after the delay; open ones finish and balances leave", async () => {
    const w = await world();
    const asked = await ask(w, {
      terms: { deadline: BigInt((await networkHelpers.time.latest()) + 3 * DELAY) },
    });
    const closesAt = (await atNextSecond()) + DELAY;
    await expect(w.coordinator.getFunction("announceSuccessor")(w.addresses.modelRegistry))
      .to.emit(w.coordinator, "SuccessorAnnounced")
      .withArgs(w.addresses.modelRegistry, closesAt);
    await networkHelpers.time.increaseTo(closesAt);
    await answer(w, asked);
    const data = w.coordinator.interface.encodeFunctionData("withdraw", [w.stranger.address, 1n]);
    await send(w.consumer, "execute", [w.addresses.coordinator, data]);
  });

  it("happens once, by the owner, to a contract", async () => {
    const w = await world();
    await expect(
      send(as(w.coordinator, w.stranger), "announceSuccessor", [w.addresses.modelRegistry]),
    ).to.be.revertedWithCustomError(w.coordinator, "OwnableUnauthorizedAccount");
    await expect(
      send(w.coordinator, "announceSuccessor", [ZeroAddress]),
    ).to.be.revertedWithCustomError(w.coordinator, "CodeMissing");
    await send(w.coordinator, "announceSuccessor", [w.addresses.modelRegistry]);
    await expect(send(w.coordinator, "announceSuccessor", [w.addresses.zkVerifier]))
      .to.be.revertedWithCustomError(w.coordinator, "SuccessorAlreadyAnnounced")
      .withArgs(w.addresses.modelRegistry);
  });
});

describe("ownership", () => {
  it("moves in two steps", async () => {
    const w = await world();
    await send(w.coordinator, "transferOwnership", [w.stranger.address]);
    expect(await read(w.coordinator, "owner")).to.equal(w.owner.address);
    await send(as(w.coordinator, w.stranger), "acceptOwnership", []);
    expect(await read(w.coordinator, "owner")).to.equal(w.stranger.address);
  });
});
