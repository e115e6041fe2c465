import { expect } from "chai";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getBytes } from "ethers";
import { groth16 } from "snarkjs";

import { encodeEvidence } from "../../circuits/claim/claimProver.ts";
import type { IntegerModel } from "../../circuits/compiler/integer/integerModel.ts";
import { parseModel } from "../../circuits/compiler/integer/modelFile.ts";
import { calculateWitness } from "../../circuits/compiler/witness/calculateWitness.ts";
import { encodeWtns } from "../../circuits/compiler/witness/writeWtns.ts";
import { buildRelease } from "../../circuits/release/buildRelease.ts";
import { LocalStore } from "../../orchestrator/storage/localStore.ts";
import { namedRelease } from "../../scripts/demo/namedRelease.ts";
import { publishRelease } from "../../scripts/deploy/publishRelease.ts";
import { challenge } from "../../sdk/protocol/publicSignals.ts";
import { DELIVERY } from "../../sdk/protocol/terms.ts";
import { deployVault, DEPOSIT, heldBps, HOUR } from "./support/vault.ts";
import {
  answer,
  as,
  askedIn,
  deployWorld,
  ETHER,
  read,
  send,
  ZK,
  type Asked,
  type World,
} from "./support/world.ts";

/** The release of models/volatility, served by the world's operator. */
async function servedRelease(world: World) {
  const directory = await mkdtemp(join(tmpdir(), "assay-vault-"));
  try {
    const store = new LocalStore(join(directory, "store"));
    const modelDirectory = new URL("../../models/volatility", import.meta.url).pathname;
    const built = await buildRelease({ modelDirectory, store, cacheDirectory: directory });
    const { addresses, publisher: signer } = world;
    const { releaseId } = await publishRelease({ signer, addresses, ...namedRelease(built) });
    const limits = { minGasPrice: 0n, maxCallbackGas: 2_500_000n, maxInputLength: 24_576n };
    const serving = [world.operatorId, releaseId, ZK, { ...limits, maxBond: 0n }];
    await send(as(world.operators, world.operator), "startServing", serving);
    const { integerModel, provingKey } = built.manifest.artefacts;
    return {
      releaseId,
      model: parseModel(await store.get(integerModel.cid)),
      provingKey: await store.get(provingKey.cid),
    };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The model's own output for this request, with its proof. */
async function proven(
  { model, provingKey }: { readonly model: IntegerModel; readonly provingKey: Uint8Array },
  { requestId, input }: Asked,
  payee: bigint,
) {
  const witness = calculateWitness({
    model,
    input,
    challengeOf: (claim) => challenge({ requestId: BigInt(requestId), payee, ...claim }),
  });
  const file = { type: "mem", data: encodeWtns(witness.values) } as const;
  const key = { type: "mem", data: provingKey } as const;
  const { proof } = await groth16.prove(key, file, undefined, { singleThread: true });
  return { output: witness.output, evidence: encodeEvidence(witness.commitment, proof) };
}

describe("VolatilityVault at the real coordinator", () => {
  it("sizes its position by a proven forecast", async function () {
    this.timeout(60_000);
    const world = await deployWorld();
    const release = await servedRelease(world);
    const scene = await deployVault({
      coordinator: world.addresses.coordinator,
      releaseId: release.releaseId,
      terms: { maxFee: ETHER, lifetimeSeconds: HOUR },
    });
    const { vault, keeper, saver, stranger } = scene;
    await send(as(vault, saver), "deposit", [DEPOSIT, saver.address]);

    const input = getBytes(await read(vault, "forecastInput"));
    const receipt = await send(as(vault, keeper), "askForecast", [{ value: ETHER }]);
    const asked = askedIn(world, receipt, input);
    const { terms } = asked.request;
    expect(terms.delivery).to.equal(DELIVERY.WhenFinal);
    expect(terms.deadline - asked.assignment.assignedAt).to.equal(HOUR);

    const answering = { input, ...(await proven(release, asked, world.operatorId)) };
    await answer(world, asked, answering);
    const volatility = Buffer.from(answering.output).readInt16BE();
    expect((await read(vault, "forecast")).volatility).to.equal(BigInt(volatility));
    const exposure = BigInt(await read(vault, "exposureBps"));
    expect(exposure).to.equal((1_000n * 10_000n * 32n) / (BigInt(volatility) * 100n));

    await send(as(vault, stranger), "rebalance", []);
    expect(await heldBps(scene)).to.be.within(exposure - 1n, exposure);
  });
});
