import { expect } from "chai";
import { Wallet } from "ethers";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";

import { deployContract } from "../../scripts/deploy/deploy.ts";
import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { contributionDigest } from "../../sdk/protocol/ceremony.ts";
import {
  bookOf,
  contribute,
  hashNamed,
  keyIdOf,
  placeOf,
  recognise,
  RECOGNITION_DELAY,
  signs,
} from "./support/ceremony.ts";
import {
  as,
  atNextSecond,
  deployWorld,
  networkHelpers,
  read,
  send,
  type World,
} from "./support/world.ts";

const REVOKED = 2n ** 256n - 1n;
const world = (): Promise<World> => networkHelpers.loadFixture(deployWorld);

/** The operator's and the rival's accounts are recognised contributors. */
async function recognised() {
  const w = await world();
  await recognise(w, [w.operator.address, w.rival.address]);
  return { w, book: bookOf(w), keyId: await keyIdOf() };
}

/** A contribution of his own, signed by `contributor` for this book. */
async function signedBy(
  w: World,
  contributor: HardhatEthersSigner,
  name: string = contributor.address,
): Promise<readonly [Hex, string, Hex, string]> {
  const contribution = { keyId: await keyIdOf(), contributionHash: hashNamed(name) };
  const signature = await signs(contributor, placeOf(w), contribution);
  return [contribution.keyId, contributor.address, contribution.contributionHash, signature];
}

describe("proposeContributor", () => {
  it("recognises after the delay", async () => {
    const w = await world();
    const book = bookOf(w);
    const from = (await atNextSecond()) + RECOGNITION_DELAY;
    await expect(book.getFunction("proposeContributor")(w.operator.address))
      .to.emit(book, "ContributorProposed")
      .withArgs(w.operator.address, from);
    expect(await read(book, "recognisedFrom", w.operator.address)).to.equal(from);
    await networkHelpers.time.increaseTo(from - 1);
    expect(await read(book, "isRecognised", w.operator.address)).to.equal(false);
    await networkHelpers.time.increaseTo(from);
    expect(await read(book, "isRecognised", w.operator.address)).to.equal(true);
    expect(await read(book, "isRecognised", w.rival.address)).to.equal(false);
  });

  it("belongs to the owner, once per contributor", async () => {
    const w = await world();
    const book = bookOf(w);
    await expect(send(as(book, w.stranger), "proposeContributor", [w.stranger.address]))
      .to.be.revertedWithCustomError(book, "OwnableUnauthorizedAccount")
      .withArgs(w.stranger.address);
    const from = (await atNextSecond()) + RECOGNITION_DELAY;
    await send(book, "proposeContributor", [w.operator.address]);
    await expect(send(book, "proposeContributor", [w.operator.address]))
      .to.be.revertedWithCustomError(book, "ContributorAlreadyProposed")
      .withArgs(w.operator.address, from);
  });
});

describe("revokeContributor", () => {
  it("takes effect at once, on every key, and for ever", async () => {
    const { w, book, keyId } = await recognised();
    await contribute(w, keyId, [w.operator, w.rival]);
    expect(await read(book, "gradeOf", keyId)).to.equal(2n);
    await expect(book.getFunction("revokeContributor")(w.operator.address))
      .to.emit(book, "ContributorRevoked")
      .withArgs(w.operator.address);
    expect(await read(book, "gradeOf", keyId)).to.equal(1n);
    expect(await read(book, "recognisedFrom", w.operator.address)).to.equal(REVOKED);
    expect(await read(book, "isRecognised", w.operator.address)).to.equal(false);
    for (const method of ["proposeContributor", "revokeContributor"]) {
      await expect(send(book, method, [w.operator.address]))
        .to.be.revertedWithCustomError(book, "ContributorIsRevoked")
        .withArgs(w.operator.address);
    }
  });

  it("belongs to the owner, of proposed contributors", async () => {
    const { w, book } = await recognised();
    await expect(
      send(as(book, w.stranger), "revokeContributor", [w.operator.address]),
    ).to.be.revertedWithCustomError(book, "OwnableUnauthorizedAccount");
    await expect(send(book, "revokeContributor", [w.stranger.address]))
      .to.be.revertedWithCustomError(book, "ContributorUnknown")
      .withArgs(w.stranger.address);
  });

  it("stops one whose delay is not over", async () => {
    const w = await world();
    const book = bookOf(w);
    await send(book, "proposeContributor", [w.operator.address]);
    await send(book, "revokeContributor", [w.operator.address]);
    await networkHelpers.time.increase(2 * RECOGNITION_DELAY);
    expect(await read(book, "isRecognised", w.operator.address)).to.equal(false);
  });
});

