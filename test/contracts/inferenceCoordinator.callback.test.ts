import { expect } from "chai";
import { hexlify } from "ethers";
import hre from "hardhat";

import { deployContract } from "../../scripts/deploy/deploy.ts";
import {
  answer,
  answers,
  as,
  ask,
  askedIn,
  askingData,
  CALLBACK_GAS,
  deployWorld,
  ethers,
  mined,
  networkHelpers,
  OUTPUT,
  PRICE,
  proofFor,
  read,
  send,
  STATUS,
  type Asked,
  type World,
} from "./support/world.ts";

const MOOD = { Accept: 0n, Revert: 1n, BurnGas: 2n, ReturnMegabyte: 3n, RevertMegabyte: 4n };
const RETRY_SECONDS = 3_600;

async function open(mood: bigint = MOOD.Accept): Promise<{ w: World; asked: Asked }> {
  const w = await networkHelpers.loadFixture(deployWorld);
  await send(w.consumer, "setMood", [mood]);
  return { w, asked: await ask(w) };
}

/** What the last callback's own call to a contract came to, as an error's name. */
async function innerError(w: World): Promise<string | undefined> {
  expect(await read(w.consumer, "callSucceeded")).to.equal(false);
  return w.coordinator.interface.parseError(await read(w.consumer, "callResult"))?.name;
}

