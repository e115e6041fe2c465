import { expect } from "chai";
import { Contract, Interface, ZeroAddress, ZeroHash } from "ethers";

import { deployContract } from "../../scripts/deploy/deploy.ts";
import { inferenceCoordinatorAbi } from "../../sdk/protocol/abi/inferenceCoordinator.ts";
import {
  askOptimistic,
  bondedItem,
  deployBothLevels,
  failuresIn,
  OPTIMISTIC,
  provenItem,
  type BothLevels,
} from "./support/bothLevels.ts";
import { storageLayouts } from "./support/storageLayout.ts";
import {
  as,
  ask,
  ethers,
  networkHelpers,
  read,
  send,
  STATUS,
  ZK,
  type Asked,
} from "./support/world.ts";

const CODES = ["InferenceCoordinator", "CoordinatorExtension"] as const;
const STATE = "coordinator/CoordinatorState";
const world = (): Promise<Extended> => networkHelpers.loadFixture(deployExtended);

type Config = Readonly<Record<string, unknown>>;
/** A world, and an extension like that of its coordinator, as everybody may call it. */
type Extended = BothLevels & { readonly config: Config; readonly extension: Contract };

async function deployExtended(): Promise<Extended> {
  const w = await deployBothLevels();
  const config = {
    owner: w.owner.address,
    asset: ZeroAddress,
    modelRegistry: w.addresses.modelRegistry,
    operatorRegistry: w.addresses.operatorRegistry,
    verifiers: [w.addresses.zkVerifier, ZeroAddress, w.addresses.zkVerifier],
    dataFee: ZeroAddress,
    changeDelaySeconds: 3_600n,
    retrySeconds: 3_600n,
    challengeWindowSeconds: 3_600n,
    proofSeconds: 600n,
    protocolFeeBps: 0n,
    feeReceiver: ZeroAddress,
  };
  const address = await deployContract(w.owner, "CoordinatorExtension", [config]);
  const extension = new Contract(address, inferenceCoordinatorAbi, w.owner);
  return { ...w, config, extension };
}

describe("storage of the coordinator's two codes", () => {
  const layouts = storageLayouts([...CODES, STATE]);

  for (const code of CODES) {
    it(`is that of CoordinatorState in ${code}, which declares none of its own`, () => {
      const { storage = [], transient = [] } = layouts.get(code) ?? {};
      expect(storage.map(({ label }) => label)).to.include.members(["_owner", "_requests"]);
      expect(transient.map(({ label }) => label)).to.deep.equal(["_batchSender", "_provenClaim"]);
      expect(layouts.get(code)).to.deep.equal(layouts.get(STATE));
    });
  }
});

describe("a coordinator's extension", () => {
  const changes: readonly (readonly [string, (w: Extended) => Config])[] = [
    ["owner", (w) => ({ owner: w.stranger.address })],
    ["asset", (w) => ({ asset: w.addresses.zkVerifier })],
    ["registry", (w) => ({ operatorRegistry: w.addresses.modelRegistry })],
    ["verifier", (w) => ({ verifiers: [ZeroAddress, ZeroAddress, w.addresses.zkVerifier] })],
    ["data fee", (w) => ({ dataFee: w.addresses.zkVerifier })],
    ["window", () => ({ challengeWindowSeconds: 1n })],
    ["protocol fee", (w) => ({ protocolFeeBps: 1n, feeReceiver: w.owner.address })],
  ];
  for (const [name, change] of changes) {
    it(`with another ${name} is refused`, async () => {
      const w = await world();
      const foreign = await deployContract(w.owner, "CoordinatorExtension", [
        { ...w.config, ...change(w) },
      ]);
      await expect(deployContract(w.owner, "InferenceCoordinator", [w.config, foreign]))
        .to.be.revertedWithCustomError(w.coordinator, "ExtensionForeign")
        .withArgs(foreign);
    });
  }

  it("that is no extension is refused", async () => {
    const w = await world();
    for (const foreign of [w.stranger.address, w.addresses.modelRegistry]) {
      await expect(
        deployContract(w.owner, "InferenceCoordinator", [w.config, foreign]),
      ).to.be.revert(ethers);
    }
  });

  it("answers for the coordinator: its own hash of the configuration, and nothing unknown", async () => {
    const w = await world();
    const { coordinator } = w.addresses;
    const view = new Interface(["function configHash() view returns (bytes32)"]);
    const data = view.encodeFunctionData("configHash");
    const asked = { data, to: coordinator };
    const direct = { data, to: await w.extension.getAddress() };
    const hash = await ethers.provider.call(asked);
    expect(hash).to.match(/^0x[0-9a-f]{64}$/);
    expect(await ethers.provider.call(direct)).to.equal(hash);
    for (const unknown of ["0x12345678", "0x00", "0xffffffff00"]) {
      await expect(w.stranger.sendTransaction({ to: coordinator, data: unknown })).to.be.revert(
        ethers,
      );
    }
  });
});

