import { expect } from "chai";

import { askForecast, deployForecast, outputOf, type MockScene } from "./support/vault.ts";
import { networkHelpers, read, send } from "./support/world.ts";

/** A forecast of 20 % a year is believed, a second one answered optimistically with 40 %. */
async function deployAnswered() {
  const scene = await deployForecast();
  const requestId = await askForecast(scene);
  await send(scene.mock, "answerOptimistically", [requestId, outputOf(1_280n)]);
  return { ...scene, requestId };
}
const answered = (): Promise<MockScene & { readonly requestId: string }> =>
  networkHelpers.loadFixture(deployAnswered);

const exposureOf = ({ vault }: MockScene): Promise<unknown> => read(vault, "exposureBps");

describe("VolatilityVault: an optimistic answer", () => {
  it("is not heard of before it is final, and no other question is asked meanwhile", async () => {
    const scene = await answered();
    expect(await exposureOf(scene)).to.equal(5_000n);
    await expect(askForecast(scene))
      .to.be.revertedWithCustomError(scene.vault, "QuestionPending")
      .withArgs(scene.requestId, 2n);
  });

  it("is believed once it is final", async () => {
    const scene = await answered();
    await expect(scene.mock.getFunction("finalize")(scene.requestId, outputOf(1_280n)))
      .to.emit(scene.vault, "ForecastReceived")
      .withArgs(scene.requestId, 1_280n);
    expect(await exposureOf(scene)).to.equal(2_500n);
  });

  it("gives way to the proven one that overturned it", async () => {
    const scene = await answered();
    await send(scene.mock, "overturn", [scene.requestId, outputOf(800n)]);
    expect(await exposureOf(scene)).to.equal(4_000n);
  });

  it("changes nothing when it falls without a right one, and is asked for again", async () => {
    const scene = await answered();
    await expect(scene.mock.getFunction("void")(scene.requestId)).to.not.emit(
      scene.mock,
      "CallbackFailed",
    );
    expect(await read(scene.mock, "requestStatus", scene.requestId)).to.equal(7n);
    expect(await exposureOf(scene)).to.equal(5_000n);
    await send(scene.mock, "answer", [await askForecast(scene), outputOf(1_280n)]);
    expect(await exposureOf(scene)).to.equal(2_500n);
  });
});
