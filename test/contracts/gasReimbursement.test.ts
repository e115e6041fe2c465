import { expect } from "chai";

import {
  answer,
  ask,
  deployWorld,
  ETHER,
  GWEI,
  networkHelpers,
  PRICE,
  proofFor,
  read,
} from "./support/world.ts";

const BASE_FEE = 5n * GWEI;
/** Of an answer of 20 bytes to an input of 128, without a callback. */
const GAS_UNITS = 273_000n + 22n * 148n;

describe("gas of an answer", () => {
  const cases: readonly (readonly [string, bigint, bigint, bigint])[] = [
    ["the transaction's price", 6n, 100n, 6n],
    ["the base fee and two gwei, when the sender tips more", 50n, 100n, 7n],
    ["the most that the terms allow", 50n, 3n, 3n],
  ];
  for (const [what, gasPrice, maxGasPrice, expected] of cases) {
    it(`is reimbursed at ${what}`, async () => {
      const w = await networkHelpers.loadFixture(deployWorld);
      const terms = { maxGasPrice: maxGasPrice * GWEI, callbackGas: 0n };
      const asked = await ask(w, { terms });
      const evidence = await proofFor(w, asked);
      await networkHelpers.setNextBlockBaseFeePerGas(BASE_FEE);
      // An estimate is made at another base fee, and is a few gas too low.
      await answer(w, asked, { evidence, gasPrice: gasPrice * GWEI, gasLimit: 1_000_000n });
      const paid = PRICE + GAS_UNITS * expected * GWEI;
      expect(await read(w.coordinator, "earningsOf", w.operatorId)).to.equal(paid);
      expect(await read(w.coordinator, "balanceOf", await w.consumer.getAddress())).to.equal(
        ETHER - paid,
      );
    });
  }
});