describe("recordContribution", () => {
  it("counts who signed, whoever hands it in", async () => {
    const { w, book, keyId } = await recognised();
    const values = await signedBy(w, w.operator);
    expect(await read(book, "gradeOf", keyId)).to.equal(0n);
    await expect(as(book, w.stranger).getFunction("recordContribution")(...values))
      .to.emit(book, "ContributionRecorded")
      .withArgs(keyId, w.operator.address, values[2]);
    expect(await read(book, "gradeOf", keyId)).to.equal(1n);
    expect(await read(book, "contributionOf", keyId, w.operator.address)).to.equal(values[2]);
    await contribute(w, keyId, [w.rival]);
    expect(await read(book, "gradeOf", keyId)).to.equal(2n);
    expect(await read(book, "contributorsOf", keyId)).to.deep.equal([
      w.operator.address,
      w.rival.address,
    ]);
    expect(await read(book, "gradeOf", hashNamed("another key"))).to.equal(0n);
  });

  it("signs the digest that the protocol computes", async () => {
    const { w, book, keyId } = await recognised();
    const contribution = { keyId, contributionHash: hashNamed("a contribution") };
    expect(await read(book, "contributionDigest", keyId, contribution.contributionHash)).to.equal(
      contributionDigest(placeOf(w), contribution),
    );
  });

  it("takes a contract's word for its signature", async () => {
    const { w, book, keyId } = await recognised();
    const contributor = await deployContract(w.owner, "mocks/ContractContributor", [
      w.operator.address,
    ]);
    await recognise(w, [contributor]);
    const [, , contributionHash, signature] = await signedBy(w, w.operator);
    const [, , , other] = await signedBy(w, w.rival, w.operator.address);
    const record = async (by: string) =>
      send(book, "recordContribution", [keyId, contributor, contributionHash, by]);
    await expect(record(other)).to.be.revertedWithCustomError(book, "SignatureInvalid");
    // The contract reverts on what is no signature.
    await expect(record("0x12")).to.be.revertedWithCustomError(book, "SignatureInvalid");
    await record(signature);
    expect(await read(book, "contributionOf", keyId, contributor)).to.equal(contributionHash);
    expect(await read(book, "gradeOf", keyId)).to.equal(1n);
  });

  it("refuses the word of a contract that signs nothing", async () => {
    const { w, book, keyId } = await recognised();
    const contributor = w.addresses.zkVerifier;
    await recognise(w, [contributor]);
    const values = [keyId, contributor, hashNamed("its own"), "0x"];
    await expect(send(book, "recordContribution", values)).to.be.revertedWithCustomError(
      book,
      "SignatureInvalid",
    );
  });

  it("refuses who is not recognised, not yet, or not any more", async () => {
    const { w, book } = await recognised();
    await send(book, "proposeContributor", [w.publisher.address]);
    await send(book, "revokeContributor", [w.rival.address]);
    for (const contributor of [w.stranger, w.publisher, w.rival]) {
      await expect(send(book, "recordContribution", await signedBy(w, contributor)))
        .to.be.revertedWithCustomError(book, "ContributorNotRecognised")
        .withArgs(contributor.address);
    }
  });

  it("counts a contributor once per key", async () => {
    const { w, book, keyId } = await recognised();
    await send(book, "recordContribution", await signedBy(w, w.operator));
    await expect(send(book, "recordContribution", await signedBy(w, w.operator, "a second one")))
      .to.be.revertedWithCustomError(book, "ContributorAlreadyRecorded")
      .withArgs(keyId, w.operator.address);
    await contribute(w, hashNamed("another key"), [w.operator]);
    expect(await read(book, "gradeOf", hashNamed("another key"))).to.equal(1n);
  });

  it("counts a contribution once per key", async () => {
    const { w, book, keyId } = await recognised();
    await send(book, "recordContribution", await signedBy(w, w.operator, "the same"));
    await expect(send(book, "recordContribution", await signedBy(w, w.rival, "the same")))
      .to.be.revertedWithCustomError(book, "ContributionAlreadyRecorded")
      .withArgs(keyId, hashNamed("the same"), w.operator.address);
  });

  it("gives a contribution claimed by a revoked contributor to who signs for it", async () => {
    const { w, book, keyId } = await recognised();
    await send(book, "recordContribution", await signedBy(w, w.operator, "stolen"));
    await send(book, "revokeContributor", [w.operator.address]);
    await send(book, "recordContribution", await signedBy(w, w.rival, "stolen"));
    expect(await read(book, "gradeOf", keyId)).to.equal(1n);
    await recognise(w, [w.publisher.address]);
    await expect(send(book, "recordContribution", await signedBy(w, w.publisher, "stolen")))
      .to.be.revertedWithCustomError(book, "ContributionAlreadyRecorded")
      .withArgs(keyId, hashNamed("stolen"), w.rival.address);
  });

  it("refuses no contribution", async () => {
    const { w, book, keyId } = await recognised();
    const none: Hex = `0x${"00".repeat(32)}`;
    const signature = await signs(w.operator, placeOf(w), { keyId, contributionHash: none });
    await expect(
      send(book, "recordContribution", [keyId, w.operator.address, none, signature]),
    ).to.be.revertedWithCustomError(book, "ContributionHashMissing");
  });
});

