import { expect } from "chai";
import type { ContractTransactionReceipt } from "ethers";

import {
  ANSWERED,
  askMany,
  bondedItem,
  BOND,
  deployBothLevels,
  failuresIn,
  finalItem,
  fulfillBatch,
  OPTIMISTIC,
  recordsIn,
  WINDOW_SECONDS,
  type BothLevels,
} from "./support/bothLevels.ts";
import {
  as,
  CALLBACK_GAS,
  networkHelpers,
  PRICES,
  read,
  send,
  STATUS,
  type Asked,
} from "./support/world.ts";

const BURN_GAS = 2n;
const REVERT = 1n;
const WHEN_FINAL = 1n;
const DAY = 86_400n;
/** Of an answer for which no proof is made. */
const PRICE = 3n * PRICES.computePrice + PRICES.bytePrice;

interface Answers {
  readonly w: BothLevels;
  readonly asked: readonly Asked[];
  readonly items: readonly { readonly record: Readonly<Record<string, unknown>> }[];
}

/** Three answers, delivered when final; what `finalizeMany` takes for each. */
async function deployAnswers(): Promise<Answers> {
  const w = await deployBothLevels();
  const deadline = BigInt(await networkHelpers.time.latest()) + DAY;
  const asking = { level: OPTIMISTIC, terms: { delivery: WHEN_FINAL, deadline } };
  const asked = await askMany(w, [asking, asking, asking]);
  const receipt = await fulfillBatch(
    w,
    asked.map((one) => bondedItem(w, one)),
  );
  const records = recordsIn(w, receipt);
  const items = asked.map((one) => finalItem(one, records)) as Answers["items"];
  return { w, asked, items };
}

/** The same when their windows are over. */
async function over(): Promise<Answers> {
  const answers = await networkHelpers.loadFixture(deployAnswers);
  await networkHelpers.time.increase(WINDOW_SECONDS);
  return answers;
}

const finalizeMany = (
  w: BothLevels,
  items: readonly object[],
  overrides: object = {},
): Promise<ContractTransactionReceipt> =>
  send(as(w.coordinator, w.stranger), "finalizeMany", [items, overrides]);

const earningsOf = (w: BothLevels): Promise<bigint> =>
  read(w.coordinator, "earningsOf", w.operatorId);

const statusesOf = (w: BothLevels, asked: readonly Asked[]): Promise<readonly bigint[]> =>
  Promise.all(asked.map((one) => read(w.coordinator, "requestStatus", one.requestId)));

const allFinal = [STATUS.Finalized, STATUS.Finalized, STATUS.Finalized];

