import { expect } from "chai";
import { ZeroHash, type Contract } from "ethers";

import { deployContract } from "../../scripts/deploy/deploy.ts";
import { FIELD_ORDER } from "../../sdk/protocol/field.ts";
import { expectToBurnLessThan } from "./support/burnedGas.ts";
import {
  moved,
  negated,
  otherSetup,
  realItem,
  withWord,
  WORD,
  wordOf,
  type BatchItem,
} from "./support/batch.ts";
import { outsideSubgroup } from "./support/points.ts";
import { deployWorld, networkHelpers, read, type World } from "./support/world.ts";

const COUNT = 5n;
const MAXIMUM = 2n ** 256n - 1n;

/** Five real proofs of one release, two of another. */
async function deployProven(): Promise<{
  readonly w: World;
  readonly items: readonly BatchItem[];
  readonly others: readonly BatchItem[];
}> {
  const w = await deployWorld();
  const items: BatchItem[] = [];
  for (let i = 0n; i < COUNT; i++) items.push(await realItem(w, i));
  const others = [await realItem(w, 50n, "sixWordsOther"), await realItem(w, 51n, "sixWordsOther")];
  return { w, items, others };
}
const world = (): ReturnType<typeof deployProven> => networkHelpers.loadFixture(deployProven);

const valuesOf = (items: readonly BatchItem[]) => [
  items.map(({ claim }) => claim),
  items.map(({ evidence }) => evidence),
];

async function accept(verifier: Contract, items: readonly BatchItem[]): Promise<void> {
  const selector = verifier.interface.getFunction("verifyBatch")?.selector;
  expect(await read(verifier, "verifyBatch", ...valuesOf(items))).to.equal(selector);
}

const refuse = (w: World, items: readonly BatchItem[], error: string) =>
  expect(read(w.verifier, "verifyBatch", ...valuesOf(items))).to.be.revertedWithCustomError(
    w.verifier,
    error,
  );

/** The items with one changed. */
function changed(
  items: readonly BatchItem[],
  index: number,
  change: (item: BatchItem) => BatchItem,
): readonly BatchItem[] {
  return items.map((item, i) => (i === index ? change(item) : item));
}

const withEvidence =
  (change: (evidence: Uint8Array) => Uint8Array) =>
  (item: BatchItem): BatchItem => ({ ...item, evidence: change(item.evidence) });

function at(items: readonly BatchItem[], index: number): BatchItem {
  const item = items[index];
  if (item === undefined) throw new Error(`no item ${index}`);
  return item;
}

describe("verifyBatch", () => {
  it("passes for as many proofs as there are, also none", async () => {
    const { w, items } = await world();
    for (let count = 0; count <= items.length; count++) {
      await accept(w.verifier, items.slice(0, count));
    }
  });

  it("passes for proofs of several releases, in any order", async () => {
    const { w, items, others } = await world();
    const [a, b] = [at(others, 0), at(others, 1)];
    for (const mixed of [
      [...items, a, b],
      [a, ...items, b],
      [at(items, 0), a, at(items, 1), b],
      [a, at(items, 0)],
    ]) {
      await accept(w.verifier, mixed);
    }
  });

  it("passes for a claim that stands there twice", async () => {
    const { w, items } = await world();
    await accept(w.verifier, [at(items, 0), at(items, 1), at(items, 0)]);
  });

  it("passes for keys of several powers of tau, each with its own alpha, beta and gamma", async () => {
    const { w, items, others } = await world();
    const [other, sister] = [await otherSetup(w, w.keys, 23n), await otherSetup(w, w.keys, 29n)];
    await read(w.verifier, "verify", ...Object.values(other.prove(1n)));
    const foreign = [other.prove(1n), sister.prove(2n), other.prove(3n)];
    await accept(w.verifier, foreign);
    await accept(w.verifier, [at(foreign, 0), ...items, at(foreign, 1), ...others, at(foreign, 2)]);
  });

  it("wants evidence for each claim", async () => {
    const { w, items } = await world();
    const [claims, evidence] = valuesOf(items);
    await expect(read(w.verifier, "verifyBatch", claims, evidence?.slice(1)))
      .to.be.revertedWithCustomError(w.verifier, "BatchLengthsDiffer")
      .withArgs(5, 4);
  });
});

