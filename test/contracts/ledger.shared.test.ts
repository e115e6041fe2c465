import { expect } from "chai";
import { Contract, getCreateAddress, ZeroAddress } from "ethers";

import { DEVELOPMENT_PROFILE, deployAssay, deployContract } from "../../scripts/deploy/deploy.ts";
import { inferenceCoordinatorAbi } from "../../sdk/protocol/abi/inferenceCoordinator.ts";
import {
  answer,
  as,
  askedIn,
  defaultTerms,
  deployWorld,
  ETHER,
  INPUT,
  mined,
  networkHelpers,
  PRICE,
  read,
  send,
  ZK,
  type World,
} from "./support/world.ts";

const world = (): Promise<World> => networkHelpers.loadFixture(deployWorld);
const WITHOUT_END = 2n ** 256n - 1n;

/** The owner holds a deposit and lets the stranger spend of it. */
async function shared(amount: bigint): Promise<World> {
  const w = await world();
  await send(w.coordinator, "deposit", [w.owner.address, ETHER, { value: ETHER }]);
  await expect(w.coordinator.getFunction("allow")(w.stranger.address, amount))
    .to.emit(w.coordinator, "Allowed")
    .withArgs(w.owner.address, w.stranger.address, amount);
  return w;
}

async function askShared(w: World) {
  const terms = await defaultTerms();
  const from = as(w.coordinator, w.stranger).getFunction("requestInferenceFrom");
  return from(w.owner.address, w.releaseId, ZK, INPUT, terms);
}

describe("requestInferenceFrom", () => {
  it("pays from the account that allowed it, and refunds there", async () => {
    const w = await shared(2n * PRICE);
    const asked = askedIn(w, await mined(await askShared(w)));
    expect(asked.request["requester"]).to.equal(w.stranger.address);
    expect(asked.assignment.payer).to.equal(w.owner.address);
    expect(await read(w.coordinator, "balanceOf", w.owner.address)).to.equal(ETHER - PRICE);
    expect(await read(w.coordinator, "nonceOf", w.stranger.address)).to.equal(1n);
    const pair = [w.owner.address, w.stranger.address];
    expect(await read(w.coordinator, "allowanceOf", ...pair)).to.equal(PRICE);
    await answer(w, asked);
    expect(await read(w.coordinator, "earningsOf", w.operatorId)).to.equal(PRICE);
    const second = askedIn(w, await mined(await askShared(w)));
    await networkHelpers.time.increaseTo(second.request.terms.deadline);
    await send(w.coordinator, "expire", [second.request, second.assignment]);
    expect(await read(w.coordinator, "balanceOf", w.owner.address)).to.equal(ETHER - PRICE);
  });

  it("refuses more than was allowed, and what nobody allowed", async () => {
    const w = await shared(PRICE - 1n);
    await expect(askShared(w))
      .to.be.revertedWithCustomError(w.coordinator, "AllowanceTooLow")
      .withArgs(w.owner.address, w.stranger.address, PRICE - 1n, PRICE);
    await send(w.coordinator, "allow", [w.stranger.address, 0n]);
    await expect(askShared(w)).to.be.revertedWithCustomError(w.coordinator, "AllowanceTooLow");
  });

  it("refuses more than the account holds", async () => {
    const w = await shared(WITHOUT_END);
    await send(w.coordinator, "withdraw", [w.owner.address, ETHER - PRICE + 1n]);
    await expect(askShared(w))
      .to.be.revertedWithCustomError(w.coordinator, "BalanceTooLow")
      .withArgs(w.owner.address, PRICE - 1n, PRICE);
  });

  it("does not use up an allowance without end", async () => {
    const w = await shared(WITHOUT_END);
    await mined(await askShared(w));
    const pair = [w.owner.address, w.stranger.address];
    expect(await read(w.coordinator, "allowanceOf", ...pair)).to.equal(WITHOUT_END);
  });
});

describe("coins sent without a word", () => {
  it("are refused", async () => {
    const w = await world();
    await expect(
      w.stranger.sendTransaction({ to: w.addresses.coordinator, value: 1n }),
    ).to.be.revertedWithCustomError(w.coordinator, "NotOperatorRegistry");
  });
});

describe("a deployment", () => {
  it("says what it was made with", async () => {
    const { owner, stranger } = await world();
    const choices = {
      changeDelaySeconds: 1_001n,
      retrySeconds: 1_002n,
      challengeWindowSeconds: 1_003n,
      proofSeconds: 1_004n,
      protocolFeeBps: 105n,
      feeReceiver: stranger.address,
    };
    const profile = { ...DEVELOPMENT_PROFILE, ...choices };
    const { coordinator } = await deployAssay({ signer: owner, profile });
    const contract = new Contract(coordinator, inferenceCoordinatorAbi, owner);
    for (const [name, value] of Object.entries(choices)) {
      expect(await read(contract, name), name).to.equal(value);
    }
  });
});

