import { expect } from "chai";
import { concat, hexlify } from "ethers";

import { deployContract } from "../../scripts/deploy/deploy.ts";
import { skipUnderCoverage } from "./support/underCoverage.ts";
import {
  answers,
  ask,
  askedIn,
  askingData,
  deployWorld,
  ethers,
  GWEI,
  mined,
  networkHelpers,
  OUTPUT,
  PRICE,
  proofFor,
  send,
  type Asked,
  type World,
} from "./support/world.ts";

/** So much that a 64th of it pays the steps after the callback: only the check itself protects it. */
const CALLBACK_GAS = 2_500_000n;
const PLENTY = 8_000_000n;
/** Mood of the hostile consumer. */
const BURN_GAS = 2n;

/** An account that asks and whose code, which only the callback touches, stands elsewhere (EIP-7702). */
async function delegated(): Promise<{ readonly w: World; readonly asked: Asked }> {
  const w = await networkHelpers.loadFixture(deployWorld);
  const code = await deployContract(w.owner, "mocks/HostileConsumer", []);
  await networkHelpers.setCode(w.stranger.address, concat(["0xef0100", code]));
  const data = await askingData(w, { terms: { callbackGas: CALLBACK_GAS } });
  const to = w.addresses.coordinator;
  const transaction = await w.stranger.sendTransaction({ to, data, value: PRICE });
  return { w, asked: askedIn(w, await mined(transaction)) };
}

/** Gas a callback was given by a transaction of this limit; undefined if that fails. */
async function gasGiven(
  attempt: { readonly w: World; readonly asked: Asked; readonly evidence: Uint8Array },
  gasLimit: bigint,
): Promise<bigint | undefined> {
  const { w, asked, evidence } = attempt;
  const consumer = await ethers.getContractAt("HostileConsumer", w.stranger.address);
  const snapshot = await networkHelpers.takeSnapshot();
  try {
    await mined(await answers(w, asked, { evidence, gasLimit }));
    return await consumer.getFunction("gasGiven").staticCall();
  } catch {
    return undefined;
  } finally {
    await snapshot.restore();
  }
}

describe("gas of a callback", () => {
  it("is whole at the least gas limit an answer succeeds with, code of a delegate included", async function () {
    skipUnderCoverage(this);
    const { w, asked } = await delegated();
    const attempt = { w, asked, evidence: await proofFor(w, asked) };
    const whole = await gasGiven(attempt, PLENTY);
    let [failing, least] = [CALLBACK_GAS, PLENTY];
    while (least - failing > 1n) {
      const middle = (failing + least) / 2n;
      if ((await gasGiven(attempt, middle)) === undefined) failing = middle;
      else least = middle;
    }
    for (let gasLimit = least; gasLimit < least + 400n; gasLimit += 20n) {
      expect(await gasGiven(attempt, gasLimit), `${gasLimit} gas`).to.equal(whole);
    }
  });

  it("is paid for up to the terms, so that one who burns all of it still has his escrow suffice", async () => {
    const w = await networkHelpers.loadFixture(deployWorld);
    await send(w.consumer, "setMood", [BURN_GAS]);
    const asked = await ask(w, { terms: { maxGasPrice: GWEI } });
    const { escrow } = asked.assignment;
    await expect(answers(w, asked, { gasPrice: 50n * GWEI }))
      .to.emit(w.coordinator, "RequestFulfilled")
      .withArgs(asked.requestId, w.operatorId, escrow, 0n, false, hexlify(OUTPUT));
  });
});
