import { expect } from "chai";

import { DELIVERY } from "../../sdk/protocol/terms.ts";
import { movedBy, type Books } from "./support/books.ts";
import { challenge, closes, commit, overturns, type Step } from "./support/disputes.ts";
import {
  ANSWER_BOND,
  CHALLENGE_BOND,
  deployOptimistic,
  openAnswer,
  untilWindowEnd,
  WRONG_OUTPUT,
  type Answered,
  type OptimisticWorld,
} from "./support/optimistic.ts";
import {
  askingData,
  CALL_GAS,
  CALLBACK_GAS,
  CREDIT_GAS,
  GWEI,
  mined,
  networkHelpers,
  OPTIMISTIC,
  OUTPUT,
  PROOF_GAS,
  proofFor,
  read,
  send,
  STATUS,
} from "./support/world.ts";

const [ACCEPTS, BURNS_GAS] = [0n, 2n];
const REWARD = ANSWER_BOND / 5n;
const SHARE = (3n * ANSWER_BOND) / 10n;
/** Base fee at which all the gas of a callback costs just a quarter of the bond. */
const MOST_GAS = CALLBACK_GAS + CALL_GAS;
const HIGHEST_FEE = ANSWER_BOND / 4n / MOST_GAS;
const GAS_LIMIT = 4_000_000n;

interface Fallen {
  readonly w: OptimisticWorld;
  readonly answered: Answered;
  /** Brings the answer down at a base fee; the promise is of what it moved. */
  readonly falls: (baseFee: bigint, tip?: bigint) => Promise<Books>;
}

/** A wrong answer with a proof of the right one, or one that nobody proved in time; the rival sends. */
const WAYS: readonly (readonly [string, (terms?: object) => Promise<Fallen>])[] = [
  [
    "overturn",
    async (terms = {}) => {
      const w = await networkHelpers.loadFixture(deployOptimistic);
      const answered = await openAnswer(w, { terms }, { output: WRONG_OUTPUT });
      await commit(w, answered, { from: w.rival });
      const evidence = await proofFor(w, answered, { payee: BigInt(w.rival.address) });
      return prepared(w, answered, async (step) => overturns(w, answered, { evidence, ...step }));
    },
  ],
  [
    "closeChallenge",
    async (terms = {}) => {
      const w = await networkHelpers.loadFixture(deployOptimistic);
      const answered = await challenge(w, await openAnswer(w, { terms }), {
        value: CHALLENGE_BOND,
      });
      await untilWindowEnd(answered);
      return prepared(w, answered, async (step) => closes(w, answered, step));
    },
  ],
];

function prepared(
  w: OptimisticWorld,
  answered: Answered,
  act: (step: Step) => ReturnType<typeof closes>,
): Fallen {
  const falls = async (baseFee: bigint, tip = GWEI): Promise<Books> =>
    movedBy(w, async () => {
      await networkHelpers.setNextBlockBaseFeePerGas(baseFee);
      await mined(await act({ from: w.rival, gasPrice: baseFee + tip, gasLimit: GAS_LIMIT }));
    });
  return { w, answered, falls };
}

/** What the events of the newest block say of the callback: paid to whom, or why it was left out. */
async function saidOf(w: OptimisticWorld, name: string): Promise<readonly unknown[]> {
  const [said] = await w.coordinator.queryFilter(name, "latest");
  return said !== undefined && "args" in said ? said.args.toArray() : [];
}