describe("callback", () => {
  const failing: readonly (readonly [string, bigint, number, bigint])[] = [
    ["reverts", MOOD.Revert, 36, CALLBACK_GAS],
    ["burns all its gas", MOOD.BurnGas, 0, CALLBACK_GAS],
    ["reverts with a megabyte", MOOD.RevertMegabyte, 256, 2_500_000n],
  ];
  for (const [what, mood, reasonLength, callbackGas] of failing) {
    it(`that ${what} blocks nothing: the operator is paid and the answer stands`, async () => {
      const { w } = await open(mood);
      const asked = await ask(w, { terms: { callbackGas } });
      await expect(answers(w, asked))
        .to.emit(w.coordinator, "CallbackFailed")
        .withArgs(asked.requestId, (reason: string) => reason.length === 2 + 2 * reasonLength);
      expect(await read(w.coordinator, "earningsOf", w.operatorId)).to.equal(PRICE);
      expect(await read(w.coordinator, "requestStatus", asked.requestId)).to.equal(
        STATUS.Finalized,
      );
    });
  }

  it("that returns a megabyte costs its own gas and nothing more", async () => {
    const { w, asked } = await open(MOOD.ReturnMegabyte);
    const receipt = await answer(w, asked, { gasLimit: 8_000_000n });
    // A megabyte of memory is 2.2 million gas: the callback runs out of its own.
    // Coverage counts inside the contracts, which costs gas.
    const isExact = !hre.globalOptions.coverage;
    if (isExact) expect(receipt.gasUsed < 300_000n + CALLBACK_GAS).to.equal(true);
    expect(await read(w.coordinator, "requestStatus", asked.requestId)).to.equal(STATUS.Finalized);
    const rich = await ask(w, { terms: { callbackGas: 2_500_000n } });
    await expect(answers(w, rich, { gasLimit: 8_000_000n }))
      .to.emit(w.coordinator, "RequestFulfilled")
      .withArgs(rich.requestId, w.operatorId, PRICE, 0n, true, hexlify(OUTPUT));
  });

  it("gets exactly the gas of the terms, however much the sender gives", async () => {
    const { w, asked } = await open();
    await answer(w, asked, { gasLimit: 5_000_000n });
    const first = (await read(w.consumer, "gasGiven")) as bigint;
    const again = await ask(w);
    await answer(w, again, { gasLimit: 1_000_000n });
    expect(await read(w.consumer, "gasGiven")).to.equal(first);
    expect(first > CALLBACK_GAS - 2_000n && first <= CALLBACK_GAS).to.equal(true);
  });

  it("is never made with less gas: the transaction reverts instead", async () => {
    const { w, asked } = await open();
    const evidence = await proofFor(w, asked);
    await expect(answers(w, asked, { evidence, gasLimit: 640_000n })).to.be.revertedWithCustomError(
      w.coordinator,
      "CallbackGasMissing",
    );
    for (let gasLimit = 645_000n; gasLimit < 720_000n; gasLimit += 5_000n) {
      const snapshot = await networkHelpers.takeSnapshot();
      const sent = await answers(w, asked, { evidence, gasLimit }).catch(() => null);
      const receipt = sent === null ? null : await sent.wait().catch(() => null);
      if (receipt !== null) {
        const given = (await read(w.consumer, "gasGiven")) as bigint;
        expect(given > CALLBACK_GAS - 2_000n, `${gasLimit} gas`).to.equal(true);
      }
      await snapshot.restore();
    }
    await answer(w, asked, { evidence, gasLimit: 800_000n });
  });

  it("may ask again", async () => {
    const { w, asked } = await open();
    await send(w.consumer, "setCall", [w.addresses.coordinator, await askingData(w)]);
    const next = askedIn(w, await answer(w, asked));
    expect(next.requestId).to.not.equal(asked.requestId);
    expect(await read(w.coordinator, "requestStatus", next.requestId)).to.equal(STATUS.Open);
    await send(w.consumer, "setMood", [MOOD.Accept]);
    await answer(w, next);
    expect(await read(w.coordinator, "earningsOf", w.operatorId)).to.equal(2n * PRICE);
  });

  it("sees its own answer as final", async () => {
    const { w, asked } = await open();
    const data = w.coordinator.interface.encodeFunctionData("checkResult", [
      asked.requestId,
      OUTPUT,
      2n,
      0n,
    ]);
    await send(w.consumer, "setCall", [w.addresses.coordinator, data]);
    await answer(w, asked);
    expect(await read(w.consumer, "callSucceeded")).to.equal(true);
  });

  const locked: readonly (readonly [
    string,
    (w: World, other: Asked) => Promise<readonly unknown[]>,
  ])[] = [
    ["withdraw", async (w) => [w.stranger.address, 1n]],
    ["withdrawEarnings", async (w) => [w.operatorId, w.stranger.address, 0n]],
    ["expire", async (_, other) => [other.request, other.assignment]],
    ["fail", async (_, other) => [other.request, other.assignment]],
    ["retryCallback", async (_, other) => [other.request, OUTPUT, CALLBACK_GAS]],
    [
      "fulfill",
      async (w, other) => [
        other.request,
        other.assignment,
        {
          payee: w.operatorId,
          input: other.input,
          output: OUTPUT,
          evidence: await proofFor(w, other),
        },
      ],
    ],
  ];
  for (const [method, parameters] of locked) {
    it(`cannot re-enter ${method}`, async () => {
      const { w, asked } = await open();
      const other = await ask(w);
      const values = await parameters(w, other);
      const data = w.coordinator.interface.encodeFunctionData(method, values);
      await send(w.consumer, "setCall", [w.addresses.coordinator, data]);
      await answer(w, asked);
      expect(await innerError(w)).to.equal("ReentrancyGuardReentrantCall");
      expect(await read(w.coordinator, "requestStatus", other.requestId)).to.equal(STATUS.Open);
    });
  }

  it("is not made where the terms give it no gas", async () => {
    const w = await networkHelpers.loadFixture(deployWorld);
    const asked = await ask(w, { terms: { callbackGas: 0n } });
    await expect(answers(w, asked))
      .to.emit(w.coordinator, "RequestFulfilled")
      .withArgs(asked.requestId, w.operatorId, PRICE, 0n, false, hexlify(OUTPUT));
    await expect(
      send(w.coordinator, "retryCallback", [asked.request, OUTPUT, CALLBACK_GAS]),
    ).to.be.revertedWithCustomError(w.coordinator, "CallbackAbsent");
  });

  it("is not made to an account without code", async () => {
    const w = await networkHelpers.loadFixture(deployWorld);
    const data = await askingData(w);
    const to = w.addresses.coordinator;
    const transaction = await w.stranger.sendTransaction({ to, data, value: PRICE });
    const receipt = await mined(transaction);
    const asked = askedIn(w, receipt);
    await expect(answers(w, asked)).to.not.emit(w.coordinator, "CallbackFailed");
  });
});