describe("forged batches", () => {
  const wrong: readonly (readonly [string, (item: BatchItem) => BatchItem])[] = [
    [
      "another request",
      ({ claim, evidence }) => ({ claim: { ...claim, requestId: ZeroHash }, evidence }),
    ],
    ["another payee", ({ claim, evidence }) => ({ claim: { ...claim, payee: 1n }, evidence })],
    [
      "another output",
      ({ claim, evidence }) => ({
        claim: { ...claim, output: claim.output.map((b) => b ^ 1) },
        evidence,
      }),
    ],
    [
      "another input",
      ({ claim, evidence }) => ({
        claim: { ...claim, input: claim.input.map((b) => b ^ 1) },
        evidence,
      }),
    ],
    ["another commitment", withEvidence((e) => withWord(e, WORD.h, wordOf(e, WORD.h) ^ 1n))],
    ["A's negative", withEvidence((e) => negated(e, WORD.a))],
    ["C's negative", withEvidence((e) => negated(e, WORD.c))],
    [
      "points at infinity",
      withEvidence((e) => new Uint8Array(288).fill(0).map((_, i) => (i < 32 ? (e[i] ?? 0) : 0))),
    ],
  ];
  for (const [what, change] of wrong) {
    it(`fail with one proof of ${what}, wherever it stands`, async () => {
      const { w, items } = await world();
      for (const index of [0, 2, 4]) await refuse(w, changed(items, index, change), "BatchInvalid");
      await refuse(w, [change(at(items, 0))], "BatchInvalid");
    });
  }

  it("fail where two exchanged their commitments, proofs, outputs or payees", async () => {
    const { w, items } = await world();
    const [first, second, ...rest] = items;
    if (first === undefined || second === undefined) throw new Error("five were proven");
    const swapped = (a: BatchItem, b: BatchItem) => refuse(w, [a, b, ...rest], "BatchInvalid");
    await swapped({ ...first, evidence: second.evidence }, { ...second, evidence: first.evidence });
    const proofOf = (item: BatchItem, of: BatchItem): BatchItem => ({
      ...item,
      evidence: withWord(of.evidence, WORD.h, wordOf(item.evidence, WORD.h)),
    });
    await swapped(proofOf(first, second), proofOf(second, first));
    const paid = (item: BatchItem, { claim }: BatchItem): BatchItem => ({
      ...item,
      claim: { ...item.claim, payee: claim.payee },
    });
    await swapped(paid(first, second), paid(second, first));
  });

  it("fail where one proof stands for two requests", async () => {
    const { w, items } = await world();
    const { evidence } = at(items, 0);
    await refuse(
      w,
      changed(items, 3, (item) => ({ ...item, evidence })),
      "BatchInvalid",
    );
  });

  it("fail under the key of another release, also if two exchanged theirs", async () => {
    const { w, items, others } = await world();
    const { key } = at(others, 0).claim;
    const underOther = ({ claim, evidence }: BatchItem) => ({ claim: { ...claim, key }, evidence });
    await refuse(w, changed(items, 1, underOther), "BatchInvalid");
    const { key: first } = at(items, 0).claim;
    const exchanged = changed([...changed(items, 0, underOther), at(others, 0)], 5, (item) => ({
      ...item,
      claim: { ...item.claim, key: first },
    }));
    await refuse(w, exchanged, "BatchInvalid");
  });

  it("fail under the key of other powers of tau", async () => {
    const { w, items } = await world();
    const other = await otherSetup(w, w.keys, 23n);
    const forged = other.prove(1n);
    const { key } = at(items, 0).claim;
    await refuse(w, [...items, { ...forged, claim: { ...forged.claim, key } }], "BatchInvalid");
    const foreign = changed(items, 1, (item) => ({
      ...item,
      claim: { ...item.claim, key: other.key },
    }));
    await refuse(w, [forged, ...foreign], "BatchInvalid");
  });

  it("fail with a key that the verifier's store did not store", async () => {
    const { w, items } = await world();
    const elsewhere = await deployContract(w.owner, "KeyStore", [ZeroHash]);
    const other = await otherSetup(w, w.keys.attach(elsewhere) as Contract, 23n);
    await refuse(w, [...items, other.prove(1n)], "KeyNotRegistered");
  });

  it("fail where errors cancel out in the sum, or in small multiples of it", async () => {
    const { w, items } = await world();
    const shift = (by: bigint) => withEvidence((e) => moved(e, WORD.c, by));
    for (const [index, factor] of [
      [1, 1n],
      [2, 1n],
      [1, 2n],
      [4, 3n],
    ] as const) {
      await refuse(w, changed(changed(items, 0, shift(factor)), index, shift(-1n)), "BatchInvalid");
    }
    // 1 − 2·x + x² at x = 1.
    const three = [shift(1n), shift(-2n), shift(1n)].reduce<readonly BatchItem[]>(
      (all, change, i) => changed(all, i, change),
      items,
    );
    await refuse(w, three, "BatchInvalid");
  });

  it("fail where a false proof stands beside its negative", async () => {
    const { w, items } = await world();
    const [, second, ...rest] = items;
    if (second === undefined) throw new Error("five were proven");
    const negative = withEvidence((e) => negated(negated(e, WORD.a), WORD.c))(second);
    await refuse(w, [second, negative], "BatchInvalid");
    await refuse(w, [...rest, negative, negative], "BatchInvalid");
    await refuse(w, [negative, ...rest, second], "BatchInvalid");
  });

  it("fail with any of their items changed, and hold with none", async () => {
    const { w, items, others } = await world();
    const all = [...items, ...others];
    for (let i = 0; i < all.length; i++) {
      const others_ = changed(
        all,
        i,
        withEvidence((e) => moved(e, WORD.a, BigInt(i + 1))),
      );
      await refuse(w, others_, "BatchInvalid");
    }
    await accept(w.verifier, all);
  });
});

