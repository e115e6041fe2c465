import { expect } from "chai";
import { Contract, ZeroAddress } from "ethers";

import { deployContract } from "../../scripts/deploy/deploy.ts";
import { ceremonyBookAbi } from "../../sdk/protocol/abi/ceremonyBook.ts";
import {
  askOptimistic,
  bondedItem,
  deployBothLevels,
  finalItem,
  fulfillBatch,
  recordsIn,
  WINDOW_SECONDS,
  type BothLevels,
} from "./support/bothLevels.ts";
import {
  answer,
  as,
  ask,
  asks,
  atNextSecond,
  defaultTerms,
  networkHelpers,
  read,
  send,
  STATUS,
  ZK,
} from "./support/world.ts";

const DELAY = 3_600;
const STOPPED = 1n;

/** The stranger is the guardian. */
async function deployGuarded(): Promise<BothLevels> {
  const w = await deployBothLevels();
  await send(w.coordinator, "setGuardian", [w.stranger.address]);
  return w;
}
const world = (): Promise<BothLevels> => networkHelpers.loadFixture(deployGuarded);

type Act = "stop" | "resume" | "announce" | "wait";

async function act(w: BothLevels, acts: readonly Act[]): Promise<void> {
  for (const one of acts) {
    if (one === "stop") await send(as(w.coordinator, w.stranger), "stopRequests", []);
    if (one === "resume") await send(w.coordinator, "resumeRequests", []);
    if (one === "announce")
      await send(w.coordinator, "announceSuccessor", [w.addresses.modelRegistry]);
    if (one === "wait") await networkHelpers.time.increase(DELAY);
  }
}

async function expectClosed(w: BothLevels, closesAt?: bigint): Promise<void> {
  for (const asking of [{}, { releaseId: w.bothId, level: 0n }]) {
    const closed = expect(asks(w, asking)).to.be.revertedWithCustomError(
      w.coordinator,
      "CoordinatorClosed",
    );
    await (closesAt === undefined ? closed : closed.withArgs(closesAt));
  }
  const terms = await defaultTerms();
  await expect(
    read(w.coordinator, "quote", w.releaseId, ZK, 128n, terms),
  ).to.be.revertedWithCustomError(w.coordinator, "CoordinatorClosed");
}

async function expectOpen(w: BothLevels): Promise<void> {
  await ask(w);
  await askOptimistic(w);
}

describe("setGuardian", () => {
  it("belongs to the owner, and may name nobody", async () => {
    const w = await world();
    expect(await read(w.coordinator, "guardian")).to.equal(w.stranger.address);
    await expect(
      send(as(w.coordinator, w.stranger), "setGuardian", [w.stranger.address]),
    ).to.be.revertedWithCustomError(w.coordinator, "OwnableUnauthorizedAccount");
    await expect(w.coordinator.getFunction("setGuardian")(ZeroAddress))
      .to.emit(w.coordinator, "GuardianSet")
      .withArgs(ZeroAddress);
    await expect(send(as(w.coordinator, w.stranger), "stopRequests", []))
      .to.be.revertedWithCustomError(w.coordinator, "NotGuardian")
      .withArgs(w.stranger.address);
  });
});

describe("stopRequests", () => {
  for (const by of ["stranger", "owner"] as const) {
    it(`takes no new requests at any level, by the ${by === "owner" ? by : "guardian"}`, async () => {
      const w = await world();
      await expect(as(w.coordinator, w[by]).getFunction("stopRequests")())
        .to.emit(w.coordinator, "RequestsStopped")
        .withArgs(w[by].address);
      await expectClosed(w, STOPPED);
    });
  }

  it("belongs to nobody else", async () => {
    const w = await world();
    for (const account of [w.operator, w.publisher]) {
      await expect(send(as(w.coordinator, account), "stopRequests", []))
        .to.be.revertedWithCustomError(w.coordinator, "NotGuardian")
        .withArgs(account.address);
    }
  });

  it("is all that a guardian may do", async () => {
    const w = await world();
    const guarded: readonly (readonly [string, readonly unknown[]])[] = [
      ["resumeRequests", []],
      ["setGuardian", [w.rival.address]],
      ["announceSuccessor", [w.addresses.modelRegistry]],
      ["proposeVerifier", [ZK, w.addresses.zkVerifier]],
      ["revokeVerifier", [1n]],
      ["revokeVerifierEverywhere", [w.addresses.zkVerifier]],
      ["transferOwnership", [w.stranger.address]],
      ["renounceOwnership", []],
    ];
    for (const [method, values] of guarded) {
      await expect(send(as(w.coordinator, w.stranger), method, values))
        .to.be.revertedWithCustomError(w.coordinator, "OwnableUnauthorizedAccount")
        .withArgs(w.stranger.address);
    }
  });

  it("touches nothing that is open: answers, finality, withdrawals go on", async () => {
    const w = await world();
    const deadline = BigInt(await networkHelpers.time.latest()) + 86_400n;
    const proven = await ask(w);
    const bonded = await askOptimistic(w, { terms: { deadline } });
    await act(w, ["stop"]);
    await answer(w, proven);
    const records = recordsIn(w, await fulfillBatch(w, [bondedItem(w, bonded)]));
    await networkHelpers.time.increase(WINDOW_SECONDS);
    await send(w.coordinator, "finalizeMany", [[finalItem(bonded, records)]]);
    for (const { requestId } of [proven, bonded]) {
      expect(await read(w.coordinator, "requestStatus", requestId)).to.equal(STATUS.Finalized);
    }
    await send(w.coordinator, "deposit", [w.owner.address, 3n, { value: 3n }]);
    await send(w.coordinator, "withdraw", [w.owner.address, 3n]);
  });

  it("may be said twice", async () => {
    const w = await world();
    await act(w, ["stop", "stop"]);
    await expectClosed(w, STOPPED);
    await act(w, ["resume"]);
    await expectOpen(w);
  });
});

