import { expect } from "chai";
import { hexlify, id } from "ethers";

import { compile } from "../../circuits/compiler/compile.ts";
import { interpret } from "../../circuits/compiler/integer/interpret.ts";
import {
  decodeInputs,
  encodeOutputs,
  encodePayload,
} from "../../circuits/compiler/integer/payload.ts";
import { readModelFolder } from "../../circuits/release/modelFolder.ts";
import {
  askForecast,
  CAP_BPS,
  DAY,
  deployMockScene,
  deployVault,
  HOUR,
  moveIndex,
  outputOf,
  pass,
  realReturns,
  STALE_SECONDS,
  TARGET_BPS,
  TERMS,
  VOLATILITY,
  type MockScene,
} from "./support/vault.ts";
import { as, ethers, networkHelpers, read, send } from "./support/world.ts";

const fresh = (): Promise<MockScene> => networkHelpers.loadFixture(deployMockScene);

describe("VolatilityVault: askForecast", () => {
  it("sends the last twenty returns as the model's payload, oldest first", async () => {
    const { vault, keeper, mock } = await fresh();
    const returns = Float64Array.from(await realReturns(), Number);
    const payload = encodePayload([{ elementType: "int16", shape: [1, 20] }], [returns]);
    await expect(as(vault, keeper).getFunction("askForecast")())
      .to.emit(mock, "MockRequested")
      .withArgs(() => true, await vault.getAddress(), hexlify(payload))
      .and.to.emit(vault, "ForecastAsked");
  });

  it("is the keeper's", async () => {
    const { vault, owner } = await fresh();
    await expect(send(vault, "askForecast", []))
      .to.be.revertedWithCustomError(vault, "NotKeeper")
      .withArgs(owner.address);
  });

  it("asks one question at a time", async () => {
    const scene = await fresh();
    const requestId = await askForecast(scene);
    await expect(askForecast(scene))
      .to.be.revertedWithCustomError(scene.vault, "QuestionPending")
      .withArgs(requestId, 1n);
  });

  for (const end of ["expire", "fail"]) {
    it(`asks again after a request that ended by ${end}`, async () => {
      const scene = await fresh();
      await send(scene.mock, end, [await askForecast(scene)]);
      await send(scene.mock, "answer", [await askForecast(scene), outputOf(640n)]);
      expect(await read(scene.vault, "exposureBps")).to.equal(5_000n);
    });
  }

  it("asks again after an answer it refused", async () => {
    const scene = await fresh();
    await send(scene.mock, "answer", [await askForecast(scene), outputOf(0n)]);
    await send(scene.mock, "answer", [await askForecast(scene), outputOf(640n)]);
    expect(await read(scene.vault, "exposureBps")).to.equal(5_000n);
  });

  it("does not pay for a forecast of a close that is stale", async () => {
    const scene = await fresh();
    const closedAt: unknown = await read(scene.vault, "closedAt");
    await pass(STALE_SECONDS);
    await expect(askForecast(scene))
      .to.be.revertedWithCustomError(scene.vault, "CloseStale")
      .withArgs(closedAt);
  });

  it("is paid by what is sent along, never by the savers' assets", async () => {
    const { vault, keeper, mock, owner } = await fresh();
    await send(mock, "setFee", [70n]);
    const assets: unknown = await read(vault, "totalAssets");
    await expect(send(as(vault, keeper), "askForecast", [])).to.be.revertedWithCustomError(
      mock,
      "BalanceTooLow",
    );
    await send(as(vault, keeper), "askForecast", [{ value: 90n }]);
    expect(await read(mock, "balanceOf", await vault.getAddress())).to.equal(20n);
    expect(await read(vault, "totalAssets")).to.equal(assets);
    await send(vault, "withdrawTo", [owner.address, 20n]);
  });

  it("spends no more than the owner's terms allow", async () => {
    const { vault, keeper, mock, stranger } = await fresh();
    await send(mock, "setFee", [101n]);
    const asks = (): Promise<unknown> => send(as(vault, keeper), "askForecast", [{ value: 101n }]);
    await expect(asks()).to.be.revertedWithCustomError(mock, "FeeTooLow").withArgs(100n, 101n);
    const dearer = { ...TERMS, maxFee: 101n };
    for (const other of [keeper, stranger]) {
      await expect(send(as(vault, other), "setTerms", [dearer]))
        .to.be.revertedWithCustomError(vault, "OwnableUnauthorizedAccount")
        .withArgs(other.address);
    }
    await expect(vault.getFunction("setTerms")(dearer)).to.emit(vault, "TermsSet");
    await asks();
  });
});