describe("finalizeMany", () => {
  it("makes every answer final, delivers it, pays for it and frees its bond", async () => {
    const { w, asked, items } = await over();
    expect((await read(w.operators, "bondOf", w.operatorId)).locked).to.equal(3n * BOND);
    const receipt = await finalizeMany(w, items);
    expect(failuresIn(w, receipt).size).to.equal(0);
    expect(await statusesOf(w, asked)).to.deep.equal(allFinal);
    expect(await earningsOf(w)).to.equal(3n * PRICE);
    expect(await read(w.consumer, "callbacks")).to.equal(3n);
    expect((await read(w.operators, "bondOf", w.operatorId)).locked).to.equal(0n);
  });

  it("skips what is final, and a repeated item", async () => {
    const { w, items } = await over();
    const [first, second, third] = items;
    if (!first || !second || !third) throw new Error("three were answered");
    await finalizeMany(w, [second]);
    const receipt = await finalizeMany(w, [first, second, third, first]);
    expect(failuresIn(w, receipt).size).to.equal(0);
    expect(await earningsOf(w)).to.equal(3n * PRICE);
    expect((await finalizeMany(w, items)).logs.length).to.equal(0);
  });

  it("fails each item whose window is open, and none of the others", async () => {
    const { w, asked, items } = await over();
    const [later] = await askMany(w, [{ level: OPTIMISTIC }]);
    if (later === undefined) throw new Error("one was asked");
    const records = recordsIn(w, await fulfillBatch(w, [bondedItem(w, later)]));
    const receipt = await finalizeMany(w, [finalItem(later, records), ...items]);
    expect([...failuresIn(w, receipt)]).to.deep.equal([[later.requestId, "WindowOpen"]]);
    expect(await statusesOf(w, [later, ...asked])).to.deep.equal([ANSWERED, ...allFinal]);
  });

  it("skips a challenged answer", async () => {
    const { w, asked, items } = await networkHelpers.loadFixture(deployAnswers);
    const [first, second] = items;
    if (!first || !second) throw new Error("three were answered");
    const { request, assignment } = asked[0] ?? {};
    const bond: bigint = await read(w.coordinator, "challengeBondOf", w.bothId);
    const values = [request, assignment, first.record, { value: bond }];
    await send(as(w.coordinator, w.stranger), "challenge", values);
    await networkHelpers.time.increase(WINDOW_SECONDS);
    const receipt = await finalizeMany(w, items);
    expect(failuresIn(w, receipt).size).to.equal(0);
    expect(await statusesOf(w, asked)).to.deep.equal([3n, STATUS.Finalized, STATUS.Finalized]);
  });

  const wrong: readonly (readonly [string, object, string])[] = [
    ["another output", { output: new Uint8Array(20) }, "OutputMismatch"],
    ["no output where it is delivered", { output: "0x" }, "OutputMismatch"],
  ];
  for (const [name, changes, error] of wrong) {
    it(`fails an item with ${name} alone`, async () => {
      const { w, asked, items } = await over();
      const [first, second, third] = items;
      const receipt = await finalizeMany(w, [
        { ...first },
        { ...second, ...changes },
        { ...third },
      ]);
      expect([...failuresIn(w, receipt)]).to.deep.equal([[asked[1]?.requestId, error]]);
      expect(await earningsOf(w)).to.equal(2n * PRICE);
    });
  }

  it("fails an item with another record alone: nobody is paid in another's place", async () => {
    const { w, asked, items } = await over();
    const [first, second, third] = items;
    const forged = { ...first, record: { ...first?.record, payee: w.rivalId } };
    const receipt = await finalizeMany(w, [forged, { ...second }, { ...third }]);
    expect([...failuresIn(w, receipt)]).to.deep.equal([[asked[0]?.requestId, "AnswerMismatch"]]);
    expect(await read(w.coordinator, "earningsOf", w.rivalId)).to.equal(0n);
    expect(await earningsOf(w)).to.equal(2n * PRICE);
  });

  it("loses to a callback that burns gas no more than its terms gave it", async () => {
    const { w, asked, items } = await over();
    const snapshot = await networkHelpers.takeSnapshot();
    const kind = (await finalizeMany(w, items)).gasUsed;
    await snapshot.restore();
    await send(w.consumer, "setMood", [BURN_GAS]);
    const receipt = await finalizeMany(w, items);
    expect(receipt.gasUsed - kind < 3n * CALLBACK_GAS).to.equal(true);
    expect(failuresIn(w, receipt).size).to.equal(0);
    expect(await statusesOf(w, asked)).to.deep.equal(allFinal);
  });

  it("is not held up by callbacks that revert: each may be given again", async () => {
    const { w, asked, items } = await over();
    await send(w.consumer, "setMood", [REVERT]);
    await finalizeMany(w, items);
    expect(await statusesOf(w, asked)).to.deep.equal(allFinal);
    expect(await earningsOf(w)).to.equal(3n * PRICE);
    await send(w.consumer, "setMood", [0n]);
    const output = (items[2] as { readonly output?: unknown } | undefined)?.output;
    await send(w.coordinator, "retryCallback", [asked[2]?.request, output, CALLBACK_GAS]);
    expect(await read(w.consumer, "lastRequestId")).to.equal(asked[2]?.requestId);
  });

  it("reverts as a whole where gas is short", async () => {
    const { w, items } = await over();
    const needed = 600_000n + 24n * 20n + CALLBACK_GAS + CALLBACK_GAS / 31n;
    await expect(finalizeMany(w, items, { gasLimit: 1_000_000n }))
      .to.be.revertedWithCustomError(w.coordinator, "BatchGasMissing")
      .withArgs((available: bigint) => available < needed, needed);
    const method = as(w.coordinator, w.stranger).getFunction("finalizeMany");
    await finalizeMany(w, items, { gasLimit: await method.estimateGas(items) });
    expect(await earningsOf(w)).to.equal(3n * PRICE);
  });

  it("cannot be re-entered for the next item by a callback", async () => {
    const { w, asked, items } = await over();
    const [, second] = items as readonly { readonly output?: unknown; readonly record: object }[];
    const data = w.coordinator.interface.encodeFunctionData("finalize", [
      asked[1]?.request,
      asked[1]?.assignment,
      second?.record,
      second?.output,
    ]);
    await send(w.consumer, "setCall", [w.addresses.coordinator, data]);
    const receipt = await finalizeMany(w, items.slice(0, 2));
    expect(failuresIn(w, receipt).size).to.equal(0);
    expect(await earningsOf(w)).to.equal(2n * PRICE);
  });

  it("pays nothing where the judge was revoked", async () => {
    const { w, asked, items } = await over();
    const judge: bigint = await read(w.coordinator, "currentVerifier", OPTIMISTIC);
    await send(w.coordinator, "revokeVerifier", [judge]);
    const failures = failuresIn(w, await finalizeMany(w, items));
    expect([...failures.values()]).to.deep.equal(asked.map(() => "VerifierIsRevoked"));
    expect(await earningsOf(w)).to.equal(0n);
  });
});