describe("malformed batches", () => {
  const [[x0, x1], [y0, y1]] = outsideSubgroup();
  const malformed: readonly (readonly [string, (evidence: Uint8Array) => Uint8Array])[] = [
    ["no evidence", () => new Uint8Array()],
    ["a byte too few", (e) => e.slice(1)],
    ["a byte too many", (e) => Uint8Array.of(...e, 0)],
    ["a commitment above the order", (e) => withWord(e, WORD.h, wordOf(e, WORD.h) + FIELD_ORDER)],
    ["A off the curve", (e) => withWord(e, WORD.a + 1, wordOf(e, WORD.a + 1) ^ 1n)],
    ["A not reduced", (e) => withWord(e, WORD.a, MAXIMUM)],
    ["B off the curve", (e) => withWord(e, WORD.b, wordOf(e, WORD.b) ^ 1n)],
    ["B not reduced", (e) => withWord(e, WORD.b + 3, MAXIMUM)],
    [
      "B outside the subgroup",
      (e) => [x1, x0, y1, y0].reduce((bytes, value, i) => withWord(bytes, WORD.b + i, value), e),
    ],
    ["C off the curve", (e) => withWord(e, WORD.c + 1, wordOf(e, WORD.c + 1) ^ 1n)],
    ["C not reduced", (e) => withWord(e, WORD.c, MAXIMUM)],
  ];
  for (const [what, change] of malformed) {
    it(`name the item with ${what}, at a bounded price`, async () => {
      const { w, items } = await world();
      for (const index of [0, 3, items.length - 1]) {
        const values = valuesOf(changed(items, index, withEvidence(change)));
        await expect(read(w.verifier, "verifyBatch", ...values))
          .to.be.revertedWithCustomError(w.verifier, "BatchEvidenceMalformed")
          .withArgs(index);
        const data = w.verifier.interface.encodeFunctionData("verifyBatch", values);
        // The product of eight pairings, and one for each B.
        await expectToBurnLessThan(w, { to: w.addresses.zkVerifier, data, maximum: 900_000n });
      }
    });
  }
});
