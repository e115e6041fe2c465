import { expect } from "chai";
import { concat, getCreate2Address, hexlify, keccak256, ZeroHash, type Contract } from "ethers";

import { deployContract } from "../../scripts/deploy/deploy.ts";
import { FIELD_ORDER } from "../../sdk/protocol/field.ts";
import { encodeVerifyingKey, verifyingKeyId } from "../../sdk/protocol/verifyingKey.ts";
import { expectToBurnLessThan } from "./support/burnedGas.ts";
import { outsideSubgroup } from "./support/points.ts";
import {
  deployWorld,
  INPUT,
  networkHelpers,
  OUTPUT,
  proverOf,
  read,
  send,
  type World,
} from "./support/world.ts";

const world = (): Promise<World> => networkHelpers.loadFixture(deployWorld);
const REQUEST_ID = `0x${"5a".repeat(32)}`;
const PAYEE = 77n;

interface Proven {
  readonly w: World;
  readonly claim: Readonly<Record<string, unknown>>;
  readonly evidence: Uint8Array;
}

async function proven(): Promise<Proven> {
  const w = await world();
  const prover = await proverOf("sixWords");
  const binding = { requestId: BigInt(REQUEST_ID), payee: PAYEE };
  const evidence = await prover.prove({ ...binding, input: INPUT, output: OUTPUT });
  const key = await read(w.keys, "keyAddress", verifyingKeyId(prover.verifyingKey));
  const releaseId = w.releaseId;
  const claim = { requestId: REQUEST_ID, payee: PAYEE, releaseId, key };
  return { w, claim: { ...claim, input: INPUT, output: OUTPUT }, evidence };
}

/** Evidence with another word, big-endian, at this place. */
function withWord(evidence: Uint8Array, word: number, value: bigint): Uint8Array {
  const changed = evidence.slice();
  changed.set(Buffer.from(value.toString(16).padStart(64, "0"), "hex"), 32 * word);
  return changed;
}

function wordOf(evidence: Uint8Array, word: number): bigint {
  return BigInt(hexlify(evidence.slice(32 * word, 32 * word + 32)));
}

