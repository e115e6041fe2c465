import { expect } from "chai";

import { publishRelease } from "../../scripts/deploy/publishRelease.ts";
import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { DELIVERY } from "../../sdk/protocol/terms.ts";
import { finalizes } from "./support/disputes.ts";
import {
  ANSWER_PRICE,
  answeredIn,
  askJudged,
  claims,
  deployOptimistic,
  LIMITS,
  untilWindowEnd,
  type OptimisticWorld,
} from "./support/optimistic.ts";
import { skipUnderCoverage } from "./support/underCoverage.ts";
import {
  answers,
  as,
  ask,
  GWEI,
  mined,
  networkHelpers,
  OPTIMISTIC,
  OUTPUT,
  PRICE,
  proofFor,
  proverOf,
  read,
  RELEASE,
  send,
  type Asking,
} from "./support/world.ts";

/** At one price everywhere what is paid is what was reimbursed of the gas. */
const GAS_PRICE = 3n * GWEI;
const SENT = { gasPrice: GAS_PRICE, gasLimit: 8_000_000n };
/** So little of a transaction is not paid for; more than all of it never is. */
const MOST_UNPAID = 7_000n;
/** Without a zero byte, which costs less than is paid. */
const dense = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i % 255) + 1);
const SHORT = dense(OUTPUT.length);
const LONG = dense(3_000);

interface Bench extends OptimisticWorld {
  readonly longId: Hex;
}

/** Nobody does anything for the first time. */
async function deployUsed(): Promise<Bench> {
  const w = await deployOptimistic();
  const { verifyingKey } = await proverOf("sixWords");
  const { releaseId: longId } = await publishRelease({
    signer: w.publisher,
    addresses: w.addresses,
    name: "digits",
    version: "3.0.0",
    release: { ...RELEASE, outputLength: LONG.length, verifyingKey, levels: ["Optimistic", "Zk"] },
  });
  const values = [w.operatorId, longId, OPTIMISTIC, LIMITS];
  await send(as(w.operators, w.operator), "startServing", values);
  const bench = { ...w, longId };
  for (const releaseId of [w.royalReleaseId, w.releaseId]) await proven(bench, { releaseId });
  await stood(bench, { releaseId: w.royalJudgedId }, SHORT);
  return bench;
}

/** What a proof's transaction used, and what of it was paid. */
async function proven(w: Bench, asking: Asking): Promise<Gas> {
  const asked = await ask(w, asking);
  const evidence = await proofFor(w, asked);
  return paidFor(w, PRICE, async () => answers(w, asked, { evidence, ...SENT }));
}

/** The same of an optimistic answer and of its end. */
async function stood(w: Bench, asking: Asking, output: Uint8Array): Promise<readonly [Gas, Gas]> {
  const asked = await askJudged(w, asking);
  await networkHelpers.setNextBlockBaseFeePerGas(GAS_PRICE);
  const receipt = await mined(await claims(w, asked, { output, ...SENT }));
  const answered = answeredIn(w, receipt, { ...asked, output });
  const first = { used: receipt.gasUsed, paid: answered.record.gasFee / GAS_PRICE };
  await untilWindowEnd(answered);
  const given = asked.request.terms.delivery === DELIVERY.WhenFinal ? output : new Uint8Array();
  const both = await paidFor(w, ANSWER_PRICE, async () =>
    finalizes(w, answered, { output: given, ...SENT }),
  );
  return [first, { ...both, paid: both.paid - first.paid }];
}

interface Gas {
  readonly used: bigint;
  readonly paid: bigint;
}

async function paidFor(
  w: Bench,
  price: bigint,
  act: () => ReturnType<typeof claims>,
): Promise<Gas> {
  const before: bigint = await read(w.coordinator, "earningsOf", w.operatorId);
  await networkHelpers.setNextBlockBaseFeePerGas(GAS_PRICE);
  const { gasUsed } = await mined(await act());
  const after: bigint = await read(w.coordinator, "earningsOf", w.operatorId);
  return { used: gasUsed, paid: (after - before - price) / GAS_PRICE };
}

describe("gas that is reimbursed", () => {
  const maxGasPrices = [GAS_PRICE, 2n * GAS_PRICE];
  const callbacks = [0n, 200_000n];

  for (const maxGasPrice of maxGasPrices) {
    for (const callbackGas of callbacks) {
      const terms = { maxGasPrice, callbackGas };
      const name = `at most ${maxGasPrice / GWEI} gwei, ${callbackGas} for the callback`;

      it(`is hardly less than a proof's, and never more: ${name}`, async function () {
        skipUnderCoverage(this);
        const w = await networkHelpers.loadFixture(deployUsed);
        for (const releaseId of [w.releaseId, w.royalReleaseId]) {
          await proven(w, { releaseId, terms });
          expectClose(await proven(w, { releaseId, terms }), name);
        }
      });

      it(`is hardly less than an optimistic answer's, and never more: ${name}`, async function () {
        skipUnderCoverage(this);
        const w = await networkHelpers.loadFixture(deployUsed);
        for (const delivery of [DELIVERY.WhenAnswered, DELIVERY.WhenFinal]) {
          for (const [releaseId, output] of [
            [w.judgedId, SHORT],
            [w.royalJudgedId, SHORT],
            [w.longId, LONG],
          ] as const) {
            const asking = { releaseId, terms: { ...terms, delivery } };
            await stood(w, asking, output);
            const [first, last] = await stood(w, asking, output);
            expectClose(first, `${name}, answer`);
            expectClose(last, `${name}, finalize`);
          }
        }
      });
    }
  }
});

function expectClose({ used, paid }: Gas, what: string): void {
  expect(paid <= used && used - paid < MOST_UNPAID, `${what}: ${paid} of ${used}`).to.equal(true);
}
