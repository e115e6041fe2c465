import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Contract } from "ethers";

import { operatorIdOf } from "../../scripts/account/operatorRecord.ts";
import { publishOn } from "../../scripts/deploy/publisher.ts";
import type { ZkRelease } from "../../scripts/deploy/publishRelease.ts";
import { modelRegistryAbi } from "../../sdk/protocol/abi/modelRegistry.ts";
import {
  anyKey,
  assay,
  INPUT,
  OUTPUT,
  refused,
  startDeployedChain,
  UNITS,
} from "./support/deployedChain.ts";
import type { DeployedChain } from "./support/deployedChain.ts";

let chain: DeployedChain;
before(async () => {
  chain = await startDeployedChain();
});
after(() => chain.stop());

describe("assay operator hand-over and take-over", { timeout: 120_000 }, () => {
  it("hand an operator over, and say who still acts for it", async () => {
    const [owner, next, node, gone] = await Promise.all([1, 2, 3, 4].map(() => chain.fund()));
    assert.ok(owner && next && node && gone);
    const id = operatorIdOf(owner.address);
    await assay("operator", "register", ...chain.as(owner));
    for (const sender of [node, gone]) {
      await assay("operator", "sender", "add", sender.address, ...chain.as(owner));
    }
    await assay("operator", "sender", "remove", gone.address, ...chain.as(owner));
    const early = await refused("operator", "take-over", `${id}`, ...chain.as(next));
    assert.match(early, /NotNextOwner\(.*\n .*operator hand-over ADDRESS/);

    const { out } = await assay("operator", "hand-over", next.address, ...chain.as(owner));
    assert.match(
      out,
      new RegExp(`^${next.address} may take operator ${id}: assay operator take-over`),
    );
    const status = await assay("operator", "status", ...chain.as(owner));
    assert.match(status.out, new RegExp(`^handed to +${next.address}$`, "m"));
    assert.match(status.out, new RegExp(`^senders +${node.address}$`, "m"));

    const taken = await assay("operator", "take-over", `${id}`, ...chain.as(next));
    assert.match(
      taken.out,
      new RegExp(`^operator ${id} is owned by ${next.address}; .* none$`, "m"),
    );
    assert.match(taken.out, new RegExp(`^${node.address} still acts for it; `, "m"));
    assert.doesNotMatch(taken.out, new RegExp(gone.address));
    const named = ["--operator", `${id}`];
    await assay("operator", "payout", "none", ...named, ...chain.as(next));
    const late = await refused("operator", "payout", "none", ...chain.as(owner));
    assert.match(late, /NotOwner\(/);
  });

  it("take a hand-over back with the word none", async () => {
    const [owner, next] = await Promise.all([chain.fund(), chain.fund()]);
    const id = operatorIdOf(owner.address);
    await assay("operator", "register", ...chain.as(owner));
    await assay("operator", "hand-over", next.address, ...chain.as(owner));
    const { out } = await assay("operator", "hand-over", "none", ...chain.as(owner));
    assert.match(out, new RegExp(`^operator ${id} is handed over to nobody$`, "m"));
    const status = await assay("operator", "status", ...chain.as(owner));
    assert.match(status.out, /^senders +none$/m);
    assert.doesNotMatch(status.out, /handed to/);
    assert.match(
      await refused("operator", "take-over", `${id}`, ...chain.as(next)),
      /NotNextOwner/,
    );
  });
});

describe("assay model hand-over and take-over", { timeout: 120_000 }, () => {
  const release = (manifestDigest: string): ZkRelease => ({
    manifestDigest: manifestDigest as ZkRelease["manifestDigest"],
    inputLength: INPUT.length,
    outputLength: OUTPUT.length,
    units: UNITS,
    primaryWindowSeconds: 60n,
    verifyingKey: anyKey(),
  });

  it("hand a model over; its next releases are the next publisher's", async () => {
    const [publisher, next] = await Promise.all([chain.fund(), chain.fund()]);
    const meeting = await chain.meet(publisher);
    const first = release(`0x${"01".repeat(32)}`);
    const { modelId } = await publishOn(meeting, {
      name: "faces",
      version: "1.0.0",
      release: first,
    });
    const early = await refused("model", "take-over", modelId, ...chain.as(next));
    assert.match(early, /NotNextPublisher\(.*\n .*model hand-over/);
    const offered = await assay(
      "model",
      "hand-over",
      modelId,
      next.address,
      ...chain.as(publisher),
    );
    assert.match(
      offered.out,
      new RegExp(`^${next.address} may take model ${modelId}: assay model`),
    );
    const { out } = await assay("model", "take-over", modelId, ...chain.as(next));
    assert.match(out, new RegExp(`^model ${modelId} is published by ${next.address}; .*--as`));

    const second = release(`0x${"02".repeat(32)}`);
    const named = { name: "faces", version: "2.0.0", release: second };
    const published = await publishOn(await chain.meet(next), { ...named, modelId });
    assert.equal(published.modelId, modelId);
    const registry = new Contract(chain.addresses.modelRegistry, modelRegistryAbi, chain.provider);
    assert.equal(await registry.getFunction("modelOf")(published.releaseId), modelId);
    assert.equal((await registry.queryFilter("ModelRegistered")).length, 2);
    await assert.rejects(publishOn(meeting, { ...named, version: "3.0.0" }), /NotPublisher/);
  });

  it("take a hand-over back with the word none", async () => {
    const [publisher, next] = await Promise.all([chain.fund(), chain.fund()]);
    const named = { name: "hands", version: "1.0.0", release: release(`0x${"03".repeat(32)}`) };
    const { modelId } = await publishOn(await chain.meet(publisher), named);
    await assay("model", "hand-over", modelId, next.address, ...chain.as(publisher));
    const { out } = await assay("model", "hand-over", modelId, "none", ...chain.as(publisher));
    assert.match(out, new RegExp(`^model ${modelId} is handed over to nobody$`, "m"));
    const late = await refused("model", "take-over", modelId, ...chain.as(next));
    assert.match(late, /NotNextPublisher/);
  });

  it("refuse what is no model id, and a model nobody registered", async () => {
    const account = await chain.fund();
    const wrong = await refused("model", "take-over", "faces", ...chain.as(account));
    assert.match(wrong, /faces is no model id/);
    const unknown = await refused(
      "model",
      "take-over",
      `0x${"11".repeat(32)}`,
      ...chain.as(account),
    );
    assert.match(unknown, /ModelUnknown\(.*\n .*assay publish/);
  });
});
