import { expect } from "chai";

import { zkRelease } from "../../scripts/deploy/publishRelease.ts";
import { DELIVERY } from "../../sdk/protocol/terms.ts";
import { heldBy, movedBy } from "./support/books.ts";
import {
  challenge,
  closes,
  commit,
  finalizes,
  overturn,
  overturns,
  SALT,
} from "./support/disputes.ts";
import {
  ANSWER_BOND,
  ANSWER_PRICE,
  askJudged,
  CHALLENGE_BOND,
  claims,
  deployOptimistic,
  openAnswer,
  untilWindowEnd,
  withOptimism,
  WRONG_OUTPUT,
  type Answered,
  type OptimisticWorld,
} from "./support/optimistic.ts";
import { deployTokenWorld, type TokenWorld } from "./support/tokenWorld.ts";
import {
  as,
  asks,
  ETHER,
  INPUT,
  mined,
  networkHelpers,
  OPTIMISTIC,
  OUTPUT,
  proverOf,
  read,
  RELEASE,
  send,
  STATUS,
} from "./support/world.ts";

const HOSTILE = { reverts: 1n, burns: 2n, returnsMegabyte: 3n, revertsMegabyte: 4n };
const RICH = { callbackGas: 2_500_000n };
/** What an end costs at most beside its callback. */
const OWN_GAS = 650_000n;
const world = (): Promise<OptimisticWorld> => networkHelpers.loadFixture(deployOptimistic);

/** The error a call that was made from inside came to. */
async function innerError(w: OptimisticWorld): Promise<string | undefined> {
  const result: string = await read(w.consumer, "callResult");
  return w.coordinator.interface.parseError(result)?.name;
}

