import { expect } from "chai";
import type { Contract } from "ethers";

import { deployContract } from "../../scripts/deploy/deploy.ts";
import {
  askOptimistic,
  bondedItem,
  finalItem,
  fulfillBatch,
  OPTIMISTIC,
  recordsIn,
  WINDOW_SECONDS,
  withBothLevels,
  type BothLevels,
} from "./support/bothLevels.ts";
import {
  answer,
  answers,
  ask,
  asks,
  buildWorld,
  defaultTerms,
  ethers,
  GWEI,
  INPUT,
  networkHelpers,
  OUTPUT,
  read,
  send,
  STATUS,
  ZK,
  type Asking,
} from "./support/world.ts";

const FEE_PER_BYTE = 3n * GWEI;
const MAX_GAS_PRICE = 10n * GWEI;
/** Calldata beside input and output, as the contracts count it. */
const CALLDATA = 1_700n;
const PAYLOAD = BigInt(INPUT.length + OUTPUT.length);
const DAY = 86_400n;

type Rollup = BothLevels & { readonly hook: Contract };

/** A world whose chain charges for data; the hook says how much. */
async function deployRollup(): Promise<Rollup> {
  const [owner] = await ethers.getSigners();
  if (owner === undefined) throw new Error("no accounts");
  const dataFee = await deployContract(owner, "mocks/TestDataFee", []);
  const world = await withBothLevels(await buildWorld({ profile: { dataFee } }));
  const hook = await ethers.getContractAt("TestDataFee", dataFee, owner);
  await send(hook, "setFeePerByte", [FEE_PER_BYTE]);
  return { ...world, hook };
}
const world = (): Promise<Rollup> => networkHelpers.loadFixture(deployRollup);

const PAID = { maxGasPrice: MAX_GAS_PRICE };
const earningsOf = (w: Rollup): Promise<bigint> => read(w.coordinator, "earningsOf", w.operatorId);

const quoteOf = async (w: Rollup, level: bigint, terms: object): Promise<bigint> =>
  (await read(w.coordinator, "quote", w.bothId, level, 128n, await defaultTerms(terms))).total;

async function heldBy(w: Rollup): Promise<bigint> {
  return ethers.provider.getBalance(w.addresses.coordinator);
}

/** All that accounts of this world can still take out. */
async function owed(w: Rollup): Promise<bigint> {
  const accounts = [await w.consumer.getAddress(), w.publisher.address, w.stranger.address];
  const balances: bigint[] = await Promise.all(
    accounts.map((account) => read(w.coordinator, "balanceOf", account)),
  );
  return balances.reduce((sum, one) => sum + one, await earningsOf(w));
}