describe("stop, resume and successor", () => {
  const open: readonly (readonly Act[])[] = [
    ["resume"],
    ["stop", "resume"],
    ["announce"],
    ["announce", "stop", "resume"],
    ["stop", "announce", "resume"],
    ["stop", "resume", "announce"],
  ];
  for (const acts of open) {
    it(`take requests after ${acts.join(", ")}`, async () => {
      const w = await world();
      await act(w, acts);
      await expectOpen(w);
    });
  }

  const stopped: readonly (readonly Act[])[] = [
    ["stop"],
    ["stop", "wait", "wait"],
    ["announce", "stop"],
    ["stop", "announce"],
    ["announce", "wait", "stop"],
    ["stop", "announce", "wait"],
    ["announce", "stop", "resume", "stop"],
  ];
  for (const acts of stopped) {
    it(`are stopped after ${acts.join(", ")}`, async () => {
      const w = await world();
      await act(w, acts);
      await expectClosed(w, STOPPED);
    });
  }

  const succeeded: readonly (readonly Act[])[] = [
    ["announce", "wait"],
    ["announce", "wait", "resume"],
    ["announce", "wait", "stop", "resume"],
    ["announce", "stop", "wait", "resume"],
    ["stop", "announce", "wait", "resume"],
    ["stop", "announce", "resume", "wait"],
    ["stop", "resume", "announce", "wait"],
    ["announce", "stop", "resume", "wait"],
  ];
  for (const acts of succeeded) {
    it(`are closed for the successor after ${acts.join(", ")}: nothing opens them again`, async () => {
      const w = await world();
      await act(w, acts);
      await expectClosed(w);
      expect(await read(w.coordinator, "successor")).to.equal(w.addresses.modelRegistry);
    });
  }

  it("close at the second that was announced, however often they were stopped since", async () => {
    const w = await world();
    const closesAt = (await atNextSecond()) + DELAY;
    await act(w, ["announce", "stop", "resume", "stop", "resume"]);
    await networkHelpers.time.increaseTo(closesAt - 2);
    await ask(w);
    await networkHelpers.time.increaseTo(closesAt);
    await expectClosed(w, BigInt(closesAt));
  });

  it("survive a change of verifier: a new one opens nothing", async () => {
    const w = await world();
    const next = await deployContract(w.owner, "ZkVerifier", [w.addresses.keyStore]);
    await send(w.coordinator, "proposeVerifier", [ZK, next]);
    await act(w, ["stop", "wait"]);
    await send(w.coordinator, "activateVerifier", [3n]);
    await expectClosed(w, STOPPED);
    await act(w, ["resume"]);
    expect((await ask(w)).assignment.verifierId).to.equal(3n);
  });
});

describe("ownership in two steps", () => {
  const owned: readonly (readonly [string, (w: BothLevels) => Contract])[] = [
    ["coordinator", (w) => w.coordinator],
    ["ceremony book", (w) => new Contract(w.addresses.ceremonyBook, ceremonyBookAbi, w.owner)],
  ];
  for (const [name, contractOf] of owned) {
    it(`of the ${name} moves only when the next owner accepts`, async () => {
      const w = await world();
      const contract = contractOf(w);
      await expect(contract.getFunction("transferOwnership")(w.rival.address))
        .to.emit(contract, "OwnershipTransferStarted")
        .withArgs(w.owner.address, w.rival.address);
      expect(await read(contract, "owner")).to.equal(w.owner.address);
      expect(await read(contract, "pendingOwner")).to.equal(w.rival.address);
      await expect(send(as(contract, w.stranger), "acceptOwnership", []))
        .to.be.revertedWithCustomError(contract, "OwnableUnauthorizedAccount")
        .withArgs(w.stranger.address);
      await send(as(contract, w.rival), "acceptOwnership", []);
      expect(await read(contract, "owner")).to.equal(w.rival.address);
      await expect(
        send(contract, "transferOwnership", [w.owner.address]),
      ).to.be.revertedWithCustomError(contract, "OwnableUnauthorizedAccount");
    });
  }

  it("may be offered to another before it is accepted", async () => {
    const w = await world();
    await send(w.coordinator, "transferOwnership", [w.rival.address]);
    await send(w.coordinator, "transferOwnership", [w.publisher.address]);
    await expect(
      send(as(w.coordinator, w.rival), "acceptOwnership", []),
    ).to.be.revertedWithCustomError(w.coordinator, "OwnableUnauthorizedAccount");
    await send(as(w.coordinator, w.publisher), "acceptOwnership", []);
  });

  it("takes the old owner's stop along, and leaves the guardian", async () => {
    const w = await world();
    await send(w.coordinator, "transferOwnership", [w.rival.address]);
    await send(w.coordinator, "stopRequests", []);
    await send(as(w.coordinator, w.rival), "acceptOwnership", []);
    await expect(send(w.coordinator, "resumeRequests", [])).to.be.revertedWithCustomError(
      w.coordinator,
      "OwnableUnauthorizedAccount",
    );
    await expect(as(w.coordinator, w.rival).getFunction("resumeRequests")()).to.emit(
      w.coordinator,
      "RequestsResumed",
    );
    expect(await read(w.coordinator, "guardian")).to.equal(w.stranger.address);
    await act(w, ["stop"]);
    await expectClosed(w, STOPPED);
  });
});
