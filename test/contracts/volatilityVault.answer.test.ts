import { expect } from "chai";

import { deployContract } from "../../scripts/deploy/deploy.ts";
import {
  askForecast,
  coordinatorOf,
  DAY,
  deployForecast,
  deployMockScene,
  heldBps,
  outputOf,
  pass,
  STALE_SECONDS,
  TERMS,
  type MockScene,
} from "./support/vault.ts";
import { as, ethers, networkHelpers, read, send } from "./support/world.ts";

const fresh = (): Promise<MockScene> => networkHelpers.loadFixture(deployMockScene);
const withForecast = (): Promise<MockScene> => networkHelpers.loadFixture(deployForecast);

async function deployInvested(): Promise<MockScene> {
  const scene = await deployForecast();
  await send(as(scene.vault, scene.stranger), "rebalance", []);
  return scene;
}
const invested = (): Promise<MockScene> => networkHelpers.loadFixture(deployInvested);

/** The answer's callback reverts with this error, and the vault goes on as before. */
async function expectRefused(
  scene: MockScene,
  answer: Promise<unknown>,
  error: string,
  parameters: readonly unknown[],
): Promise<void> {
  const { vault, mock } = scene;
  const before: unknown = await read(vault, "forecast");
  const reason = vault.interface.encodeErrorResult(error, parameters);
  await expect(answer)
    .to.emit(mock, "CallbackFailed")
    .withArgs(() => true, reason);
  expect(await read(vault, "forecast")).to.deep.equal(before);
}

describe("VolatilityVault: onInference", () => {
  it("keeps the forecast and the close it was made of", async () => {
    const scene = await fresh();
    const closedAt: unknown = await read(scene.vault, "closedAt");
    const requestId = await askForecast(scene);
    await expect(scene.mock.getFunction("answer")(requestId, outputOf(640n)))
      .to.emit(scene.vault, "ForecastReceived")
      .withArgs(requestId, 640n);
    const forecast = (await read(scene.vault, "forecast")).toObject();
    const answeredAt = BigInt(await networkHelpers.time.latest());
    expect(forecast).to.deep.equal({ volatility: 640n, answeredAt, closedAt });
  });

  it("takes less than 50,000 gas, the first time too", async () => {
    const scene = await fresh();
    await send(scene.vault, "setTerms", [{ ...TERMS, callbackGas: 50_000n }]);
    const requestId = await askForecast(scene);
    await expect(scene.mock.getFunction("answer")(requestId, outputOf(640n)))
      .to.emit(scene.vault, "ForecastReceived")
      .withArgs(requestId, 640n);
  });

  it("refuses answers that are not final", async () => {
    const scene = await fresh();
    const { mock, vault } = scene;
    const requestId = await askForecast(scene);
    const early = await coordinatorOf(scene);
    const now = BigInt(await networkHelpers.time.latest());
    await expect(send(early, "onInference", [requestId, outputOf(640n), now, false]))
      .to.be.revertedWithCustomError(vault, "AnswerNotFinal")
      .withArgs(requestId);
    await send(mock, "answer", [requestId, outputOf(640n)]);
    await expect(send(early, "onInference", [requestId, outputOf(32n), now, true]))
      .to.be.revertedWithCustomError(vault, "AnswerUnknown")
      .withArgs(requestId);
    const zero = `0x${"00".repeat(32)}`;
    await expect(send(early, "onInference", [zero, outputOf(32n), now, true]))
      .to.be.revertedWithCustomError(vault, "AnswerUnknown")
      .withArgs(zero);
  });

  it("refuses answers of anyone but its coordinator, and word that one was wrong", async () => {
    const scene = await fresh();
    const requestId = await askForecast(scene);
    const forged = as(scene.vault, scene.keeper);
    await expect(send(forged, "onInference", [requestId, outputOf(32n), 2n ** 40n, true]))
      .to.be.revertedWithCustomError(scene.vault, "NotCoordinator")
      .withArgs(scene.keeper.address);
    await expect(send(forged, "onInferenceVoided", [requestId]))
      .to.be.revertedWithCustomError(scene.vault, "NotCoordinator")
      .withArgs(scene.keeper.address);
  });

  it("refuses answers from before the question, and of closes that are stale", async () => {
    const scene = await fresh();
    const first = await askForecast(scene);
    const early = scene.mock.getFunction("answerAt")(first, outputOf(640n), 5n);
    await expectRefused(scene, early, "AnswerStale", [first, 5n]);
    const second = await askForecast(scene);
    const answeredAt = BigInt(await networkHelpers.time.latest());
    await pass(STALE_SECONDS);
    const late = scene.mock.getFunction("answerAt")(second, outputOf(640n), answeredAt);
    await expectRefused(scene, late, "AnswerStale", [second, answeredAt]);
  });

  const broken: Readonly<Record<string, readonly [string, string, readonly unknown[]]>> = {
    zero: [outputOf(0n), "ForecastNotPositive", [0n]],
    negative: [outputOf(-640n), "ForecastNotPositive", [-640n]],
    "four bytes": ["0x00000280", "OutputLengthWrong", [4n, 2n]],
    empty: ["0x", "OutputLengthWrong", [0n, 2n]],
  };
  for (const [what, [output, error, parameters]] of Object.entries(broken)) {
    it(`refuses a forecast that is ${what}`, async () => {
      const scene = await withForecast();
      const answer = scene.mock.getFunction("answer")(await askForecast(scene), output);
      await expectRefused(scene, answer, error, parameters);
      expect(await read(scene.vault, "exposureBps")).to.equal(5_000n);
    });
  }

  it("refuses an answer to a question that was asked anew", async () => {
    const scene = await fresh();
    const first = await askForecast(scene);
    await send(scene.mock, "expire", [first]);
    await askForecast(scene);
    const retried = await coordinatorOf(scene);
    await expect(send(retried, "onInference", [first, outputOf(640n), 2n ** 39n, true]))
      .to.be.revertedWithCustomError(scene.vault, "AnswerUnknown")
      .withArgs(first);
  });

  it("asks a successor while the earlier coordinator still owes an answer", async () => {
    const scene = await fresh();
    const earlier = await askForecast(scene);
    const next = await deployContract(scene.owner, "mocks/MockCoordinator", []);
    await send(scene.vault, "setCoordinator", [next]);
    const mock = await ethers.getContractAt("MockCoordinator", next, scene.owner);
    const requestId = await askForecast({ ...scene, mock });
    const notCoordinator = [await scene.mock.getAddress()];
    const late = scene.mock.getFunction("answer")(earlier, outputOf(32n));
    await expectRefused(scene, late, "NotCoordinator", notCoordinator);
    await send(mock, "answer", [requestId, outputOf(640n)]);
    expect(await read(scene.vault, "exposureBps")).to.equal(5_000n);
  });
});

describe("VolatilityVault: without an answer", () => {
  for (const end of ["expire", "fail"]) {
    it(`keeps its position when a request ended by ${end}, until the last forecast is stale`, async () => {
      const scene = await invested();
      const { vault, mock, stranger } = scene;
      await pass(DAY);
      await send(as(vault, scene.keeper), "recordClose", []);
      await send(mock, end, [await askForecast(scene)]);
      await send(as(vault, stranger), "rebalance", []);
      expect(await heldBps(scene)).to.be.within(4_999n, 5_000n);
      await pass(STALE_SECONDS - DAY);
      await expect(as(vault, stranger).getFunction("rebalance")())
        .to.emit(vault, "Rebalanced")
        .withArgs(0n, (held: bigint) => held > 0n, 0n);
      expect(await heldBps(scene)).to.equal(0n);
    });
  }
});