for (const [name, prepare] of WAYS) {
  /** What the rival gets beside the callback's gas, and the stranger who had challenged. */
  const [own, others] =
    name === "overturn" ? [REWARD, undefined] : [undefined, REWARD + CHALLENGE_BOND];

  describe(`the callback of an answer that falls by ${name}`, () => {
    it("is paid to who sends, at the base fee, out of what would be burned", async () => {
      const { w, answered, falls } = await prepare();
      const moved = await falls(3n * GWEI);
      const [requestId, caller, amount] = (await saidOf(w, "CallbackPaid")) as [
        string,
        string,
        bigint,
      ];
      expect([requestId, caller]).to.deep.equal([answered.requestId, w.rival.address]);
      expect(amount > 0n && amount < MOST_GAS * 3n * GWEI).to.equal(true);
      expect(amount % (3n * GWEI)).to.equal(0n);
      expect(moved["burned"]).to.equal(ANSWER_BOND / 2n - amount);
      expect(moved["rivalsBalance"]).to.equal((own ?? 0n) + amount);
      expect(moved["stranger"]).to.equal(others);
      expect(moved["payer"]).to.equal(answered.assignment.escrow + SHARE);
    });

    it("costs no share of others, even if it burns all its gas, and at most half of what is burned", async () => {
      const { w, falls } = await prepare();
      await send(w.consumer, "setMood", [BURNS_GAS]);
      const moved = await falls(HIGHEST_FEE);
      const cost = MOST_GAS * HIGHEST_FEE;
      expect(moved["rivalsBalance"]).to.equal((own ?? 0n) + cost);
      expect(moved["stranger"]).to.equal(others);
      expect(moved["burned"]).to.equal(ANSWER_BOND / 2n - cost);
      expect((moved["burned"] ?? 0n) >= ANSWER_BOND / 4n).to.equal(true);
    });

    it("is left out where its gas may cost more than a quarter of the bond", async () => {
      const { w, answered, falls } = await prepare();
      await send(w.consumer, "setMood", [BURNS_GAS]);
      const moved = await falls(HIGHEST_FEE + 1n);
      const cost = MOST_GAS * (HIGHEST_FEE + 1n);
      const [requestId, reason] = await saidOf(w, "CallbackFailed");
      expect(requestId).to.equal(answered.requestId);
      const error = w.coordinator.interface.parseError(String(reason));
      expect(error?.name).to.equal("CallbackUnpaid");
      expect(error?.args.toArray()).to.deep.equal([cost, ANSWER_BOND / 4n]);
      expect(await saidOf(w, "CallbackPaid")).to.deep.equal([]);
      expect(moved["rivalsBalance"]).to.equal(own);
      expect(moved["burned"]).to.equal(ANSWER_BOND / 2n);
      expect(await read(w.coordinator, "requestStatus", answered.requestId)).to.equal(
        STATUS.Overturned,
      );
    });

    it("is not paid for where there is none", async () => {
      const { falls, w } = await prepare({ callbackGas: 0n });
      const moved = await falls(HIGHEST_FEE + 1n);
      expect(moved["burned"]).to.equal(ANSWER_BOND / 2n);
      for (const event of ["CallbackPaid", "CallbackFailed"]) {
        expect(await saidOf(w, event)).to.deep.equal([]);
      }
    });

    it("takes nothing from the escrow, whatever the terms say of gas", async () => {
      const { w, answered, falls } = await prepare({ maxGasPrice: 3n * GWEI });
      await send(w.consumer, "setMood", [BURNS_GAS]);
      const moved = await falls(GWEI, 0n);
      const gasFee = name === "overturn" ? (PROOF_GAS + CREDIT_GAS) * GWEI : 0n;
      expect(moved["payer"]).to.equal(answered.assignment.escrow - gasFee + SHARE);
      expect(moved["rivalsBalance"]).to.equal((own ?? 0n) + gasFee + MOST_GAS * GWEI);
    });
  });
}

describe("a callback that was left out", () => {
  it("is given again as one that failed", async () => {
    const [, prepare] = WAYS[0] ?? [];
    if (prepare === undefined) throw new Error("no way");
    const { w, answered, falls } = await prepare();
    await falls(HIGHEST_FEE + 1n);
    expect(await read(w.consumer, "lastIsFinal")).to.equal(false);
    await send(w.coordinator, "retryCallback", [answered.request, OUTPUT, CALLBACK_GAS]);
    expect(await read(w.consumer, "lastIsFinal")).to.equal(true);
  });
});

describe("a consumer who is told that nothing will come", () => {
  it("has its escrow back already, and may ask again with it", async () => {
    const w = await networkHelpers.loadFixture(deployOptimistic);
    const answered = await challenge(
      w,
      await openAnswer(w, { terms: { delivery: DELIVERY.WhenFinal, callbackGas: 1_000_000n } }),
      { value: CHALLENGE_BOND },
    );
    const consumer = await w.consumer.getAddress();
    const balance = await read(w.coordinator, "balanceOf", consumer);
    const data = w.coordinator.interface.encodeFunctionData("withdraw", [consumer, balance]);
    await send(w.consumer, "execute", [w.addresses.coordinator, data]);
    await send(w.operators, "addBond", [w.operatorId, ANSWER_BOND, { value: ANSWER_BOND }]);
    await untilWindowEnd(answered);
    const asking = await askingData(w, { releaseId: w.judgedId, level: OPTIMISTIC });
    await send(w.consumer, "setCall", [w.addresses.coordinator, asking]);
    await mined(await closes(w, answered, { gasLimit: GAS_LIMIT }));
    expect(await read(w.consumer, "callSucceeded")).to.equal(true);
    await send(w.consumer, "setMood", [ACCEPTS]);
  });
});
