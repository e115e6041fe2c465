import { expect } from "chai";
import type { ContractTransactionResponse } from "ethers";

import {
  askMany,
  askOptimistic,
  deployBothLevels,
  manyData,
  OPTIMISTIC,
  type BothLevels,
} from "./support/bothLevels.ts";
import {
  allAskedIn,
  answer,
  ask,
  ETHER,
  GWEI,
  INPUT,
  networkHelpers,
  PRICE,
  read,
  send,
  STATUS,
  type Asking,
} from "./support/world.ts";

const world = (): Promise<BothLevels> => networkHelpers.loadFixture(deployBothLevels);
const UNKNOWN = `0x${"99".repeat(32)}` as const;

async function asksMany(
  w: BothLevels,
  askings: readonly Asking[],
  value = 0n,
): Promise<ContractTransactionResponse> {
  const data = await manyData(w, askings);
  return w.consumer.getFunction("execute")(w.addresses.coordinator, data, { value });
}

async function balanceOf(w: BothLevels): Promise<bigint> {
  return read(w.coordinator, "balanceOf", await w.consumer.getAddress());
}

async function nonceOf(w: BothLevels): Promise<bigint> {
  return read(w.coordinator, "nonceOf", await w.consumer.getAddress());
}

describe("requestMany", () => {
  it("takes the sum of all escrows at once", async () => {
    const w = await world();
    const before = await balanceOf(w);
    const asked = await askMany(w, [
      {},
      { releaseId: w.royalReleaseId, terms: { maxGasPrice: 3n * GWEI } },
      { level: OPTIMISTIC, terms: { maxGasPrice: GWEI } },
    ]);
    const escrows = asked.map(({ assignment }) => assignment.escrow);
    expect(new Set(escrows).size).to.equal(3);
    expect(before - (await balanceOf(w))).to.equal(escrows.reduce((sum, one) => sum + one, 0n));
  });

  it("counts on where the last request ended, and ends where the next one starts", async () => {
    const w = await world();
    await ask(w);
    const first = await nonceOf(w);
    const asked = await askMany(w, [{}, {}, {}]);
    expect(asked.map(({ request }) => request["nonce"])).to.deep.equal([
      first,
      first + 1n,
      first + 2n,
    ]);
    expect((await ask(w)).request["nonce"]).to.equal(first + 3n);
  });

  it("gives each its own id and returns them in order", async () => {
    const w = await world();
    const data = await manyData(w, [{}, {}, { level: OPTIMISTIC }]);
    const execute = w.consumer.getFunction("execute");
    const returned: string = await execute.staticCall(w.addresses.coordinator, data);
    const [ids] = w.coordinator.interface.decodeFunctionResult("requestMany", returned);
    const receipt = await send(w.consumer, "execute", [w.addresses.coordinator, data]);
    const asked = allAskedIn(w, receipt).map(({ requestId }) => requestId);
    expect([...ids]).to.deep.equal(asked);
    expect(new Set(asked).size).to.equal(3);
    for (const id of asked) {
      expect(await read(w.coordinator, "requestStatus", id)).to.equal(STATUS.Open);
    }
  });

  it("leaves requests that are answered like any other", async () => {
    const w = await world();
    const [first, second] = await askMany(w, [{}, {}]);
    if (first === undefined || second === undefined) throw new Error("two were asked");
    await answer(w, second);
    await answer(w, first);
    expect(await read(w.coordinator, "earningsOf", w.operatorId)).to.equal(2n * PRICE);
  });

  const refused: readonly (readonly [string, Asking, string])[] = [
    ["an input of another length", { input: INPUT.subarray(1) }, "InputLengthWrong"],
    ["a fee that is too low", { terms: { maxFee: 1n } }, "FeeTooLow"],
    ["a level without a verifier", { level: 1n }, "LevelUnsupported"],
    ["a deadline that is over", { terms: { deadline: 1n } }, "DeadlineTooSoon"],
  ];
  for (const [name, asking, error] of refused) {
    it(`takes none where one is refused: ${name}`, async () => {
      const w = await world();
      const before = await balanceOf(w);
      const nonce = await nonceOf(w);
      for (const askings of [
        [asking, {}],
        [{}, {}, asking],
      ]) {
        await expect(asksMany(w, askings, 5n)).to.be.revertedWithCustomError(w.coordinator, error);
      }
      expect(await balanceOf(w)).to.equal(before);
      expect(await nonceOf(w)).to.equal(nonce);
    });
  }

  it("takes none where one is of a release that nobody published", async () => {
    const w = await world();
    await expect(asksMany(w, [{}, { releaseId: UNKNOWN }])).to.be.revertedWithCustomError(
      w.models,
      "ReleaseUnknown",
    );
    expect(await nonceOf(w)).to.equal(0n);
  });

  it("takes none where nobody may be drawn for one", async () => {
    const w = await world();
    const pinned = { terms: { operatorId: w.rivalId } };
    await expect(asksMany(w, [{}, pinned])).to.be.revertedWithCustomError(
      w.operators,
      "NoOperator",
    );
    expect(await nonceOf(w)).to.equal(0n);
  });

  it("asks for the sum, not for each escrow alone", async () => {
    const w = await world();
    const askings = [{}, {}];
    const data = await manyData(w, askings);
    const to = w.addresses.coordinator;
    const need = 2n * PRICE;
    await expect(w.stranger.sendTransaction({ to, data, value: need - 1n }))
      .to.be.revertedWithCustomError(w.coordinator, "BalanceTooLow")
      .withArgs(w.stranger.address, need - 1n, need);
    await w.stranger.sendTransaction({ to, data, value: need });
    expect(await read(w.coordinator, "balanceOf", w.stranger.address)).to.equal(0n);
  });

  it("keeps what was sent beyond the sum in the balance", async () => {
    const w = await world();
    const before = await balanceOf(w);
    await expect(asksMany(w, [{}, {}], ETHER))
      .to.emit(w.coordinator, "Deposited")
      .withArgs(await w.consumer.getAddress(), ETHER);
    expect(await balanceOf(w)).to.equal(before + ETHER - 2n * PRICE);
  });

  it("asks for nothing where the list is empty, and keeps the value", async () => {
    const w = await world();
    const before = await balanceOf(w);
    await asksMany(w, [], 5n);
    expect(await balanceOf(w)).to.equal(before + 5n);
    expect(await nonceOf(w)).to.equal(0n);
  });

  it("draws for each on its own: two items of the same content are two requests", async () => {
    const w = await world();
    const [first, second] = await askMany(w, [{ level: OPTIMISTIC }, { level: OPTIMISTIC }]);
    const single = await askOptimistic(w);
    expect(new Set([first?.requestId, second?.requestId, single.requestId]).size).to.equal(3);
  });

  it("is closed where single requests are", async () => {
    const w = await world();
    await send(w.coordinator, "stopRequests", []);
    await expect(asksMany(w, [{}])).to.be.revertedWithCustomError(
      w.coordinator,
      "CoordinatorClosed",
    );
  });
});