describe("a call to the extension itself", () => {
  it("finds no request of any coordinator", async () => {
    const w = await world();
    const proven = await ask(w);
    const bonded = await askOptimistic(w);
    for (const { requestId } of [proven, bonded]) {
      expect(await read(w.coordinator, "requestStatus", requestId)).to.equal(STATUS.Open);
    }
    const [request, assignment] = [bonded.request, bonded.assignment];
    const record = {
      payee: w.operatorId,
      outputHash: ZeroHash,
      answeredAt: 0n,
      gasFee: 0n,
      challenger: ZeroAddress,
      challengeBond: 0n,
    };
    const { answer } = bondedItem(w, bonded) as { readonly answer: object };
    const calls: readonly (readonly [string, readonly unknown[]])[] = [
      ["expire", [request, assignment]],
      ["fail", [request, assignment]],
      ["decline", [request, assignment]],
      ["finalize", [request, assignment, record, "0x"]],
      ["escalate", [request, assignment, record, answer]],
      ["overturn", [request, assignment, record, answer, ZeroHash]],
      ["closeChallenge", [request, assignment, record]],
      ["failAnswered", [request, assignment, record]],
      ["challenge", [request, assignment, record, { value: 1n }]],
    ];
    for (const [method, values] of calls) {
      await expect(send(as(w.extension, w.operator), method, values)).to.be.revertedWithCustomError(
        w.coordinator,
        "StatusWrong",
      );
    }
    await expectUntouched(w, [proven, bonded]);
  });

  it("settles nothing by a batch", async () => {
    const w = await world();
    const proven = await ask(w);
    const bonded = await askOptimistic(w);
    const items = [await provenItem(w, proven), bondedItem(w, bonded)];
    const receipt = await send(as(w.extension, w.operator), "fulfillBatch", [items]);
    expect(failuresIn(w, receipt).size).to.equal(0);
    expect(receipt.logs.length).to.equal(0);
    await expectUntouched(w, [proven, bonded]);
  });

  it("names no verifier, guardian or successor of the coordinator, by nobody", async () => {
    const w = await world();
    await send(w.extension, "setGuardian", [w.stranger.address]);
    await send(w.extension, "stopRequests", []);
    await send(w.extension, "announceSuccessor", [w.addresses.modelRegistry]);
    await send(w.extension, "proposeVerifier", [ZK, w.addresses.modelRegistry]);
    await send(w.extension, "transferOwnership", [w.stranger.address]);
    await send(as(w.extension, w.stranger), "acceptOwnership", []);
    expect(await read(w.coordinator, "guardian")).to.equal(ZeroAddress);
    expect(await read(w.coordinator, "successor")).to.equal(ZeroAddress);
    expect(await read(w.coordinator, "owner")).to.equal(w.owner.address);
    expect(await read(w.coordinator, "verifierCount")).to.equal(2n);
    await ask(w);
  });

  it("moves no money of the coordinator; what was deposited there by mistake comes back", async () => {
    const w = await world();
    const held = await ethers.provider.getBalance(w.addresses.coordinator);
    const consumer = await w.consumer.getAddress();
    expect(await read(w.extension, "balanceOf", consumer)).to.equal(0n);
    await expect(
      send(w.extension, "withdraw", [w.owner.address, 1n]),
    ).to.be.revertedWithCustomError(w.coordinator, "BalanceTooLow");
    await send(w.extension, "deposit", [w.owner.address, 7n, { value: 7n }]);
    expect(await read(w.coordinator, "balanceOf", w.owner.address)).to.equal(0n);
    await send(w.extension, "withdraw", [w.owner.address, 7n]);
    expect(await ethers.provider.getBalance(await w.extension.getAddress())).to.equal(0n);
    expect(await ethers.provider.getBalance(w.addresses.coordinator)).to.equal(held);
  });

  it("takes no coins and no requests", async () => {
    const w = await world();
    const to = await w.extension.getAddress();
    await expect(w.stranger.sendTransaction({ to, value: 1n })).to.be.revert(ethers);
    const data = w.coordinator.interface.encodeFunctionData("requestMany", [[]]);
    await expect(w.stranger.sendTransaction({ to, data })).to.be.revert(ethers);
  });

  async function expectUntouched(w: Extended, asked: readonly Asked[]): Promise<void> {
    for (const { requestId } of asked) {
      expect(await read(w.coordinator, "requestStatus", requestId)).to.equal(STATUS.Open);
    }
    expect((await read(w.operators, "bondOf", w.operatorId)).locked).to.equal(0n);
    expect(await read(w.coordinator, "currentVerifier", OPTIMISTIC)).to.equal(2n);
  }
});

describe("coins sent to the coordinator", () => {
  it("are refused without a word, and with one that takes none", async () => {
    const w = await world();
    const to = w.addresses.coordinator;
    await expect(w.stranger.sendTransaction({ to, value: 1n }))
      .to.be.revertedWithCustomError(w.coordinator, "NotOperatorRegistry")
      .withArgs(w.stranger.address);
    const words = [
      w.coordinator.interface.encodeFunctionData("withdraw", [w.stranger.address, 0n]),
      w.coordinator.interface.encodeFunctionData("stopRequests"),
      w.coordinator.interface.encodeFunctionData("nonceOf", [w.stranger.address]),
      "0x12345678",
    ];
    for (const data of words) {
      await expect(w.stranger.sendTransaction({ to, value: 1n, data })).to.be.revert(ethers);
    }
  });

  it("come in from the registry of operators alone", async () => {
    const w = await world();
    const registry = await ethers.getImpersonatedSigner(w.addresses.operatorRegistry);
    await networkHelpers.setBalance(registry.address, 10n ** 18n);
    const before = await ethers.provider.getBalance(w.addresses.coordinator);
    await registry.sendTransaction({ to: w.addresses.coordinator, value: 5n });
    expect(await ethers.provider.getBalance(w.addresses.coordinator)).to.equal(before + 5n);
    // They are nobody's until the call that asked for them credits them.
    expect(await read(w.coordinator, "balanceOf", registry.address)).to.equal(0n);
  });
});
