import { expect } from "chai";
import { id, ZeroHash, type ContractTransactionReceipt } from "ethers";

import { deployContract } from "../../scripts/deploy/deploy.ts";
import { negated, withWord, WORD, wordOf } from "./support/batch.ts";
import {
  askMany,
  bondedItem,
  deployBothLevels,
  failuresIn,
  fulfillBatch,
  OPTIMISTIC,
  provenItem,
  type BothLevels,
} from "./support/bothLevels.ts";
import {
  answer,
  as,
  ask,
  INPUT,
  networkHelpers,
  OUTPUT,
  PRICE,
  PRIMARY_WINDOW_SECONDS,
  proofFor,
  read,
  send,
  STATUS,
  ZK,
  type Asked,
  type Asking,
} from "./support/world.ts";

const world = (): Promise<BothLevels> => networkHelpers.loadFixture(deployBothLevels);

interface Three {
  readonly w: BothLevels;
  readonly asked: readonly [Asked, Asked, Asked];
  readonly items: readonly object[];
}

async function three(askings: readonly Asking[] = [{}, {}, {}]): Promise<Three> {
  const w = await world();
  const [a, b, c] = await askMany(w, askings);
  if (a === undefined || b === undefined || c === undefined) throw new Error("three were asked");
  const asked = [a, b, c] as const;
  return { w, asked, items: await Promise.all(asked.map((one) => provenItem(w, one))) };
}

const statusOf = (w: BothLevels, { requestId }: Asked): Promise<bigint> =>
  read(w.coordinator, "requestStatus", requestId);

const earningsOf = (w: BothLevels): Promise<bigint> =>
  read(w.coordinator, "earningsOf", w.operatorId);

const replaced = (items: readonly object[], index: number, by: object): readonly object[] =>
  items.map((item, i) => (i === index ? by : item));

/** An item whose proof does not hold. */
async function forged(w: BothLevels, asked: Asked, changes: object = {}): Promise<object> {
  const evidence = negated(await proofFor(w, asked), WORD.a);
  return provenItem(w, asked, { ...changes, evidence });
}

/** Everybody's request but the one that is named was answered. */
async function expectAllBut(
  { w, asked }: Three,
  index: number,
  receipt: ContractTransactionReceipt,
  error: string,
): Promise<void> {
  expect([...failuresIn(w, receipt)]).to.deep.equal([[asked[index]?.requestId, error]]);
  for (const [i, one] of asked.entries()) {
    expect(await statusOf(w, one)).to.equal(i === index ? STATUS.Open : STATUS.Finalized);
  }
  expect(await earningsOf(w)).to.equal(2n * PRICE);
}

