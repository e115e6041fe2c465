import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";

import { networkHelpers } from "../support/world.ts";
import { answer, decline, expire, fail, prove } from "./answerSteps.ts";
import { ask, askFor, askMany, deposit, withdraw } from "./askSteps.ts";
import { CAUSES, type Cause } from "./causes.ts";
import { compare } from "./compare.ts";
import {
  challenge,
  closeChallenge,
  escalate,
  failAnswered,
  finalize,
  overturn,
} from "./disputeSteps.ts";
import { deployMarket, type Asset, type Market } from "./market.ts";
import { addBond, changeFee, leave, serve, unbond, withdrawEarnings } from "./operatorSteps.ts";
import { forwardOwed } from "./owed.ts";
import { openSession, type Dice, type Session } from "./session.ts";

type Step = (session: Session, dice: Dice) => Promise<void>;

/** As often as they are named: what answers has to keep up with what asks. */
const STEPS: readonly Step[] = [
  ask,
  ask,
  askFor,
  askMany,
  deposit,
  withdraw,
  prove,
  prove,
  prove,
  answer,
  answer,
  answer,
  finalize,
  finalize,
  challenge,
  challenge,
  escalate,
  overturn,
  overturn,
  closeChallenge,
  failAnswered,
  expire,
  fail,
  decline,
  serve,
  leave,
  addBond,
  unbond,
  withdrawEarnings,
  changeFee,
  forwardOwed,
];
const ASSETS: readonly Asset[] = ["coins", "token", "token that keeps a part"];
const LENGTH = 120;
const HISTORIES = process.env["ASSAY_LONG_TESTS"] === undefined ? 12 : 240;
/** A token has no price in gas, and so nothing is left of what was set aside for it. */
const WITHOUT_GAS: readonly Cause[] = [
  "sent along",
  "gas",
  "rest",
  "reward of expiry",
  "late, to who expires",
  "slash, for the callback",
  "gas of overturning",
];
/** What cannot happen with the asset; everything else has to, or nothing is tested. */
const NEVER: Readonly<Record<Asset, readonly Cause[]>> = {
  coins: ["kept by the token"],
  token: [...WITHOUT_GAS, "kept by the token"],
  "token that keeps a part": WITHOUT_GAS,
};

const dice = fc.record({
  step: fc.nat({ max: STEPS.length - 1 }),
  pick: fc.nat({ max: 1_000 }),
  choice: fc.nat({ max: 1_000 }),
  amount: fc.bigInt({ min: 0n, max: 10n ** 19n }),
});

const deploy: Readonly<Record<Asset, () => Promise<Market>>> = {
  coins: async () => deployMarket("coins"),
  token: async () => deployMarket("token"),
  "token that keeps a part": async () => deployMarket("token that keeps a part"),
};

describe("money", () => {
  for (const asset of ASSETS) {
    it(`moves as the model says, to the wei: ${asset}`, async function () {
      this.timeout(HISTORIES * 300_000);
      const seen = new Set<Cause>();
      let [wasOwed, wasForwarded] = [false, false];
      const history = fc.array(dice, { minLength: LENGTH, maxLength: LENGTH });
      const property = fc.asyncProperty(history, async (steps) => {
        const session = await openSession(await networkHelpers.loadFixture(deploy[asset]));
        for (const { step, ...rest } of steps) {
          const owedBefore = session.owed;
          await STEPS[step]?.(session, rest);
          await compare(session);
          if (session.owed > owedBefore) wasOwed = true;
          if (session.owed < owedBefore) wasForwarded = true;
        }
        for (const cause of session.causes) seen.add(cause);
      });
      await fc.assert(property, { seed: 7, numRuns: HISTORIES, endOnFailure: true });
      const never = CAUSES.filter((cause) => !seen.has(cause));
      expect(never).to.deep.equal(NEVER[asset]);
      const isToken = asset !== "coins";
      expect([wasOwed, wasForwarded]).to.deep.equal([isToken, isToken]);
    });
  }

  it("has the causes of docs/money.md, and no others", () => {
    const path = join(import.meta.dirname, "../../../docs/money.md");
    const rows = readFileSync(path, "utf8").split("\n## Causes")[1]?.split("\n## ")[0] ?? "";
    const names = [...rows.matchAll(/^\| ([^|]+?) +\|/gmu)].map(([, name]) => name);
    expect(names.slice(2)).to.deep.equal([...CAUSES]);
  });
});