describe("VolatilityVault: recordClose", () => {
  /** The index as a whole is worth a million. */
  const moves: readonly (readonly [assets: bigint, returnBps: bigint])[] = [
    [0n, 0n],
    [12_345n, 123n],
    [12_351n, 124n],
    [-12_350n, -123n],
    [-12_351n, -124n],
    [-999_999n, -10_000n],
    [5_000_000n, 32_767n],
  ];
  for (const [assets, returnBps] of moves) {
    it(`counts ${returnBps} basis points for a move by ${assets} of a million`, async () => {
      const scene = await fresh();
      await moveIndex(scene, assets);
      await pass(20n * HOUR);
      await expect(as(scene.vault, scene.keeper).getFunction("recordClose")())
        .to.emit(scene.vault, "CloseRecorded")
        .withArgs(() => true, returnBps);
      const input = Buffer.from((await read(scene.vault, "forecastInput")).slice(2), "hex");
      const [, second] = await realReturns();
      expect(input.readInt16BE(0)).to.equal(Number(second));
      expect(input.readInt16BE(38)).to.equal(Number(returnBps));
    });
  }

  it("keeps the order of days round the ring", async () => {
    const scene = await fresh();
    for (let day = 1; day <= 23; day += 1) {
      await moveIndex(scene, day % 2 === 0 ? -BigInt(1_000 * day) : BigInt(1_000 * day));
      await pass(DAY);
      await send(as(scene.vault, scene.keeper), "recordClose", []);
    }
    const events = await scene.vault.queryFilter("CloseRecorded");
    const recorded = events.flatMap((event) => ("args" in event ? [event.args["returnBps"]] : []));
    const input = Buffer.from((await read(scene.vault, "forecastInput")).slice(2), "hex");
    const sent = Array.from({ length: 20 }, (_, day) => BigInt(input.readInt16BE(2 * day)));
    expect(sent).to.deep.equal(recorded.slice(-20));
    expect(new Set(sent).size).to.be.greaterThan(15);
  });

  it("is the keeper's, and once a trading day", async () => {
    const { vault, keeper, owner, stranger } = await fresh();
    await pass(19n * HOUR);
    await expect(send(as(vault, keeper), "recordClose", [])).to.be.revertedWithCustomError(
      vault,
      "CloseTooSoon",
    );
    await pass(HOUR);
    for (const other of [owner, stranger]) {
      await expect(send(as(vault, other), "recordClose", [])).to.be.revertedWithCustomError(
        vault,
        "NotKeeper",
      );
    }
    await expect(send(as(vault, keeper), "setKeeper", [stranger.address]))
      .to.be.revertedWithCustomError(vault, "OwnableUnauthorizedAccount")
      .withArgs(keeper.address);
    await expect(vault.getFunction("setKeeper")(stranger.address))
      .to.emit(vault, "KeeperSet")
      .withArgs(stranger.address);
    await send(as(vault, stranger), "recordClose", []);
  });

  it("takes no price of an index that is worth nothing", async () => {
    const { vault, index, keeper, mock } = await fresh();
    await send(index, "setWorthless", [true]);
    await pass(DAY);
    await expect(send(as(vault, keeper), "recordClose", [])).to.be.revertedWithCustomError(
      vault,
      "IndexWorthless",
    );
    await expect(
      deployVault({
        coordinator: await mock.getAddress(),
        settings: { index: await index.getAddress() },
      }),
    ).to.be.revertedWithCustomError(vault, "IndexWorthless");
  });
});

