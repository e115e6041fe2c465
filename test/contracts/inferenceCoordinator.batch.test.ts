import { expect } from "chai";
import { dataLength, hexlify, type ContractTransactionReceipt } from "ethers";

import { deployContract } from "../../scripts/deploy/deploy.ts";
import { skipUnderCoverage } from "./support/underCoverage.ts";
import {
  ANSWERED,
  askMany,
  askOptimistic,
  bondedItem,
  deployBothLevels,
  failuresIn,
  finalItem,
  fulfillBatch,
  OPTIMISTIC,
  provenItem,
  recordsIn,
  type BothLevels,
} from "./support/bothLevels.ts";
import {
  answer,
  as,
  CALLBACK_GAS,
  networkHelpers,
  PRICE,
  read,
  send,
  STATUS,
  ZK,
  type Asked,
} from "./support/world.ts";

const BURN_GAS = 2n;
/** Enough for a callback to run a batch of its own. */
const FOR_A_BATCH = 2_500_000n;
const world = (): Promise<BothLevels> => networkHelpers.loadFixture(deployBothLevels);

const statusOf = (w: BothLevels, { requestId }: Asked): Promise<bigint> =>
  read(w.coordinator, "requestStatus", requestId);

const earningsOf = (w: BothLevels): Promise<bigint> =>
  read(w.coordinator, "earningsOf", w.operatorId);

async function three(callbackGas = CALLBACK_GAS): Promise<{
  readonly w: BothLevels;
  readonly asked: readonly [Asked, Asked, Asked];
}> {
  const w = await world();
  const [a, b, c] = await askMany(w, [{ terms: { callbackGas } }, {}, {}]);
  if (a === undefined || b === undefined || c === undefined) throw new Error("three were asked");
  return { w, asked: [a, b, c] };
}

/** Two at `Optimistic`, and one at `Zk` between them. */
async function oneProven(): ReturnType<typeof three> {
  const w = await world();
  const [a, b, c] = await askMany(w, [{ level: OPTIMISTIC }, {}, { level: OPTIMISTIC }]);
  if (a === undefined || b === undefined || c === undefined) throw new Error("three were asked");
  return { w, asked: [a, b, c] };
}

const itemsFor = (w: BothLevels, asked: readonly Asked[]): Promise<readonly object[]> =>
  Promise.all(asked.map((one) => provenItem(w, one)));

