import { expect } from "chai";
import { Contract } from "ethers";

import { deployContract } from "../../scripts/deploy/deploy.ts";
import { publishRelease } from "../../scripts/deploy/publishRelease.ts";
import { modelRegistryAbi } from "../../sdk/protocol/abi/modelRegistry.ts";
import { movedBy } from "./support/books.ts";
import { contribute, keyIdOf, recognise } from "./support/ceremony.ts";
import {
  challenge,
  challenges,
  closes,
  commit,
  escalates,
  fails,
  finalizes,
  overturn,
  overturns,
} from "./support/disputes.ts";
import {
  ANSWER_BOND,
  ANSWER_PRICE,
  askJudged,
  CHALLENGE_BOND,
  claim,
  claims,
  deployOptimistic,
  JUDGE_ID,
  openAnswer,
  untilWindowEnd,
  WRONG_OUTPUT,
  type OptimisticWorld,
} from "./support/optimistic.ts";
import {
  as,
  deployWorld,
  ethers,
  mined,
  networkHelpers,
  proverOf,
  read,
  RELEASE,
  send,
  type World,
} from "./support/world.ts";

const BOND = { value: CHALLENGE_BOND };
const world = (): Promise<OptimisticWorld> => networkHelpers.loadFixture(deployOptimistic);
/** A registry where a key needs a contributor whose word counts before it proves or judges. */
async function deployProduction(): Promise<World> {
  const w = await deployWorld();
  const { keyStore, ceremonyBook } = w.addresses;
  const values = [keyStore, ceremonyBook, ANSWER_BOND, 1n];
  const modelRegistry = await deployContract(w.owner, "ModelRegistry", values);
  const models = new Contract(modelRegistry, modelRegistryAbi, w.owner);
  return { ...w, models, addresses: { ...w.addresses, modelRegistry } };
}

async function publishJudged(w: World, minGrade: bigint): Promise<unknown> {
  const { verifyingKey } = await proverOf("sixWords");
  const levels = ["Optimistic", "Zk"] as const;
  const { publisher: signer, addresses } = w;
  const release = { ...RELEASE, verifyingKey, levels, minGrade };
  return publishRelease({ signer, addresses, name: "digits", version: `3.${minGrade}`, release });
}

describe("bad input: judges", () => {
  it("forged judge by a key below grade", async () => {
    const w = await networkHelpers.loadFixture(deployProduction);
    await expect(publishJudged(w, 0n))
      .to.be.revertedWithCustomError(w.models, "ReleaseGradeTooLow")
      .withArgs(0n, 1n);
    const signers = (await ethers.getSigners()).slice(5, 6);
    const contributors = signers.map(({ address }) => address);
    await recognise(w, contributors);
    await contribute(w, await keyIdOf(), signers);
    await publishJudged(w, 1n);
    await expect(publishJudged(w, 2n))
      .to.be.revertedWithCustomError(w.models, "ReleaseGradeTooLow")
      .withArgs(1n, 2n);
    // In development anyone knows the key's secret. What he takes is bounded by what the answer locked.
    const d = await world();
    await expect(askJudged(d, { terms: { minGrade: 1n } }))
      .to.be.revertedWithCustomError(d.coordinator, "GradeTooLow")
      .withArgs(0n, 1n);
    const honest = await openAnswer(d, { terms: { callbackGas: 0n } });
    const forged = { output: WRONG_OUTPUT };
    const moved = await movedBy(d, async () => mined(await overturn(d, honest, forged)));
    expect(moved["bond"]).to.equal(-ANSWER_BOND);
    expect(moved["stranger"]).to.equal(ANSWER_BOND / 5n);
  });

  it("verifier or release revoked mid-flight", async () => {
    const w = await world();
    // A retired release takes no new requests; those under way end as they would have.
    const [open, answered] = [await askJudged(w), await openAnswer(w)];
    await send(as(w.models, w.publisher), "retireRelease", [w.judgedId]);
    await expect(askJudged(w)).to.be.revertedWithCustomError(w.models, "ReleaseIsRetired");
    const lie = await claim(w, open, { output: WRONG_OUTPUT });
    await mined(await overturn(w, lie));
    await untilWindowEnd(answered);
    await mined(await finalizes(w, answered));
    expect(await read(w.coordinator, "earningsOf", w.operatorId)).to.equal(ANSWER_PRICE);
    await send(w.operators, "addBond", [w.operatorId, ANSWER_BOND, { value: ANSWER_BOND }]);

    // A revoked judge decides nothing: whatever is under way fails, and nobody loses by it.
    const releaseId = w.royalJudgedId;
    const asked = await askJudged(w, { releaseId });
    const standing = await openAnswer(w, { releaseId });
    const disputed = await challenge(w, await openAnswer(w, { releaseId }), BOND);
    await commit(w, standing, { output: WRONG_OUTPUT });
    await send(w.coordinator, "revokeVerifier", [JUDGE_ID]);
    await expect(claims(w, asked)).to.be.revertedWithCustomError(
      w.coordinator,
      "VerifierIsRevoked",
    );
    await untilWindowEnd(disputed);
    await expect(askJudged(w, { releaseId })).to.be.revertedWithCustomError(
      w.coordinator,
      "LevelUnsupported",
    );
    for (const step of [
      async () => finalizes(w, standing),
      async () => escalates(w, standing),
      async () => closes(w, disputed),
    ]) {
      await expect(step()).to.be.revertedWithCustomError(w.coordinator, "VerifierIsRevoked");
    }
    const { escrow } = asked.assignment;
    const moved = await movedBy(w, async () => {
      await send(w.coordinator, "fail", [asked.request, asked.assignment]);
      await mined(await fails(w, standing));
      await mined(await fails(w, disputed));
    });
    expect(moved).to.deep.equal({
      payer: 3n * escrow,
      stranger: CHALLENGE_BOND,
      locked: -2n * ANSWER_BOND,
    });
  });

  it("a judge revoked inside the window ends every dispute at once", async () => {
    const w = await world();
    const answered = await openAnswer(w);
    await commit(w, answered, { output: WRONG_OUTPUT });
    await send(w.coordinator, "revokeVerifier", [JUDGE_ID]);
    for (const step of [
      async () => challenges(w, answered, BOND),
      async () => overturns(w, answered, { output: WRONG_OUTPUT }),
    ]) {
      await expect(step()).to.be.revertedWithCustomError(w.coordinator, "VerifierIsRevoked");
    }
    await mined(await fails(w, answered));
  });

  it("a new judge decides new requests, the old one those it was agreed for", async () => {
    const w = await world();
    const before = await openAnswer(w);
    await send(w.coordinator, "proposeVerifier", [0n, w.addresses.zkVerifier]);
    await networkHelpers.time.increase(3_600);
    await send(w.coordinator, "activateVerifier", [3n]);
    const after = await openAnswer(w);
    expect([before.assignment.verifierId, after.assignment.verifierId]).to.deep.equal([
      JUDGE_ID,
      3n,
    ]);
    await send(w.coordinator, "revokeVerifier", [3n]);
    await expect(fails(w, before)).to.be.revertedWithCustomError(
      w.coordinator,
      "VerifierNotRevoked",
    );
    await mined(await escalates(w, before));
    await mined(await fails(w, after));
  });
});