describe("bad input: receivers", () => {
  it("re-entrancy through token and ether receivers", async () => {
    const w = await world();
    const { coordinator, consumer, addresses } = w;
    // Coins: who is paid asks to be paid again before the first payment is over.
    const again = coordinator.interface.encodeFunctionData("withdraw", [w.owner.address, 1n]);
    await send(consumer, "setCall", [addresses.coordinator, again]);
    const receiver = await consumer.getAddress();
    const first = coordinator.interface.encodeFunctionData("withdraw", [receiver, 5n]);
    const moved = await movedBy(w, async () =>
      send(consumer, "execute", [addresses.coordinator, first]),
    );
    expect(moved).to.deep.equal({ payer: -5n, held: -5n });
    expect(await innerError(w)).to.equal("ReentrancyGuardReentrantCall");

    // A token: while a slashed bond arrives, its hook deposits and would be counted twice.
    const t = await withOptimism(await networkHelpers.loadFixture(deployTokenWorld));
    const answered = await openAnswer(t, {}, { output: WRONG_OUTPUT });
    await commit(t, answered);
    const data = t.coordinator.interface.encodeFunctionData("deposit", [t.rival.address, 0n]);
    await send(t.token, "setHook", [t.addresses.coordinator, data]);
    const slashed = await movedBy(t, async () => mined(await overturns(t, answered)));
    expect(slashed["held"]).to.equal(ANSWER_BOND / 2n);
    expect(slashed["stranger"]).to.equal(ANSWER_BOND / 5n);
    const result: string = await read(t.token, "hookResult");
    expect(t.coordinator.interface.parseError(result)?.name).to.equal(
      "ReentrancyGuardReentrantCall",
    );
  });

  for (const [step, valuesOf] of [
    ["finalize", ({ output }: Answered) => [output]],
    ["challenge", () => []],
    ["escalate", ({ output }: Answered) => [{ payee: 0n, input: INPUT, output, evidence: "0x" }]],
    ["overturn", () => [{ payee: 0n, input: INPUT, output: WRONG_OUTPUT, evidence: "0x" }, SALT]],
    ["closeChallenge", () => []],
    ["failAnswered", () => []],
    ["retryAnswerCallback", ({ output }: Answered) => [output, 500_000n]],
  ] as const) {
    it(`re-entrancy of a callback into ${step} changes nothing`, async () => {
      const w = await world();
      const { request, assignment, record, ...other } = await openAnswer(w);
      const values = [
        request,
        assignment,
        record,
        ...valuesOf({ ...other, request, assignment, record }),
      ];
      const data = w.coordinator.interface.encodeFunctionData(step, values);
      await send(w.consumer, "setCall", [w.addresses.coordinator, data]);
      await openAnswer(w, { terms: RICH });
      expect(await innerError(w)).to.equal("ReentrancyGuardReentrantCall");
      expect(await read(w.coordinator, "requestStatus", other.requestId)).to.equal(STATUS.Answered);
    });
  }

  it("re-entrancy of who is paid his bond cannot stop a slash for longer than his own transaction", async () => {
    const w = await world();
    const registry = as(w.operators, w.operator);
    await send(registry, "addBond", [w.operatorId, ETHER, { value: ETHER }]);
    await send(registry, "startUnbonding", [w.operatorId, ETHER]);
    await networkHelpers.time.increase(32 * 86_400);
    const quiet = await openAnswer(w, { terms: { callbackGas: 0n } });
    const challenged = await challenge(w, quiet, { value: CHALLENGE_BOND });
    await untilWindowEnd(challenged);
    const { request, assignment, record } = challenged;
    const values = [request, assignment, record];
    const data = w.coordinator.interface.encodeFunctionData("closeChallenge", values);
    await send(w.consumer, "setCall", [w.addresses.coordinator, data]);
    await send(registry, "withdrawBond", [w.operatorId, await w.consumer.getAddress()]);
    expect(await innerError(w)).to.equal("ReentrancyGuardReentrantCall");
    expect(await read(w.coordinator, "requestStatus", challenged.requestId)).to.equal(
      STATUS.Challenged,
    );
    await send(w.consumer, "setMood", [0n]);
    await mined(await closes(w, challenged));
  });

  it("griefing receivers", async () => {
    for (const mood of Object.values(HOSTILE)) {
      const w = await world();
      await send(w.operators, "addBond", [w.operatorId, ETHER, { value: ETHER }]);
      await send(w.consumer, "setMood", [mood]);
      const sent = { gasLimit: 8_000_000n };
      const asked = await askJudged(w, { terms: RICH });
      // No end costs more than the gas that the terms gave the callback, beside its own.
      const bounded = async (act: () => ReturnType<typeof claims>): Promise<void> => {
        const { gasUsed } = await mined(await act());
        expect(gasUsed < RICH.callbackGas + OWN_GAS, `mood ${mood}: ${gasUsed}`).to.equal(true);
      };
      await bounded(async () => claims(w, asked, { ...sent, output: WRONG_OUTPUT }));
      const late = await challenge(w, await openAnswer(w, { terms: RICH }, sent), {
        value: CHALLENGE_BOND,
      });
      const wrong = await openAnswer(w, { terms: RICH }, { ...sent, output: WRONG_OUTPUT });
      await commit(w, wrong);
      await bounded(async () => overturns(w, wrong, sent));
      const terms = { ...RICH, delivery: DELIVERY.WhenFinal };
      const last = await openAnswer(w, { terms });
      await untilWindowEnd(last);
      await bounded(async () => closes(w, late, sent));
      await bounded(async () => finalizes(w, last, { ...sent, output: OUTPUT }));
      expect(await read(w.coordinator, "earningsOf", w.operatorId)).to.equal(ANSWER_PRICE);
      const { locked } = await read(w.operators, "bondOf", w.operatorId);
      expect(locked).to.equal(ANSWER_BOND);
    }
  });

  it("oversized callback or payload", async () => {
    const w = await world();
    const releaseId = w.judgedId;
    const level = OPTIMISTIC;
    await expect(asks(w, { releaseId, level, terms: { callbackGas: 2_500_001n } }))
      .to.be.revertedWithCustomError(w.coordinator, "CallbackGasTooHigh")
      .withArgs(2_500_001n, 2_500_000n);
    await expect(asks(w, { releaseId, level, input: new Uint8Array(24_577) }))
      .to.be.revertedWithCustomError(w.coordinator, "InputLengthWrong")
      .withArgs(24_577n, 128n);
    await expect(
      claims(w, await askJudged(w), { output: new Uint8Array(24_577) }),
    ).to.be.revertedWithCustomError(w.coordinator, "OutputLengthWrong");
    const { verifyingKey } = await proverOf("sixWords");
    const levels = ["Optimistic"] as const;
    const minBond = ANSWER_BOND;
    const large = { ...RELEASE, outputLength: 24_577, verifyingKey, levels, minBond };
    const modelId = await read(w.models, "modelOf", releaseId);
    await expect(
      send(as(w.models, w.publisher), "publishRelease", [modelId, "9", zkRelease(large)]),
    ).to.be.revertedWithCustomError(w.models, "ReleaseFieldInvalid");
  });

  it("forced ether", async () => {
    const w = await world();
    const answered = await openAnswer(w, { terms: { callbackGas: 0n } }, { output: WRONG_OUTPUT });
    const forced = await movedBy(w, async () => {
      for (const to of [w.addresses.coordinator, w.addresses.operatorRegistry]) {
        // Its creation destroys it: push20 the address, selfdestruct.
        const data = `0x73${to.slice(2)}ff`;
        await mined(await w.rival.sendTransaction({ data, value: ETHER }));
      }
    });
    expect(forced).to.deep.equal({ held: ETHER, bondsHeld: ETHER });
    const moved = await movedBy(w, async () => mined(await overturn(w, answered)));
    expect(moved["held"]).to.equal(ANSWER_BOND / 2n);
    await expect(
      send(as(w.coordinator, w.rival), "withdraw", [w.rival.address, 1n]),
    ).to.be.revertedWithCustomError(w.coordinator, "BalanceTooLow");
  });

  it("token gifts", async () => {
    const base: TokenWorld = await networkHelpers.loadFixture(deployTokenWorld);
    const w = await withOptimism(base);
    const gifts = await movedBy(w, async () => {
      for (const to of [w.addresses.coordinator, w.addresses.operatorRegistry]) {
        await send(as(w.token, w.rival), "transfer", [to, 7n]);
      }
    });
    expect(gifts).to.deep.equal({ held: 7n, bondsHeld: 7n });
    const answered = await openAnswer(w, {}, { output: WRONG_OUTPUT });
    const moved = await movedBy(w, async () => mined(await overturn(w, answered)));
    expect(moved["held"]).to.equal(ANSWER_BOND / 2n);
    const { consumer, coordinator } = w;
    const all: bigint = await read(coordinator, "balanceOf", await consumer.getAddress());
    const data = coordinator.interface.encodeFunctionData("withdraw", [w.owner.address, all]);
    await send(consumer, "execute", [w.addresses.coordinator, data]);
    const reward: bigint = await read(coordinator, "balanceOf", w.stranger.address);
    await send(as(coordinator, w.stranger), "withdraw", [w.stranger.address, reward]);
    expect(await heldBy(w, w.addresses.coordinator)).to.equal(7n);
  });
});