describe("retryCallback", () => {
  it("delivers what failed, with the time of the answer", async () => {
    const { w, asked } = await open(MOOD.Revert);
    await answer(w, asked);
    const answeredAt = BigInt(await networkHelpers.time.latest());
    await send(w.consumer, "setMood", [MOOD.Accept]);
    await networkHelpers.time.increase(100);
    const parameters = [asked.request, OUTPUT, CALLBACK_GAS];
    await expect(as(w.coordinator, w.stranger).getFunction("retryCallback")(...parameters))
      .to.emit(w.coordinator, "CallbackDelivered")
      .withArgs(asked.requestId);
    expect(await read(w.consumer, "lastAnsweredAt")).to.equal(answeredAt);
    expect(await read(w.coordinator, "requestStatus", asked.requestId)).to.equal(STATUS.Finalized);
    await expect(send(w.coordinator, "retryCallback", parameters)).to.be.revertedWithCustomError(
      w.coordinator,
      "CallbackAlreadyDelivered",
    );
  });

  it("gives more gas where the terms gave too little", async () => {
    const w = await networkHelpers.loadFixture(deployWorld);
    const asked = await ask(w, { terms: { callbackGas: 5_000n } });
    await expect(answers(w, asked)).to.emit(w.coordinator, "CallbackFailed");
    await send(w.coordinator, "retryCallback", [asked.request, OUTPUT, CALLBACK_GAS]);
    expect(await read(w.consumer, "lastRequestId")).to.equal(asked.requestId);
  });

  it("refuses less gas than the terms gave", async () => {
    const { w, asked } = await open(MOOD.Revert);
    await answer(w, asked);
    await expect(send(w.coordinator, "retryCallback", [asked.request, OUTPUT, CALLBACK_GAS - 1n]))
      .to.be.revertedWithCustomError(w.coordinator, "CallbackGasTooLow")
      .withArgs(CALLBACK_GAS - 1n, CALLBACK_GAS);
  });

  it("reverts, and stays possible, when the callback fails again", async () => {
    const { w, asked } = await open(MOOD.Revert);
    await answer(w, asked);
    const parameters = [asked.request, OUTPUT, CALLBACK_GAS];
    await expect(send(w.coordinator, "retryCallback", parameters)).to.be.revertedWithCustomError(
      w.coordinator,
      "CallbackFailedAgain",
    );
    await send(w.consumer, "setMood", [MOOD.Accept]);
    await send(w.coordinator, "retryCallback", parameters);
  });

  it("is open to anyone for an hour, to the requester for ever", async () => {
    const { w, asked } = await open(MOOD.Revert);
    await answer(w, asked);
    await send(w.consumer, "setMood", [MOOD.Accept]);
    await networkHelpers.time.increase(RETRY_SECONDS);
    const parameters = [asked.request, OUTPUT, CALLBACK_GAS];
    await expect(send(w.coordinator, "retryCallback", parameters)).to.be.revertedWithCustomError(
      w.coordinator,
      "RetryClosed",
    );
    const data = w.coordinator.interface.encodeFunctionData("retryCallback", parameters);
    await send(w.consumer, "execute", [w.addresses.coordinator, data]);
    expect(await read(w.consumer, "lastRequestId")).to.equal(asked.requestId);
  });

  it("refuses another output, another request, and one that is delivered", async () => {
    const { w, asked } = await open();
    const parameters = [asked.request, OUTPUT, CALLBACK_GAS];
    await expect(send(w.coordinator, "retryCallback", parameters)).to.be.revertedWithCustomError(
      w.coordinator,
      "StatusWrong",
    );
    await answer(w, asked);
    await expect(send(w.coordinator, "retryCallback", parameters)).to.be.revertedWithCustomError(
      w.coordinator,
      "CallbackAlreadyDelivered",
    );
    await expect(
      send(w.coordinator, "retryCallback", [asked.request, new Uint8Array(20), CALLBACK_GAS]),
    ).to.be.revertedWithCustomError(w.coordinator, "OutputMismatch");
    await expect(
      send(w.coordinator, "retryCallback", [{ ...asked.request, nonce: 9n }, OUTPUT, CALLBACK_GAS]),
    ).to.be.revertedWithCustomError(w.coordinator, "StatusWrong");
  });

  it("reaches a requester whose code came later", async () => {
    const w = await networkHelpers.loadFixture(deployWorld);
    const to = w.addresses.coordinator;
    const transaction = await w.stranger.sendTransaction({
      to,
      data: await askingData(w),
      value: PRICE,
    });
    const receipt = await mined(transaction);
    const asked = askedIn(w, receipt);
    await answer(w, asked);
    const other = await deployContract(w.owner, "mocks/HostileConsumer", []);
    await networkHelpers.setCode(w.stranger.address, await ethers.provider.getCode(other));
    await send(w.coordinator, "retryCallback", [asked.request, OUTPUT, CALLBACK_GAS]);
    const consumer = await ethers.getContractAt("HostileConsumer", w.stranger.address);
    expect(await consumer.getFunction("lastRequestId")()).to.equal(asked.requestId);
  });
});