describe("proofs of a batch", () => {
  it("are checked together: three cost less than two by themselves", async () => {
    const { w, asked, items } = await three([{}, {}, {}]);
    await answer(w, await ask(w));
    const together = await fulfillBatch(w, items);
    for (const one of asked) expect(await statusOf(w, one)).to.equal(STATUS.Finalized);
    expect(await earningsOf(w)).to.equal(4n * PRICE);
    const alone = await answer(w, await ask(w));
    expect(together.gasUsed < 2n * alone.gasUsed, `${together.gasUsed} gas`).to.equal(true);
  });

  it("may be those of several releases", async () => {
    const w = await world();
    const other = await ask(w, { releaseId: w.otherReleaseId });
    const [first, second] = await askMany(w, [{}, {}]);
    if (first === undefined || second === undefined) throw new Error("two were asked");
    const evidence = await proofFor(w, other, { circuit: "sixWordsOther" });
    const items = [
      await provenItem(w, first),
      await provenItem(w, other, { evidence }),
      await provenItem(w, second),
    ];
    expect(failuresIn(w, await fulfillBatch(w, items)).size).to.equal(0);
    expect(await statusOf(w, other)).to.equal(STATUS.Finalized);
  });

  it("sink the batch if one of them does not hold: nothing of it happened", async () => {
    const { w, asked, items } = await three();
    for (const [index, one] of asked.entries()) {
      await expect(
        fulfillBatch(w, replaced(items, index, await forged(w, one))),
      ).to.be.revertedWithCustomError(w.verifier, "BatchInvalid");
    }
    for (const one of asked) expect(await statusOf(w, one)).to.equal(STATUS.Open);
    expect(await earningsOf(w)).to.equal(0n);
  });

  it("sink it with their number among those that are checked if they are malformed", async () => {
    const { w, asked, items } = await three();
    const proof = await proofFor(w, asked[2]);
    const evidence = withWord(proof, WORD.c, wordOf(proof, WORD.c) ^ 1n);
    await answer(w, asked[0]);
    const bad = replaced(items, 2, await provenItem(w, asked[2], { evidence }));
    await expect(fulfillBatch(w, bad))
      .to.be.revertedWithCustomError(w.verifier, "BatchEvidenceMalformed")
      .withArgs(1);
  });

  it("are not looked at where the request is settled", async () => {
    const { w, asked, items } = await three();
    await answer(w, asked[1]);
    const receipt = await fulfillBatch(w, replaced(items, 1, await forged(w, asked[1])));
    expect(failuresIn(w, receipt).size).to.equal(0);
    expect(await earningsOf(w)).to.equal(3n * PRICE);
  });

  const unfulfillable: readonly (readonly [string, object, string])[] = [
    ["another input", { input: INPUT.map((byte) => byte ^ 1) }, "InputMismatch"],
    ["an output of another length", { output: OUTPUT.slice(1) }, "OutputLengthWrong"],
    ["a payee whose turn it is not", { payee: 5n }, "NotAssigned"],
  ];
  for (const [what, changes, error] of unfulfillable) {
    it(`are not looked at where the item has ${what}: it fails alone`, async () => {
      const all = await three();
      const { w, asked, items } = all;
      const bad = replaced(items, 1, await forged(w, asked[1], changes));
      await expectAllBut(all, 1, await fulfillBatch(w, bad), error);
    });
  }

  it("are not looked at where the assignment is not the request's", async () => {
    const all = await three();
    const { w, asked, items } = all;
    const item = {
      ...(await forged(w, asked[1])),
      assignment: { ...asked[1].assignment, price: 1n },
    };
    await expectAllBut(
      all,
      1,
      await fulfillBatch(w, replaced(items, 1, item)),
      "AssignmentMismatch",
    );
  });

  it("are not looked at after the deadline", async () => {
    const soon = BigInt(await networkHelpers.time.latest()) + 300n;
    const all = await three([{}, { terms: { deadline: soon } }, {}]);
    const { w, asked, items } = all;
    const bad = replaced(items, 1, await forged(w, asked[1]));
    await networkHelpers.time.increaseTo(soon + 100n);
    await expectAllBut(all, 1, await fulfillBatch(w, bad), "DeadlinePassed");
  });

  it("of a payee without a bond hold, and his item fails alone", async () => {
    const all = await three();
    const { w, asked, items } = all;
    await networkHelpers.time.increase(PRIMARY_WINDOW_SECONDS);
    const payee = 5n;
    const evidence = await proofFor(w, asked[0], { payee });
    const unbonded = await provenItem(w, asked[0], { payee, evidence });
    await expectAllBut(all, 0, await fulfillBatch(w, replaced(items, 0, unbonded)), "NotBonded");
  });

  it("pay once where an item stands there twice", async () => {
    const { w, items } = await three();
    const receipt = await fulfillBatch(w, [...items, ...items]);
    expect(failuresIn(w, receipt).size).to.equal(0);
    expect(await earningsOf(w)).to.equal(3n * PRICE);
    expect(await read(w.consumer, "callbacks")).to.equal(3n);
  });

  it("do not vouch for another output of the same request behind them", async () => {
    const { w, asked, items } = await three();
    const output = OUTPUT.map((byte) => byte ^ 1);
    const evidence = await proofFor(w, asked[0]);
    const lie = await provenItem(w, asked[0], { output, evidence });
    for (const batch of [
      [...items, lie],
      [lie, ...items],
    ]) {
      await expect(fulfillBatch(w, batch)).to.be.revertedWithCustomError(
        w.verifier,
        "BatchInvalid",
      );
    }
  });

  it("are checked alone where there is one, and fail alone", async () => {
    const w = await world();
    const asked = await askMany(w, [{ level: OPTIMISTIC }, {}, { level: OPTIMISTIC }]);
    const [first, proven, last] = asked;
    if (first === undefined || proven === undefined || last === undefined) throw new Error("three");
    const batch = [bondedItem(w, first), await forged(w, proven), bondedItem(w, last)];
    const failures = failuresIn(w, await fulfillBatch(w, batch));
    expect([...failures]).to.deep.equal([[proven.requestId, "ProofInvalid"]]);
  });

  it("are not those of the answers beside them that stand on a bond", async () => {
    const { w, items } = await three();
    const [bonded] = await askMany(w, [{ level: OPTIMISTIC }]);
    if (bonded === undefined) throw new Error("one was asked");
    const receipt = await fulfillBatch(w, [bondedItem(w, bonded), ...items]);
    expect(failuresIn(w, receipt).size).to.equal(0);
    expect(await statusOf(w, bonded)).to.equal(STATUS.Answered);
    expect(await earningsOf(w)).to.equal(3n * PRICE);
  });
});