describe("VolatilityVault: exposureBps", () => {
  const cases: readonly (readonly [volatility: bigint, exposure: bigint])[] = [
    [1n, CAP_BPS],
    [(TARGET_BPS * 32n) / 100n, CAP_BPS],
    [640n, 5_000n],
    [641n, 4_992n],
    [32_767n, 97n],
  ];
  for (const [volatility, exposure] of cases) {
    it(`is ${exposure} for a forecast of ${volatility} / 32 percent`, async () => {
      const scene = await fresh();
      await send(scene.mock, "answer", [await askForecast(scene), outputOf(volatility)]);
      expect(await read(scene.vault, "exposureBps")).to.equal(exposure);
    });
  }

  it("is nothing before the first forecast, and again when the last one is stale", async () => {
    const scene = await fresh();
    expect(await read(scene.vault, "exposureBps")).to.equal(0n);
    const closedAt = BigInt(await read(scene.vault, "closedAt"));
    await pass(DAY);
    await send(scene.mock, "answer", [await askForecast(scene), outputOf(640n)]);
    await networkHelpers.time.increaseTo(closedAt + STALE_SECONDS - 1n);
    expect(await read(scene.vault, "exposureBps")).to.equal(5_000n);
    await networkHelpers.time.increaseTo(closedAt + STALE_SECONDS);
    expect(await read(scene.vault, "exposureBps")).to.equal(0n);
  });

  it("follows the real model on the real days", async () => {
    const scene = await fresh();
    const { onnx, samples, description } = await readModelFolder(VOLATILITY);
    const { model, schema } = compile({
      onnx,
      samples,
      input: [description.input ?? []].flat(),
    });
    const [days, width] = [await read(scene.vault, "DAYS"), await read(scene.vault, "WIDTH")];
    expect([days, width]).to.deep.equal([20n, 2n]);
    const fractionBits = BigInt(await read(scene.vault, "FRACTION_BITS"));
    expect(schema).to.deep.equal({
      inputs: [
        { name: "returns", shape: [1, Number(days)], elementType: "int16", fractionBits: 0 },
      ],
      outputs: [
        {
          name: "volatility",
          shape: [1, 1],
          elementType: "int16",
          fractionBits: Number(fractionBits),
        },
      ],
    });
    const input = Buffer.from((await read(scene.vault, "forecastInput")).slice(2), "hex");
    const inputs = decodeInputs(model, new Uint8Array(input));
    const outputs = interpret(model, inputs);
    await send(scene.mock, "answer", [await askForecast(scene), encodeOutputs(model, outputs)]);
    const percent = (outputs[0]?.[0] ?? NaN) / 2 ** Number(fractionBits);
    expect(percent).to.be.within(12, 25);
    const expected = Math.floor((Number(TARGET_BPS) * 100) / percent);
    expect(await read(scene.vault, "exposureBps")).to.equal(BigInt(expected));
  });
});

describe("VolatilityVault: settings", () => {
  const broken: readonly (readonly [name: string, value: bigint])[] = [
    ["targetBps", 0n],
    ["targetBps", 10_001n],
    ["capBps", 10_001n],
    ["staleSeconds", 0n],
    ["staleSeconds", 366n * DAY],
  ];
  for (const [name, value] of broken) {
    it(`refuses ${name} = ${value}`, async () => {
      const { mock, vault } = await fresh();
      const coordinator = await mock.getAddress();
      await expect(deployVault({ coordinator, settings: { [name]: value } }))
        .to.be.revertedWithCustomError(vault, "SettingInvalid")
        .withArgs(ethers.encodeBytes32String(name), value);
    });
  }

  it("asks at the level and for the release chosen at construction", async () => {
    const { mock } = await fresh();
    const coordinator = await mock.getAddress();
    const releaseId = id("another");
    const scene = await deployVault({ coordinator, releaseId, settings: { level: 0n } });
    const requestId = await askForecast({ ...scene, mock });
    expect(await read(scene.vault, "releaseId")).to.equal(releaseId);
    await send(mock, "answer", [requestId, outputOf(640n)]);
    await read(mock, "checkResult", requestId, outputOf(640n), 0n, 0n);
    await expect(
      read(mock, "checkResult", requestId, outputOf(640n), 2n, 0n),
    ).to.be.revertedWithCustomError(mock, "LevelTooLow");
  });
});