describe("a rollup's data fee", () => {
  it("is set aside twice over at the request, on top of what gas costs", async () => {
    const w = await world();
    const withFee = (await ask(w, { terms: PAID })).assignment.escrow;
    await send(w.hook, "setFeePerByte", [0n]);
    const without = (await ask(w, { terms: PAID })).assignment.escrow;
    expect(withFee - without).to.equal(2n * FEE_PER_BYTE * (CALLDATA + PAYLOAD));
  });

  it("counts both transactions of an optimistic answer, and each delivery once", async () => {
    const w = await world();
    for (const [delivery, deliveries] of [
      [0n, 1n],
      [1n, 2n],
    ] as const) {
      const terms = { ...PAID, delivery };
      await send(w.hook, "setFeePerByte", [FEE_PER_BYTE]);
      const withFee = (await askOptimistic(w, { terms })).assignment.escrow;
      await send(w.hook, "setFeePerByte", [0n]);
      const without = (await askOptimistic(w, { terms })).assignment.escrow;
      const length = 2n * CALLDATA + deliveries * BigInt(OUTPUT.length);
      expect(withFee - without).to.equal(2n * FEE_PER_BYTE * length);
    }
  });

  const askings: readonly (readonly [string, bigint, object])[] = [
    ["at level Zk", ZK, {}],
    ["at level Optimistic", OPTIMISTIC, {}],
    ["at level Optimistic, delivered when final", OPTIMISTIC, { delivery: 1n }],
  ];
  for (const [name, level, changes] of askings) {
    it(`is in the quote, which equals the escrow ${name}`, async () => {
      const w = await world();
      const terms = { ...PAID, ...changes };
      const quote = await quoteOf(w, level, terms);
      const asking: Asking = { releaseId: w.bothId, level, terms };
      expect((await ask(w, asking)).assignment.escrow).to.equal(quote);
      const tooLow = { ...asking, terms: { ...terms, maxFee: quote - 1n } };
      await expect(asks(w, tooLow))
        .to.be.revertedWithCustomError(w.coordinator, "FeeTooLow")
        .withArgs(quote - 1n, quote);
      await ask(w, { ...asking, terms: { ...terms, maxFee: quote } });
    });
  }

  it("costs nothing where the terms pay for no gas", async () => {
    const w = await world();
    const asked = await ask(w, { terms: { maxGasPrice: 0n } });
    expect(asked.assignment.escrow).to.equal(asked.assignment.price);
    await answer(w, asked);
    expect(await earningsOf(w)).to.equal(asked.assignment.price);
  });

  it("is paid as it is at the answer: the rest of what was set aside goes back", async () => {
    const w = await world();
    const paidAt = async (feePerByte: bigint): Promise<bigint> => {
      const snapshot = await networkHelpers.takeSnapshot();
      const asked = await ask(w, { terms: PAID });
      await send(w.hook, "setFeePerByte", [feePerByte]);
      await answer(w, asked, { gasPrice: 2n * GWEI });
      const paid = await earningsOf(w);
      await snapshot.restore();
      return paid;
    };
    const none = await paidAt(0n);
    for (const feePerByte of [FEE_PER_BYTE / 3n, FEE_PER_BYTE, (3n * FEE_PER_BYTE) / 2n]) {
      expect((await paidAt(feePerByte)) - none).to.equal(feePerByte * (CALLDATA + PAYLOAD));
    }
  });

  it("that rose beyond it takes the whole escrow, never more", async () => {
    const w = await world();
    const asked = await ask(w, { terms: PAID });
    const { escrow } = asked.assignment;
    await send(w.hook, "setFeePerByte", [10_000n * FEE_PER_BYTE]);
    await expect(answers(w, asked))
      .to.emit(w.coordinator, "RequestFulfilled")
      .withArgs(
        asked.requestId,
        w.operatorId,
        escrow,
        0n,
        true,
        `0x${Buffer.from(OUTPUT).toString("hex")}`,
      );
    expect(await earningsOf(w)).to.equal(escrow);
    expect(await heldBy(w)).to.equal(await owed(w));
  });

  it("that rose takes neither royalty nor price of others", async () => {
    const w = await world();
    const asked = await ask(w, { releaseId: w.royalReleaseId, terms: PAID });
    const { escrow, royalty } = asked.assignment;
    await send(w.hook, "setFeePerByte", [10_000n * FEE_PER_BYTE]);
    await answer(w, asked);
    expect(await earningsOf(w)).to.equal(escrow - royalty);
    expect(await read(w.coordinator, "balanceOf", w.publisher.address)).to.equal(royalty);
    expect(await heldBy(w)).to.equal(await owed(w));
  });

  for (const [name, rises] of [
    ["before the answer", [10_000n, 1n]],
    ["before it is final", [1n, 10_000n]],
    ["each time", [10_000n, 10_000n]],
  ] as const) {
    it(`that rose ${name} takes the whole escrow of an optimistic one, never more`, async () => {
      const w = await world();
      const deadline = BigInt(await networkHelpers.time.latest()) + DAY;
      const terms = { ...PAID, delivery: 1n, deadline };
      const asked = await askOptimistic(w, { terms });
      const [atAnswer, atFinal] = rises;
      await send(w.hook, "setFeePerByte", [atAnswer * FEE_PER_BYTE]);
      const records = recordsIn(w, await fulfillBatch(w, [bondedItem(w, asked)]));
      await networkHelpers.time.increase(WINDOW_SECONDS);
      await send(w.hook, "setFeePerByte", [atFinal * FEE_PER_BYTE]);
      await send(w.coordinator, "finalizeMany", [[finalItem(asked, records)]]);
      expect(await read(w.coordinator, "requestStatus", asked.requestId)).to.equal(
        STATUS.Finalized,
      );
      expect(await earningsOf(w)).to.equal(asked.assignment.escrow);
      expect(await heldBy(w)).to.equal(await owed(w));
    });
  }

  it("that fell refunds more", async () => {
    const w = await world();
    const consumer = await w.consumer.getAddress();
    const asked = await ask(w, { terms: PAID });
    const before: bigint = await read(w.coordinator, "balanceOf", consumer);
    await send(w.hook, "setFeePerByte", [0n]);
    await answer(w, asked);
    const refund = (await read(w.coordinator, "balanceOf", consumer)) - before;
    expect(refund >= 2n * FEE_PER_BYTE * (CALLDATA + PAYLOAD)).to.equal(true);
    expect(refund + (await earningsOf(w))).to.equal(asked.assignment.escrow);
  });

  it("holds up nobody's answer where it cannot be told", async () => {
    const w = await world();
    const asked = await ask(w, { terms: PAID });
    const optimistic = await askOptimistic(w, { terms: PAID });
    await send(w.hook, "breakDown", []);
    await answer(w, asked);
    await answer(w, optimistic, { evidence: new Uint8Array() });
    expect(await read(w.coordinator, "requestStatus", asked.requestId)).to.equal(STATUS.Finalized);
    const status = await read(w.coordinator, "requestStatus", optimistic.requestId);
    expect(status).to.equal(STATUS.Answered);
  });

  it("takes no more than the escrow where it is beyond all reason", async () => {
    const w = await world();
    const asked = await ask(w, { releaseId: w.bothId, terms: PAID });
    await send(w.hook, "setFeePerByte", [2n ** 200n]);
    await answer(w, asked);
    expect(await earningsOf(w)).to.equal(asked.assignment.escrow - asked.assignment.royalty);
  });
});
