import { expect } from "chai";
import type { Contract, ContractTransactionResponse } from "ethers";

import { deployContract } from "../../scripts/deploy/deploy.ts";
import { movedBy } from "./support/books.ts";
import { challenge, finalizes } from "./support/disputes.ts";
import {
  ANSWER_BOND,
  ANSWER_PRICE,
  askJudged,
  CHALLENGE_BOND,
  deployOptimistic,
  openAnswer,
  untilWindowEnd,
  type Answered,
  type OptimisticWorld,
} from "./support/optimistic.ts";
import {
  as,
  ask,
  ethers,
  networkHelpers,
  OUTPUT,
  proofFor,
  read,
  send,
  STATUS,
  ZK,
  type Asked,
} from "./support/world.ts";

const world = (): Promise<OptimisticWorld> => networkHelpers.loadFixture(deployOptimistic);

interface Item {
  readonly request: object;
  readonly assignment: object;
  readonly answer: object;
}

const item = (w: OptimisticWorld, asked: Asked, output: Uint8Array = OUTPUT): Item => ({
  request: asked.request,
  assignment: asked.assignment,
  answer: { payee: w.operatorId, input: "0x", output, evidence: "0x" },
});

/** An estimate would find what is enough for items that all fail. */
const ENOUGH = { gasLimit: 6_000_000n };

const fulfills = async (
  w: OptimisticWorld,
  items: readonly Item[],
  from = w.operator,
): Promise<ContractTransactionResponse> =>
  as(w.coordinator, from).getFunction("fulfillBatch")(items, ENOUGH);

const finalization = ({ request, assignment, record, output }: Answered): object => ({
  request,
  assignment,
  record,
  output,
});

const statusOf = async (w: OptimisticWorld, { requestId }: Asked): Promise<bigint> =>
  read(w.coordinator, "requestStatus", requestId);

/** Whether a reason in an event is this error of this contract. */
const isError = (contract: Contract, name: string) => (reason: string) =>
  contract.interface.parseError(reason)?.name === name;

describe("fulfillBatch", () => {
  it("takes the answers of who sent the batch", async () => {
    const w = await world();
    const asked = [await askJudged(w), await askJudged(w)];
    const moved = await movedBy(w, async () =>
      expect(
        fulfills(
          w,
          asked.map((one) => item(w, one)),
        ),
      ).to.not.emit(w.coordinator, "BatchItemFailed"),
    );
    expect(moved).to.deep.equal({ locked: 2n * ANSWER_BOND });
    for (const one of asked) expect(await statusOf(w, one)).to.equal(STATUS.Answered);
  });

  it("is nobody else's way to answer for an operator", async () => {
    const w = await world();
    const asked = await askJudged(w);
    await expect(fulfills(w, [item(w, asked)], w.rival))
      .to.emit(w.coordinator, "BatchItemFailed")
      .withArgs(asked.requestId, isError(w.operators, "SenderUnknown"));
    expect(await statusOf(w, asked)).to.equal(STATUS.Open);
  });

  it("takes proven answers beside optimistic ones", async () => {
    const w = await world();
    const optimistic = await askJudged(w);
    const proven = await ask(w);
    const evidence = await proofFor(w, proven);
    const answer = { payee: w.operatorId, input: proven.input, output: OUTPUT, evidence };
    await fulfills(w, [{ ...item(w, proven), answer }, item(w, optimistic)]);
    expect(await statusOf(w, proven)).to.equal(STATUS.Finalized);
    expect(await statusOf(w, optimistic)).to.equal(STATUS.Answered);
  });

  it("skips what is settled, reports what fails, and goes on", async () => {
    const w = await world();
    const settled = await openAnswer(w);
    const [short, good] = [await askJudged(w), await askJudged(w)];
    const items = [item(w, settled), item(w, short, OUTPUT.slice(1)), item(w, good)];
    const sent = fulfills(w, items);
    await expect(sent)
      .to.emit(w.coordinator, "BatchItemFailed")
      .withArgs(short.requestId, isError(w.coordinator, "OutputLengthWrong"));
    const receipt = await (await sent).wait();
    const failed = receipt?.logs
      .map((log) => w.coordinator.interface.parseLog(log))
      .filter((log) => log?.name === "BatchItemFailed");
    expect(failed?.length).to.equal(1);
    expect(await statusOf(w, good)).to.equal(STATUS.Answered);
  });

  it("reports an item that is left without gas, and undoes no other", async () => {
    const w = await world();
    const dear = { terms: { callbackGas: 2_500_000n } };
    const asked = [await askJudged(w), await askJudged(w, dear)] as const;
    const items = asked.map((one) => item(w, one));
    const batch = as(w.coordinator, w.operator).getFunction("fulfillBatch");
    await expect(batch(items, { gasLimit: 2_000_000n }))
      .to.emit(w.coordinator, "BatchItemFailed")
      .withArgs(asked[1].requestId, isError(w.coordinator, "CallbackGasMissing"));
    expect(await statusOf(w, asked[0])).to.equal(STATUS.Answered);
    expect(await statusOf(w, asked[1])).to.equal(STATUS.Open);
  });

  it("is of no use inside a callback: each of its items fails", async () => {
    const w = await world();
    const [first, second] = [await askJudged(w), await askJudged(w)];
    const data = w.coordinator.interface.encodeFunctionData("fulfillBatch", [[item(w, second)]]);
    await send(w.consumer, "setCall", [w.addresses.coordinator, data]);
    await expect(fulfills(w, [item(w, first)]))
      .to.emit(w.coordinator, "BatchItemFailed")
      .withArgs(second.requestId, isError(w.coordinator, "ReentrancyGuardReentrantCall"));
    expect(await statusOf(w, second)).to.equal(STATUS.Open);
  });

  it("goes on for its own sender after a callback ran another batch", async () => {
    const w = await world();
    const [first, second] = [await askJudged(w), await askJudged(w)];
    const data = w.coordinator.interface.encodeFunctionData("fulfillBatch", [[item(w, second)]]);
    await send(w.consumer, "setCall", [w.addresses.coordinator, data]);
    await fulfills(w, [item(w, first), item(w, second)]);
    expect(await statusOf(w, second)).to.equal(STATUS.Answered);
  });

  it("keeps 256 bytes of a reason, however long it is", async () => {
    const w = await world();
    // Its code is: push2 1000, push0, revert.
    const deployed = await w.owner.sendTransaction({ data: "0x646103e85ffd5f526005601bf3" });
    const verifier = (await deployed.wait())?.contractAddress;
    await send(w.coordinator, "proposeVerifier", [ZK, verifier]);
    await networkHelpers.time.increase(3_600);
    await send(w.coordinator, "activateVerifier", [3n]);
    const asked = await ask(w);
    const answer = { payee: w.operatorId, input: asked.input, output: OUTPUT, evidence: "0x" };
    await expect(fulfills(w, [{ ...item(w, asked), answer }]))
      .to.emit(w.coordinator, "BatchItemFailed")
      .withArgs(asked.requestId, `0x${"00".repeat(256)}`);
  });
});

