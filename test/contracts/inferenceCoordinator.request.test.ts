import { expect } from "chai";
import { hexlify, keccak256 } from "ethers";

import { zkRelease } from "../../scripts/deploy/publishRelease.ts";
import { requestId } from "../../sdk/protocol/requestId.ts";
import { deployTokenWorld } from "./support/tokenWorld.ts";
import {
  as,
  ask,
  askedIn,
  askingData,
  asks,
  CALL_GAS,
  CREDIT_GAS,
  defaultTerms,
  deployWorld,
  ETHER,
  ethers,
  GWEI,
  INPUT,
  mined,
  networkHelpers,
  PRICE,
  PRIMARY_WINDOW_SECONDS,
  PROOF_GAS,
  proverOf,
  read,
  RELEASE,
  send,
  STATUS,
  ZK,
  type Asking,
  type World,
} from "./support/world.ts";

const world = (): Promise<World> => networkHelpers.loadFixture(deployWorld);
const DAY = 86_400n;

describe("requestInference", () => {
  it("opens a request under the id its content has", async () => {
    const w = await world();
    const asked = await ask(w);
    const id = requestId({
      chainId: 31_337n,
      coordinator: w.addresses.coordinator as `0x${string}`,
      request: {
        requester: (await w.consumer.getAddress()) as `0x${string}`,
        nonce: 0n,
        releaseId: w.releaseId,
        level: "Zk",
        inputHash: keccak256(INPUT) as `0x${string}`,
        terms: asked.request.terms,
      },
    });
    expect(asked.requestId).to.equal(id);
    expect(await read(w.coordinator, "requestIdOf", asked.request)).to.equal(id);
    expect(await read(w.coordinator, "requestStatus", id)).to.equal(STATUS.Open);
  });

  it("says in its event all that later steps ask for", async () => {
    const w = await world();
    const terms = await defaultTerms();
    const asked = await ask(w, { terms });
    const now = BigInt(await networkHelpers.time.latest());
    expect(asked.request).to.deep.equal({
      requester: await w.consumer.getAddress(),
      nonce: 0n,
      releaseId: w.releaseId,
      level: ZK,
      inputHash: keccak256(INPUT),
      terms: { ...terms },
    });
    expect(asked.assignment).to.deep.include({
      operatorId: w.operatorId,
      payer: await w.consumer.getAddress(),
      verifierId: 1n,
      grade: 0n,
      price: PRICE,
      royalty: 0n,
      escrow: PRICE,
      bond: 0n,
      outputLength: 20n,
      outputPayload: 0n,
      assignedAt: now,
      primaryUntil: now + PRIMARY_WINDOW_SECONDS,
    });
    await expect(asks(w))
      .to.emit(w.coordinator, "InferenceRequested")
      .withArgs(
        (id: string) => id !== asked.requestId,
        await w.consumer.getAddress(),
        w.operatorId,
        () => true,
        () => true,
        hexlify(INPUT),
      );
  });

  it("gives equal requests of one requester different ids", async () => {
    const w = await world();
    const [first, second] = [await ask(w), await ask(w)];
    expect(first.requestId).to.not.equal(second.requestId);
    expect(await read(w.coordinator, "nonceOf", await w.consumer.getAddress())).to.equal(2n);
  });

  it("takes the escrow from the balance", async () => {
    const w = await world();
    await ask(w);
    expect(await read(w.coordinator, "balanceOf", await w.consumer.getAddress())).to.equal(
      ETHER - PRICE,
    );
  });

  it("adds the value sent to the balance first", async () => {
    const w = await world();
    const terms = await defaultTerms();
    const request = [w.releaseId, ZK, INPUT, terms, { value: 3n * PRICE }];
    await expect(w.coordinator.getFunction("requestInference")(...request))
      .to.emit(w.coordinator, "Deposited")
      .withArgs(w.owner.address, 3n * PRICE);
    expect(await read(w.coordinator, "balanceOf", w.owner.address)).to.equal(2n * PRICE);
  });

  it("escrows royalty and the most gas can cost", async () => {
    const w = await world();
    const terms = { maxGasPrice: 10n * GWEI, callbackGas: 100_000n };
    const asked = await ask(w, { releaseId: w.royalReleaseId, terms });
    const royalty = PRICE / 20n;
    const gasFee = (PROOF_GAS + CREDIT_GAS + CALL_GAS + 100_000n) * 10n * GWEI;
    expect(asked.assignment).to.deep.include({
      price: PRICE,
      royalty,
      escrow: PRICE + royalty + gasFee,
      publisher: w.publisher.address,
    });
    const quote = await read(w.coordinator, "quote", w.royalReleaseId, ZK, 128n, {
      ...asked.request.terms,
    });
    expect(quote.toObject()).to.deep.equal({
      price: PRICE,
      royalty,
      protocolFee: 0n,
      gasFee,
      total: PRICE + royalty + gasFee,
    });
  });

  it("quotes the calldata floor for a large input", async () => {
    const w = await world();
    const model: unknown = await read(w.models, "modelOf", w.releaseId);
    const { verifyingKey } = await proverOf("sixWords");
    const release = zkRelease({ ...RELEASE, inputLength: 24_576, verifyingKey });
    const models = as(w.models, w.publisher);
    const id: unknown = await read(models, "publishRelease", model, "3.0.0", release);
    await send(models, "publishRelease", [model, "3.0.0", release]);
    const limits = { minGasPrice: 0n, maxCallbackGas: 0n, maxInputLength: 24_576n, maxBond: 0n };
    await send(as(w.operators, w.operator), "startServing", [w.operatorId, id, ZK, limits]);
    const terms = await defaultTerms({ maxGasPrice: 1n, callbackGas: 0n });
    const quote = await read(w.coordinator, "quote", id, ZK, 24_576n, terms);
    expect(quote.gasFee).to.equal(49_000n + 40n * 24_596n);
  });

  const refused: readonly (readonly [string, string, (w: World) => Promise<Asking>])[] = [
    ["an unknown release", "ReleaseUnknown", async () => ({ releaseId: `0x${"01".repeat(32)}` })],
    ["Optimistic", "LevelUnsupported", async () => ({ level: 0n })],
    ["Tee", "LevelUnsupported", async () => ({ level: 1n })],
    ["an input too short", "InputLengthWrong", async () => ({ input: INPUT.slice(1) })],
    ["an input too long", "InputLengthWrong", async () => ({ input: new Uint8Array(129) })],
    ["an empty input", "InputLengthWrong", async () => ({ input: new Uint8Array() })],
    ["a fee too low", "FeeTooLow", async () => ({ terms: { maxFee: PRICE - 1n } })],
    [
      "more than its balance",
      "BalanceTooLow",
      async () => ({
        terms: { maxFee: 2n ** 200n, maxGasPrice: 10_000n * GWEI },
      }),
    ],
    [
      "callback gas beyond the maximum",
      "CallbackGasTooHigh",
      async () => ({
        terms: { callbackGas: 2_500_001n },
      }),
    ],
    ["a deadline that passed", "DeadlineTooSoon", async () => ({ terms: { deadline: 1n } })],
    [
      "a deadline within two primary windows",
      "DeadlineTooSoon",
      async () => ({
        terms: { deadline: BigInt(await networkHelpers.time.latest()) + 119n },
      }),
    ],
    [
      "a deadline beyond 30 days",
      "DeadlineTooLate",
      async () => ({
        terms: { deadline: BigInt(await networkHelpers.time.latest()) + 31n * DAY },
      }),
    ],
    ["a grade above the release's", "GradeTooLow", async () => ({ terms: { minGrade: 1n } })],
    ["a bond", "TermUnsupported", async () => ({ terms: { minBond: 1n } })],
    [
      "a measurement",
      "TermUnsupported",
      async () => ({
        terms: { measurement: `0x${"00".repeat(31)}01` },
      }),
    ],
    [
      "an absurd gas price",
      "TermUnsupported",
      async () => ({
        terms: { maxGasPrice: 2n ** 64n },
      }),
    ],
    [
      "a pinned operator who does not serve",
      "NoOperator",
      async (w) => ({
        terms: { operatorId: w.rivalId },
      }),
    ],
  ];
  for (const [what, error, asking] of refused) {
    it(`refuses ${what}`, async () => {
      const w = await world();
      const contracts = [w.coordinator, w.models, w.operators];
      const owner = contracts.find((contract) => contract.interface.getError(error) !== null);
      await expect(asks(w, await asking(w))).to.be.revertedWithCustomError(
        owner ?? w.models,
        error,
      );
      expect(await read(w.coordinator, "balanceOf", await w.consumer.getAddress())).to.equal(ETHER);
    });
  }

  // Ids and the event hold the word as it came: nodes would decode another one, and find no such request.
  for (const delivery of [2n, 256n]) {
    it(`refuses delivery ${delivery}, which is none`, async () => {
      const w = await world();
      const data = await askingData(w);
      const wordAt = (index: number): number => 10 + 64 * index;
      // Release, level, place of the input, then the terms; delivery is the fifth of them.
      const word = delivery.toString(16).padStart(64, "0");
      const forged = data.slice(0, wordAt(7)) + word + data.slice(wordAt(8));
      const to = w.addresses.coordinator;
      await expect(
        w.stranger.sendTransaction({ to, data: forged, value: PRICE, gasLimit: 500_000n }),
      ).to.be.revertedWithoutReason(ethers);
    });
  }

  it("says what is wrong with the fee", async () => {
    const w = await world();
    await expect(asks(w, { terms: { maxFee: 1n } }))
      .to.be.revertedWithCustomError(w.coordinator, "FeeTooLow")
      .withArgs(1n, PRICE);
  });

  it("takes a deadline of exactly two primary windows", async () => {
    const w = await world();
    const next = (await networkHelpers.time.latest()) + 10;
    await networkHelpers.time.setNextBlockTimestamp(next);
    await ask(w, { terms: { deadline: BigInt(next) + 2n * PRIMARY_WINDOW_SECONDS } });
  });

  it("assigns a pinned operator who serves", async () => {
    const w = await world();
    const asked = await ask(w, { terms: { operatorId: w.operatorId } });
    expect(asked.assignment.operatorId).to.equal(w.operatorId);
  });

  it("refuses a retired release", async () => {
    const w = await world();
    await (
      await (w.models.connect(w.publisher) as typeof w.models).getFunction("retireRelease")(
        w.releaseId,
      )
    ).wait();
    await expect(asks(w)).to.be.revertedWithCustomError(w.models, "ReleaseIsRetired");
  });

  it("refuses a level whose verifier was revoked", async () => {
    const w = await world();
    await send(w.coordinator, "revokeVerifier", [1n]);
    await expect(asks(w)).to.be.revertedWithCustomError(w.coordinator, "LevelUnsupported");
    const quote = read(w.coordinator, "quote", w.releaseId, ZK, 128n, await defaultTerms());
    await expect(quote).to.be.revertedWithCustomError(w.coordinator, "LevelUnsupported");
  });

  it("refuses once its successor has taken over, not before", async () => {
    const w = await world();
    await send(w.coordinator, "announceSuccessor", [w.addresses.zkVerifier]);
    await ask(w);
    await networkHelpers.time.increase(3_600);
    await expect(asks(w)).to.be.revertedWithCustomError(w.coordinator, "CoordinatorClosed");
  });

  it("is not payable in coins where the asset is a token, and takes no gas price there", async () => {
    const w = await networkHelpers.loadFixture(deployTokenWorld);
    await expect(asks(w, { value: 1n })).to.be.revertedWithCustomError(
      w.coordinator,
      "ValueUnexpected",
    );
    await expect(asks(w, { terms: { maxGasPrice: 1n } })).to.be.revertedWithCustomError(
      w.coordinator,
      "TermUnsupported",
    );
  });

  it("lets an account without code ask", async () => {
    const w = await world();
    const data = await askingData(w);
    const to = w.addresses.coordinator;
    const transaction = await w.stranger.sendTransaction({ to, data, value: PRICE });
    const receipt = await mined(transaction);
    expect(askedIn(w, receipt).assignment.payer).to.equal(w.stranger.address);
  });
});
