import { expect } from "chai";

import {
  answer,
  ask,
  CREDIT_GAS,
  deployWorld,
  ETHER,
  GWEI,
  networkHelpers,
  PRICE,
  PROOF_GAS,
  proofFor,
  read,
} from "./support/world.ts";

const BASE_FEE = 5n * GWEI;
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
      // Nothing is left for the payer where all that was set aside is paid: then his credit costs nothing.
      const units = PROOF_GAS + (expected < maxGasPrice ? CREDIT_GAS : 0n);
      const paid = PRICE + units * expected * GWEI;
      expect(await read(w.coordinator, "earningsOf", w.operatorId)).to.equal(paid);
      expect(await read(w.coordinator, "balanceOf", await w.consumer.getAddress())).to.equal(
        ETHER - paid,
      );
    });
  }
});