describe("finalizeMany", () => {
  it("finalizes what is due, skips what is settled or disputed, reports what is early", async () => {
    const w = await world();
    const due = [await openAnswer(w), await openAnswer(w), await openAnswer(w)];
    const [first, second, third] = due;
    if (!first || !second || !third) throw new Error("not answered");
    const challenged = await challenge(w, third, { value: CHALLENGE_BOND });
    await untilWindowEnd(third);
    const early = await openAnswer(w);
    await (await finalizes(w, first)).wait();
    const items = [first, second, challenged, early].map(finalization);
    const moved = await movedBy(w, async () =>
      expect(as(w.coordinator, w.stranger).getFunction("finalizeMany")(items, ENOUGH))
        .to.emit(w.coordinator, "BatchItemFailed")
        .withArgs(early.requestId, isError(w.coordinator, "WindowOpen")),
    );
    expect(moved).to.deep.equal({ operator: ANSWER_PRICE, locked: -ANSWER_BOND });
    expect(await statusOf(w, second)).to.equal(STATUS.Finalized);
    expect(await statusOf(w, challenged)).to.equal(STATUS.Challenged);
  });
});

describe("the extension itself", () => {
  it("is made for one deployment only", async () => {
    const w = await world();
    const config = {
      owner: w.owner.address,
      asset: w.addresses.coordinator,
      modelRegistry: w.addresses.modelRegistry,
      operatorRegistry: w.addresses.operatorRegistry,
      verifiers: [w.addresses.zkVerifier, w.addresses.zkVerifier, w.addresses.zkVerifier],
      dataFee: w.addresses.coordinator,
      changeDelaySeconds: 0n,
      retrySeconds: 0n,
      challengeWindowSeconds: 0n,
      proofSeconds: 0n,
      protocolFeeBps: 0n,
      feeReceiver: w.owner.address,
    };
    const extension = await deployContract(w.owner, "CoordinatorExtension", [config]);
    const factory = await ethers.getContractFactory("InferenceCoordinator");
    await expect(
      factory.deploy({ ...config, challengeWindowSeconds: 1n }, extension),
    ).to.be.revertedWithCustomError(factory, "ExtensionForeign");
  });
});