describe("fulfillBatch", () => {
  it("fulfils every item", async () => {
    const { w, asked } = await three();
    const receipt = await fulfillBatch(w, await itemsFor(w, asked));
    expect(failuresIn(w, receipt).size).to.equal(0);
    for (const one of asked) expect(await statusOf(w, one)).to.equal(STATUS.Finalized);
    expect(await earningsOf(w)).to.equal(3n * PRICE);
    expect(await read(w.consumer, "callbacks")).to.equal(3n);
  });

  it("may be sent by anyone at level Zk: each proof pays whom it names", async () => {
    const { w, asked } = await three();
    await fulfillBatch(w, await itemsFor(w, asked), w.stranger);
    expect(await earningsOf(w)).to.equal(3n * PRICE);
  });

  it("skips what is settled, before anything is spent on it", async () => {
    const { w, asked } = await three();
    const items = await itemsFor(w, asked);
    await answer(w, asked[1]);
    const all = await fulfillBatch(w, items);
    expect(failuresIn(w, all).size).to.equal(0);
    expect(await earningsOf(w)).to.equal(3n * PRICE);
    const nothing = await fulfillBatch(w, items);
    expect(nothing.logs.length).to.equal(0);
    // Three proofs are 600,000: what is left is calldata, and hashing it.
    expect(nothing.gasUsed < 200_000n).to.equal(true);
    expect(await earningsOf(w)).to.equal(3n * PRICE);
  });

  it("skips what was never asked, and a repeated item", async () => {
    const { w, asked } = await three();
    const [first] = await itemsFor(w, [asked[0]]);
    if (first === undefined) throw new Error("no item");
    const stray = { ...first, request: { ...asked[0].request, nonce: 99n } };
    const receipt = await fulfillBatch(w, [stray, first, first]);
    expect(failuresIn(w, receipt).size).to.equal(0);
    expect(await earningsOf(w)).to.equal(PRICE);
  });

  const broken: readonly (readonly [string, (proof: Uint8Array) => Uint8Array, string])[] = [
    ["of another output", (proof) => flipped(proof, 0), "ProofInvalid"],
    ["with a point off its curve", (proof) => flipped(proof, 63), "ProofMalformed"],
    ["that is cut short", (proof) => proof.subarray(0, 100), "EvidenceLengthWrong"],
  ];
  for (const [name, breakIt, error] of broken) {
    it(`fails an item with a proof ${name} alone, if it is the only one with a proof`, async () => {
      const { w, asked } = await oneProven();
      const { evidence } = await evidenceOf(w, asked[1]);
      const items = [
        bondedItem(w, asked[0]),
        await provenItem(w, asked[1], { evidence: breakIt(evidence) }),
        bondedItem(w, asked[2]),
      ];
      const receipt = await fulfillBatch(w, items);
      expect([...failuresIn(w, receipt)]).to.deep.equal([[asked[1].requestId, error]]);
      expect(await statusOf(w, asked[1])).to.equal(STATUS.Open);
      for (const one of [asked[0], asked[2]]) expect(await statusOf(w, one)).to.equal(ANSWERED);
    });
  }

  it("loses no gas of the others to bad points", async () => {
    const { w, asked } = await oneProven();
    const { evidence } = await evidenceOf(w, asked[1]);
    const bad = await provenItem(w, asked[1], { evidence: flipped(evidence, 63) });
    const good = [bondedItem(w, asked[0]), bondedItem(w, asked[2])];
    const alone = await gasOf(w, good);
    const together = await gasOf(w, [bad, ...good]);
    // The precompiles get their exact price, 181,000 for four pairs, also from the most gas there is.
    expect(together - alone < 300_000n, `${together - alone} gas`).to.equal(true);
    await fulfillBatch(w, [bad, ...good]);
    for (const one of [asked[0], asked[2]]) expect(await statusOf(w, one)).to.equal(ANSWERED);
  });

  it("loses to a callback that burns gas no more than its terms gave it", async () => {
    const { w, asked } = await three();
    const items = await itemsFor(w, asked);
    const kind = await gasOf(w, items);
    await send(w.consumer, "setMood", [BURN_GAS]);
    const burnt = await gasOf(w, items);
    expect(burnt - kind < 3n * CALLBACK_GAS, `${burnt - kind} gas`).to.equal(true);
    const receipt = await fulfillBatch(w, items);
    expect(failuresIn(w, receipt).size).to.equal(0);
    for (const one of asked) expect(await statusOf(w, one)).to.equal(STATUS.Finalized);
  });

  it("reverts as a whole where gas is short: no item fails for want of it", async function () {
    skipUnderCoverage(this);
    const { w, asked } = await three();
    const items = await itemsFor(w, asked);
    const outcomes = new Set<bigint>();
    for (let gasLimit = 1_200_000n; gasLimit <= 2_200_000n; gasLimit += 50_000n) {
      const snapshot = await networkHelpers.takeSnapshot();
      const receipt = await withGas(w, items, gasLimit).catch(() => null);
      const done = (await earningsOf(w)) / PRICE;
      expect(done).to.equal(receipt === null ? 0n : 3n);
      expect(receipt === null || failuresIn(w, receipt).size === 0).to.equal(true);
      outcomes.add(done);
      await snapshot.restore();
    }
    expect(outcomes).to.deep.equal(new Set([0n, 3n]));
  });

  it("names the gas it misses, for the proofs and for each item", async () => {
    const { w, asked } = await three();
    const items = await itemsFor(w, asked);
    const forItem = 600_000n + 24n * 148n + CALLBACK_GAS + CALLBACK_GAS / 31n;
    for (const [gasLimit, needed] of [
      [900_000n, 900_000n],
      [1_200_000n, forItem],
    ] as const) {
      await expect(withGas(w, items, gasLimit))
        .to.be.revertedWithCustomError(w.coordinator, "BatchGasMissing")
        .withArgs((available: bigint) => available < needed, needed);
    }
  });

  it("needs no guess of its gas: the estimate does for all items", async () => {
    const { w, asked } = await three();
    const items = await itemsFor(w, asked);
    const coordinator = as(w.coordinator, w.operator);
    const gasLimit = await coordinator.getFunction("fulfillBatch").estimateGas(items);
    await withGas(w, items, gasLimit);
    expect(await earningsOf(w)).to.equal(3n * PRICE);
  });

  it("keeps the first 256 bytes of what an item reverts with", async () => {
    const w = await world();
    const verifier = await deployContract(w.owner, "mocks/VerboseVerifier", []);
    await send(w.coordinator, "proposeVerifier", [ZK, verifier]);
    await networkHelpers.time.increase(3_600);
    await send(w.coordinator, "activateVerifier", [3n]);
    const asked = await askMany(w, [{}, {}, {}]);
    const lengths = [5, 256, 5_000];
    const items = await Promise.all(
      asked.map((one, i) =>
        provenItem(w, one, { evidence: new Uint8Array(lengths[i] ?? 0).fill(i) }),
      ),
    );
    const reasons = [...failuresIn(w, await fulfillBatch(w, items)).values()];
    expect(reasons.map(dataLength)).to.deep.equal([5, 256, 256]);
    expect(reasons[2]).to.equal(hexlify(new Uint8Array(256).fill(2)));
  });
});