describe("what a deployment must agree on", () => {
  const contract = new Contract(`0x${"00".repeat(20)}`, inferenceCoordinatorAbi);

  it("is an unbonding time longer than a request lives", async () => {
    const { owner } = await world();
    const profile = { ...DEVELOPMENT_PROFILE, unbondingSeconds: 30n * 86_400n };
    await expect(deployAssay({ signer: owner, profile })).to.be.revertedWithCustomError(
      contract,
      "UnbondingTooShort",
    );
  });

  it("is a bounded protocol fee with a receiver", async () => {
    const { owner } = await world();
    const high = { ...DEVELOPMENT_PROFILE, protocolFeeBps: 1_001n, feeReceiver: owner.address };
    await expect(deployAssay({ signer: owner, profile: high })).to.be.revertedWithCustomError(
      contract,
      "ProtocolFeeTooHigh",
    );
    const nobody = { ...DEVELOPMENT_PROFILE, protocolFeeBps: 1n };
    await expect(deployAssay({ signer: owner, profile: nobody })).to.be.revertedWithCustomError(
      contract,
      "FeeReceiverMissing",
    );
  });

  it("is the registry's own coordinator", async () => {
    const w = await world();
    const { owner } = w;
    const config = configOf(w);
    const extension = await deployContract(owner, "CoordinatorExtension", [config]);
    await expect(deployContract(owner, "InferenceCoordinator", [config, extension]))
      .to.be.revertedWithCustomError(contract, "RegistryForeign")
      .withArgs(w.addresses.coordinator);
  });

  it("has windows", async () => {
    const { owner } = await world();
    for (const none of ["challengeWindowSeconds", "proofSeconds"] as const) {
      const profile = { ...DEVELOPMENT_PROFILE, [none]: 0n };
      await expect(deployAssay({ signer: owner, profile })).to.be.revertedWithCustomError(
        contract,
        "WindowMissing",
      );
    }
  });

  it("has bonds that make a challenge cost something, where the level is Optimistic", async () => {
    const { owner } = await world();
    for (const leastAnswerBond of [0n, 3n]) {
      const profile = { ...DEVELOPMENT_PROFILE, leastAnswerBond };
      await expect(deployAssay({ signer: owner, profile }))
        .to.be.revertedWithCustomError(contract, "AnswerBondMissing")
        .withArgs(leastAnswerBond);
    }
    await deployAssay({ signer: owner, profile: { ...DEVELOPMENT_PROFILE, leastAnswerBond: 4n } });
  });

  it("takes no judge later either where a challenge would cost nothing", async () => {
    const w = await world();
    const { owner } = w;
    const { zkVerifier, ceremonyBook } = w.addresses;
    const least = 3n;
    const values = [zkVerifier, ceremonyBook, least, 0n];
    const modelRegistry = await deployContract(owner, "ModelRegistry", values);
    const nonce = (await owner.getNonce()) + 2;
    const operatorRegistry = await deployContract(owner, "OperatorRegistry", [
      ZeroAddress,
      1n,
      31n * 86_400n,
      modelRegistry,
      getCreateAddress({ from: owner.address, nonce }),
    ]);
    const verifiers = [ZeroAddress, ZeroAddress, zkVerifier];
    const config = { ...configOf(w), modelRegistry, operatorRegistry, verifiers };
    const extension = await deployContract(owner, "CoordinatorExtension", [config]);
    const coordinator = await deployContract(owner, "InferenceCoordinator", [config, extension]);
    const made = new Contract(coordinator, inferenceCoordinatorAbi, owner);
    await expect(send(made, "proposeVerifier", [0n, zkVerifier]))
      .to.be.revertedWithCustomError(contract, "AnswerBondMissing")
      .withArgs(least);
    await send(made, "proposeVerifier", [2n, zkVerifier]);
  });

  it("has the asset and the models of its registry", async () => {
    const w = await world();
    const other = await deployContract(w.owner, "mocks/TestToken", [0n]);
    for (const change of [{ asset: other }, { modelRegistry: other }]) {
      const nonce = (await w.owner.getNonce()) + 2;
      const operatorRegistry = await deployContract(w.owner, "OperatorRegistry", [
        `0x${"00".repeat(20)}`,
        1n,
        31n * 86_400n,
        w.addresses.modelRegistry,
        getCreateAddress({ from: w.owner.address, nonce }),
      ]);
      const config = { ...configOf(w), operatorRegistry, ...change };
      const extension = await deployContract(w.owner, "CoordinatorExtension", [config]);
      await expect(deployContract(w.owner, "InferenceCoordinator", [config, extension]))
        .to.be.revertedWithCustomError(contract, "RegistryOfOtherParts")
        .withArgs(operatorRegistry);
    }
  });
});

function configOf(w: World) {
  return {
    owner: w.owner.address,
    asset: `0x${"00".repeat(20)}`,
    modelRegistry: w.addresses.modelRegistry,
    operatorRegistry: w.addresses.operatorRegistry,
    verifiers: [w.addresses.zkVerifier, w.addresses.zkVerifier, w.addresses.zkVerifier],
    dataFee: `0x${"00".repeat(20)}`,
    changeDelaySeconds: 1n,
    retrySeconds: 1n,
    challengeWindowSeconds: 1n,
    proofSeconds: 1n,
    protocolFeeBps: 0n,
    feeReceiver: `0x${"00".repeat(20)}`,
  };
}