describe("a signature for a contribution", () => {
  /** The operator signs something else than what is recorded. */
  async function refused(
    change: (w: World, keyId: Hex, contributionHash: Hex) => Promise<string>,
  ): Promise<void> {
    const { w, book, keyId } = await recognised();
    const contributionHash = hashNamed("a contribution");
    const signature = await change(w, keyId, contributionHash);
    const digest = contributionDigest(placeOf(w), { keyId, contributionHash });
    await expect(
      send(book, "recordContribution", [keyId, w.operator.address, contributionHash, signature]),
    )
      .to.be.revertedWithCustomError(book, "SignatureInvalid")
      .withArgs(w.operator.address, digest);
    expect(await read(book, "gradeOf", keyId)).to.equal(0n);
  }

  it("is worth nothing in another book", async () => {
    await refused(async (w, keyId, contributionHash) => {
      const other = await deployContract(w.owner, "CeremonyBook", [w.owner.address, 0n]);
      const place = { ...placeOf(w), book: other as Hex };
      return signs(w.operator, place, { keyId, contributionHash });
    });
  });

  it("is worth nothing on another chain", async () => {
    await refused(async (w, keyId, contributionHash) =>
      signs(w.operator, { ...placeOf(w), chainId: 1n }, { keyId, contributionHash }),
    );
  });

  it("is worth nothing for another key", async () => {
    await refused(async (w, _keyId, contributionHash) =>
      signs(w.operator, placeOf(w), { keyId: hashNamed("another key"), contributionHash }),
    );
  });

  it("is worth nothing for another contribution", async () => {
    await refused(async (w, keyId) =>
      signs(w.operator, placeOf(w), { keyId, contributionHash: hashNamed("another") }),
    );
  });

  it("is worth nothing of somebody else", async () => {
    await refused(async (w, keyId, contributionHash) =>
      signs(Wallet.createRandom(), placeOf(w), { keyId, contributionHash }),
    );
  });

  it("has 65 bytes", async () => {
    await refused(async (w, keyId, contributionHash) => {
      const signature = await signs(w.operator, placeOf(w), { keyId, contributionHash });
      return signature.slice(0, -2);
    });
  });
});

describe("ownership of the ceremony book", () => {
  it("is handed over in two steps", async () => {
    const w = await world();
    const book = bookOf(w);
    await send(book, "transferOwnership", [w.stranger.address]);
    expect(await read(book, "owner")).to.equal(w.owner.address);
    await send(as(book, w.stranger), "acceptOwnership", []);
    await expect(
      send(book, "proposeContributor", [w.operator.address]),
    ).to.be.revertedWithCustomError(book, "OwnableUnauthorizedAccount");
    await send(as(book, w.stranger), "proposeContributor", [w.operator.address]);
  });
});