describe("fulfillBatch with answers that stand on a bond", () => {
  async function two(): Promise<{ readonly w: BothLevels; readonly asked: readonly Asked[] }> {
    const w = await world();
    const first = { level: OPTIMISTIC, terms: { callbackGas: FOR_A_BATCH } };
    return { w, asked: await askMany(w, [first, { level: OPTIMISTIC }]) };
  }

  it("takes them from the operator's sender, beside proven ones", async () => {
    const { w, asked } = await two();
    const [proven] = await askMany(w, [{}]);
    if (proven === undefined) throw new Error("one was asked");
    const [first, second] = asked.map((one) => bondedItem(w, one));
    if (first === undefined || second === undefined) throw new Error("two were asked");
    const receipt = await fulfillBatch(w, [first, await provenItem(w, proven), second]);
    expect(failuresIn(w, receipt).size).to.equal(0);
    for (const one of asked) expect(await statusOf(w, one)).to.equal(ANSWERED);
    expect(await statusOf(w, proven)).to.equal(STATUS.Finalized);
    expect(recordsIn(w, receipt).size).to.equal(2);
  });

  it("takes none from anybody else, whoever is the coordinator's caller", async () => {
    const { w, asked } = await two();
    const items = asked.map((one) => bondedItem(w, one));
    for (const from of [w.stranger, w.rival, w.owner]) {
      const failures = failuresIn(w, await fulfillBatch(w, items, from));
      expect([...failures.values()]).to.deep.equal(["SenderUnknown", "SenderUnknown"]);
    }
    for (const one of asked) expect(await statusOf(w, one)).to.equal(STATUS.Open);
  });

  it("still knows its sender after a callback that ran a batch of its own", async () => {
    const { w, asked } = await two();
    const [first, second] = asked.map((one) => bondedItem(w, one));
    if (first === undefined || second === undefined) throw new Error("two were asked");
    const data = w.coordinator.interface.encodeFunctionData("fulfillBatch", [[second]]);
    await send(w.consumer, "setCall", [w.addresses.coordinator, data]);
    const receipt = await fulfillBatch(w, [first, second]);
    // The consumer's own batch failed at the lock; the operator's went on as the operator's.
    expect([...failuresIn(w, receipt).values()]).to.deep.equal(["ReentrancyGuardReentrantCall"]);
    for (const one of asked) expect(await statusOf(w, one)).to.equal(ANSWERED);
  });

  it("does not remember its sender for a later transaction", async () => {
    const { w, asked } = await two();
    const [first, second] = asked;
    if (first === undefined || second === undefined) throw new Error("two were asked");
    await fulfillBatch(w, [bondedItem(w, first)]);
    const failures = failuresIn(w, await fulfillBatch(w, [bondedItem(w, second)], w.stranger));
    expect([...failures.values()]).to.deep.equal(["SenderUnknown"]);
  });

  it("fails the item whose bond is not free, and no other", async () => {
    const w = await world();
    const half = 6n * 10n ** 17n;
    const asked = await askMany(w, [
      { level: OPTIMISTIC, terms: { minBond: half } },
      { level: OPTIMISTIC, terms: { minBond: half } },
      { level: OPTIMISTIC },
    ]);
    const items = asked.map((one) => bondedItem(w, one));
    const failures = failuresIn(w, await fulfillBatch(w, items));
    expect([...failures]).to.deep.equal([[asked[1]?.requestId, "BondTooLow"]]);
  });
});