describe("verify", () => {
  it("passes for the claim that was proved", async () => {
    const { w, claim, evidence } = await proven();
    await read(w.verifier, "verify", claim, evidence);
  });

  const claims: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ["request", { requestId: `0x${"5b".repeat(32)}` }],
    ["payee", { payee: 78n }],
    ["output", { output: Uint8Array.from(OUTPUT, (byte) => byte ^ 1) }],
    ["input", { input: Uint8Array.from(INPUT, (byte) => byte ^ 1) }],
    ["length of output", { output: Uint8Array.of(...OUTPUT, 0) }],
    [
      "cut between input and output",
      {
        input: INPUT.slice(0, 124),
        output: Uint8Array.of(...INPUT.slice(124), ...OUTPUT),
      },
    ],
  ];
  for (const [what, change] of claims) {
    it(`fails for another ${what}`, async () => {
      const { w, claim, evidence } = await proven();
      await expect(
        read(w.verifier, "verify", { ...claim, ...change }, evidence),
      ).to.be.revertedWithCustomError(w.verifier, "ProofInvalid");
    });
  }

  it("fails against the key of another release", async () => {
    const { w, claim, evidence } = await proven();
    const other = (await proverOf("sixWordsOther")).verifyingKey;
    const key = await read(w.keys, "keyAddress", verifyingKeyId(other));
    await expect(
      read(w.verifier, "verify", { ...claim, key }, evidence),
    ).to.be.revertedWithCustomError(w.verifier, "ProofInvalid");
  });

  it("believes no key that its store did not store, not even the same bytes", async () => {
    const { w, claim, evidence } = await proven();
    const address = await deployContract(w.owner, "KeyStore", [ZeroHash]);
    const elsewhere = w.keys.attach(address) as Contract;
    const bytes = encodeVerifyingKey((await proverOf("sixWords")).verifyingKey);
    await send(elsewhere, "registerKey", [bytes]);
    const stored = await read(elsewhere, "keyAddress", keccak256(bytes));
    for (const key of [stored, w.addresses.coordinator, w.stranger.address]) {
      await expect(read(w.verifier, "verify", { ...claim, key }, evidence))
        .to.be.revertedWithCustomError(w.verifier, "KeyNotRegistered")
        .withArgs(key);
    }
  });

  it("needs no key registered again by a verifier that follows", async () => {
    const { w, claim, evidence } = await proven();
    const address = await deployContract(w.owner, "ZkVerifier", [w.addresses.keyStore]);
    const next = w.verifier.attach(address) as Contract;
    expect(await read(next, "keyStore")).to.equal(w.addresses.keyStore);
    await read(next, "verify", claim, evidence);
    await read(next, "verifyBatch", [claim, claim], [evidence, evidence]);
  });

  it("believes no key of zeros at the address that its code would have", async () => {
    const { w, claim } = await proven();
    const creation = concat(["0x6102c180600a3d393df300", new Uint8Array(704)]);
    const key = getCreate2Address(w.addresses.keyStore, ZeroHash, keccak256(creation));
    await expect(read(w.verifier, "verify", { ...claim, key }, new Uint8Array(288)))
      .to.be.revertedWithCustomError(w.verifier, "KeyNotRegistered")
      .withArgs(key);
  });

  it("refuses a commitment that is not below the field's order", async () => {
    const { w, claim, evidence } = await proven();
    const signal = wordOf(evidence, 0) + FIELD_ORDER;
    await expect(read(w.verifier, "verify", claim, withWord(evidence, 0, signal)))
      .to.be.revertedWithCustomError(w.verifier, "PublicSignalTooLarge")
      .withArgs(signal);
  });

  it("fails for another commitment", async () => {
    const { w, claim, evidence } = await proven();
    const changed = withWord(evidence, 0, wordOf(evidence, 0) ^ 1n);
    await expect(read(w.verifier, "verify", claim, changed)).to.be.revertedWithCustomError(
      w.verifier,
      "ProofInvalid",
    );
  });

  const MAXIMUM = 2n ** 256n - 1n;
  const malformed: readonly (readonly [string, (evidence: Uint8Array) => Uint8Array])[] = [
    ["A off the curve", (e) => withWord(e, 2, wordOf(e, 2) ^ 1n)],
    ["A's ordinate not reduced", (e) => withWord(e, 2, MAXIMUM)],
    ["A's abscissa not reduced", (e) => withWord(e, 1, MAXIMUM)],
    ["B off the curve", (e) => withWord(e, 3, wordOf(e, 3) ^ 1n)],
    ["B not reduced", (e) => withWord(e, 6, MAXIMUM)],
    [
      "B outside the subgroup",
      (e) => {
        const [[x0, x1], [y0, y1]] = outsideSubgroup();
        return [x1, x0, y1, y0].reduce((bytes, value, i) => withWord(bytes, 3 + i, value), e);
      },
    ],
    ["C off the curve", (e) => withWord(e, 8, wordOf(e, 8) ^ 1n)],
    ["C not reduced", (e) => withWord(e, 7, MAXIMUM)],
  ];
  for (const [what, change] of malformed) {
    it(`refuses ${what}, at a bounded price`, async () => {
      const { w, claim, evidence } = await proven();
      const changed = change(evidence);
      await expect(read(w.verifier, "verify", claim, changed)).to.be.revertedWithCustomError(
        w.verifier,
        "ProofMalformed",
      );
      const data = w.verifier.interface.encodeFunctionData("verify", [claim, changed]);
      await expectToBurnLessThan(w, { to: w.addresses.zkVerifier, data, maximum: 245_000n });
    });
  }

  it("refuses points at infinity in place of a proof", async () => {
    const { w, claim, evidence } = await proven();
    const zeros = new Uint8Array(288);
    zeros.set(evidence.slice(0, 32));
    await expect(read(w.verifier, "verify", claim, zeros)).to.be.revertedWithCustomError(
      w.verifier,
      "ProofInvalid",
    );
  });

  it("refuses evidence of another length", async () => {
    const { w, claim, evidence } = await proven();
    for (const bytes of [new Uint8Array(), evidence.slice(1), Uint8Array.of(...evidence, 0)]) {
      await expect(read(w.verifier, "verify", claim, bytes))
        .to.be.revertedWithCustomError(w.verifier, "EvidenceLengthWrong")
        .withArgs(bytes.length, 288n);
    }
  });
});