describe("verifiers of a batch", () => {
  /** From now on new requests get this verifier; its number is 3. */
  async function activate(w: BothLevels, verifier: string): Promise<void> {
    await send(w.coordinator, "proposeVerifier", [ZK, verifier]);
    await networkHelpers.time.increase(3_600);
    await send(w.coordinator, "activateVerifier", [3n]);
  }

  /** Two items that no verifier would take. */
  async function twoForged(w: BothLevels): Promise<readonly object[]> {
    const asked = await askMany(w, [{}, {}]);
    return Promise.all(asked.map((one) => provenItem(w, one, { evidence: new Uint8Array(288) })));
  }

  it("that know of no batches are asked one by one", async () => {
    const w = await world();
    await activate(w, await deployContract(w.owner, "mocks/GullibleVerifier", []));
    const receipt = await fulfillBatch(w, await twoForged(w));
    expect(failuresIn(w, receipt).size).to.equal(0);
    expect(await earningsOf(w)).to.equal(2n * PRICE);
  });

  const replies: readonly (readonly [string, string])[] = [
    ["nothing", "0x"],
    ["zero", ZeroHash],
    ["true", `0x${"00".repeat(31)}01`],
    ["four bytes", id("verifyBatch()").slice(0, 10)],
  ];
  for (const [what, reply] of replies) {
    it(`that answer ${what} to whatever they are asked have not accepted a batch`, async () => {
      const w = await world();
      await activate(w, await deployContract(w.owner, "mocks/FallbackVerifier", [reply]));
      const receipt = await fulfillBatch(w, await twoForged(w));
      const refusals = [...failuresIn(w, receipt).values()];
      const selector = id("ClaimRefused(bytes32)").slice(0, 10);
      expect(refusals.map((reason) => reason.slice(0, 10))).to.deep.equal([selector, selector]);
      expect(await earningsOf(w)).to.equal(0n);
    });
  }

  it("come with the first item: those of a second are asked one by one", async () => {
    const terms = { deadline: BigInt(await networkHelpers.time.latest()) + 86_400n };
    const { w, items } = await three([{ terms }, { terms }, { terms }]);
    await activate(w, await deployContract(w.owner, "mocks/FallbackVerifier", ["0x"]));
    const [first, ...rest] = items;
    if (first === undefined) throw new Error("three were asked");
    const receipt = await fulfillBatch(w, [first, ...(await twoForged(w)), ...rest]);
    expect(failuresIn(w, receipt).size).to.equal(2);
    expect(await earningsOf(w)).to.equal(3n * PRICE);
  });

  it("that are revoked are not asked, and every item of theirs fails", async () => {
    const { w, asked, items } = await three();
    await send(w.coordinator, "revokeVerifier", [await read(w.coordinator, "currentVerifier", ZK)]);
    const errors = [...failuresIn(w, await fulfillBatch(w, items)).values()];
    expect(errors).to.deep.equal(asked.map(() => "VerifierIsRevoked"));
  });

  it("that a callback revokes vouch for nothing any more", async () => {
    const { w, asked, items } = await three();
    const data = (method: string, values: readonly unknown[]) =>
      w.coordinator.interface.encodeFunctionData(method, values);
    await send(w.coordinator, "transferOwnership", [await w.consumer.getAddress()]);
    const execute = [w.addresses.coordinator, data("acceptOwnership", [])];
    await send(w.consumer, "execute", execute);
    const verifierId = await read(w.coordinator, "currentVerifier", ZK);
    await send(w.consumer, "setCall", [
      w.addresses.coordinator,
      data("revokeVerifier", [verifierId]),
    ]);
    const errors = [...failuresIn(w, await fulfillBatch(w, items))];
    expect(errors).to.deep.equal([
      [asked[1].requestId, "VerifierIsRevoked"],
      [asked[2].requestId, "VerifierIsRevoked"],
    ]);
    expect(await statusOf(w, asked[0])).to.equal(STATUS.Finalized);
    expect(await earningsOf(w)).to.equal(PRICE);
  });
});

describe("hostile consumers in a batch of proofs", () => {
  it("get nothing for a proof that was checked in the batch around their callback", async () => {
    const { w, asked, items } = await three([{ terms: { callbackGas: 2_500_000n } }, {}, {}]);
    const output = OUTPUT.map((byte) => byte ^ 1);
    const lies = await Promise.all(
      asked.slice(1).map((one) => provenItem(w, one, { output, evidence: new Uint8Array(288) })),
    );
    for (const nested of [items.slice(1), lies.slice(0, 1)]) {
      const snapshot = await networkHelpers.takeSnapshot();
      const data = w.coordinator.interface.encodeFunctionData("fulfillBatch", [nested]);
      await send(w.consumer, "setCall", [w.addresses.coordinator, data]);
      const receipt = await fulfillBatch(w, items);
      // What ran inside of the callback failed at the lock; what the sender brought went through.
      expect([...failuresIn(w, receipt).values()]).to.deep.equal(
        nested.map(() => "ReentrancyGuardReentrantCall"),
      );
      expect(await earningsOf(w)).to.equal(3n * PRICE);
      for (const [i, one] of asked.entries()) {
        expect(await read(w.coordinator, "requestStatus", one.requestId), `${i}`).to.equal(
          STATUS.Finalized,
        );
      }
      await snapshot.restore();
    }
  });

  it("leave nothing behind: the next answer in a batch needs its own proof", async () => {
    const { w, asked, items } = await three();
    await send(w.consumer, "setMood", [1n]);
    await fulfillBatch(w, items.slice(0, 2));
    const failures = failuresIn(w, await fulfillBatch(w, [await forged(w, asked[2])], w.stranger));
    expect([...failures.values()]).to.deep.equal(["ProofInvalid"]);
    await expect(
      send(as(w.coordinator, w.stranger), "fulfill", Object.values(await forged(w, asked[2]))),
    ).to.be.revertedWithCustomError(w.verifier, "ProofInvalid");
  });
});