describe("hostile consumers in a batch", () => {
  const entries = ["fulfillBatch", "finalizeMany"] as const;
  for (const method of entries) {
    it(`cannot settle anything by ${method} from their callback`, async () => {
      const { w, asked } = await three(FOR_A_BATCH);
      const [first, ...rest] = await itemsFor(w, asked);
      if (first === undefined) throw new Error("no item");
      const nested = method === "fulfillBatch" ? rest : await answeredItem(w);
      const data = w.coordinator.interface.encodeFunctionData(method, [nested]);
      await send(w.consumer, "setCall", [w.addresses.coordinator, data]);
      const receipt = await fulfillBatch(w, [first]);
      expect(await read(w.consumer, "callSucceeded")).to.equal(true);
      const errors = [...failuresIn(w, receipt).values()];
      expect(errors).to.deep.equal(nested.map(() => "ReentrancyGuardReentrantCall"));
      expect(await earningsOf(w)).to.equal(PRICE);
      for (const one of asked.slice(1)) expect(await statusOf(w, one)).to.equal(STATUS.Open);
    });
  }

  it("cannot fulfil the next item before its turn", async () => {
    const { w, asked } = await three();
    const items = await itemsFor(w, asked);
    const [, second] = items as readonly { readonly answer: object }[];
    const values = [asked[1].request, asked[1].assignment, second?.answer];
    const data = w.coordinator.interface.encodeFunctionData("fulfill", values);
    await send(w.consumer, "setCall", [w.addresses.coordinator, data]);
    const receipt = await fulfillBatch(w, items.slice(0, 2));
    expect(failuresIn(w, receipt).size).to.equal(0);
    expect(await earningsOf(w)).to.equal(2n * PRICE);
  });

  /** One optimistic answer whose window is over. */
  async function answeredItem(w: BothLevels): Promise<readonly object[]> {
    const terms = { deadline: BigInt(await networkHelpers.time.latest()) + 86_400n };
    const asked = await askOptimistic(w, { terms: { ...terms, callbackGas: 0n } });
    const records = recordsIn(w, await fulfillBatch(w, [bondedItem(w, asked)]));
    return [finalItem(asked, records)];
  }
});

function flipped(proof: Uint8Array, index: number): Uint8Array {
  return proof.map((byte, i) => (i === index ? byte ^ 1 : byte));
}

async function evidenceOf(w: BothLevels, asked: Asked): Promise<{ readonly evidence: Uint8Array }> {
  const { answer } = (await provenItem(w, asked)) as {
    readonly answer: { readonly evidence: Uint8Array };
  };
  return answer;
}

/** Gas of a batch that is undone again. */
async function gasOf(w: BothLevels, items: readonly object[]): Promise<bigint> {
  const snapshot = await networkHelpers.takeSnapshot();
  const { gasUsed } = await withGas(w, items, 15_000_000n);
  await snapshot.restore();
  return gasUsed;
}

function withGas(
  w: BothLevels,
  items: readonly object[],
  gasLimit: bigint,
): Promise<ContractTransactionReceipt> {
  return send(as(w.coordinator, w.operator), "fulfillBatch", [items, { gasLimit }]);
}
