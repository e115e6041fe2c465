import { expect } from "chai";
import { concat, getCreate2Address, hexlify, keccak256, ZeroHash, type Contract } from "ethers";

import { deployContract } from "../../scripts/deploy/deploy.ts";
import { FIELD_ORDER } from "../../sdk/protocol/field.ts";
import {
  encodeVerifyingKey,
  verifyingKeyId,
  type VerifyingKey,
} from "../../sdk/protocol/verifyingKey.ts";
import { expectToBurnLessThan } from "./support/burnedGas.ts";
import {
  INFINITY_G1,
  INFINITY_G2,
  offCurve,
  outsideSubgroup,
  unreduced,
  unreducedSecond,
} from "./support/points.ts";
import {
  deployWorld,
  ethers,
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
  const key = await read(w.verifier, "keyAddress", verifyingKeyId(prover.verifyingKey));
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

async function keyWith(changes: Partial<VerifyingKey>): Promise<Uint8Array> {
  return encodeVerifyingKey({ ...(await proverOf("sixWords")).verifyingKey, ...changes });
}

async function ic(index: number, change: typeof offCurve): Promise<Partial<VerifyingKey>> {
  const { verifyingKey } = await proverOf("sixWords");
  return { ic: verifyingKey.ic.map((point, i) => (i === index ? change(point) : point)) };
}

describe("registerKey", () => {
  it("keeps the key as code, under its hash, once", async () => {
    const w = await world();
    const key = await keyWith({});
    const fresh = await freshVerifier(w);
    await expect(fresh.getFunction("registerKey")(key)).to.emit(fresh, "KeyRegistered");
    const address = await read(fresh, "keyAddress", keccak256(key));
    expect(await ethers.provider.getCode(address)).to.equal(`0x00${hexlify(key).slice(2)}`);
    expect((await send(fresh, "registerKey", [key])).logs.length).to.equal(0);
    expect(await read(fresh, "registerKey", key)).to.equal(keccak256(key));
  });

  const shapes: readonly (readonly [string, (key: Uint8Array) => Uint8Array])[] = [
    ["no bytes", () => new Uint8Array()],
    ["a byte too few", (key) => key.slice(1)],
    ["a byte too many", (key) => Uint8Array.of(...key, 0)],
    ["two public signals", (key) => key.slice(0, 640)],
    ["four public signals", (key) => Uint8Array.of(...key, ...key.slice(640))],
  ];
  for (const [what, change] of shapes) {
    it(`refuses a key of ${what}`, async () => {
      const w = await world();
      const key = change(await keyWith({}));
      await expect(send(w.verifier, "registerKey", [key]))
        .to.be.revertedWithCustomError(w.verifier, "KeyLengthWrong")
        .withArgs(key.length, 704n);
    });
  }

  const bad: readonly (readonly [string, string, () => Promise<Partial<VerifyingKey>>])[] = [
    [
      "alpha off the curve",
      "KeyPointInvalid",
      async () => ({
        alpha: offCurve((await proverOf("sixWords")).verifyingKey.alpha),
      }),
    ],
    ["alpha at infinity", "KeyPointAtInfinity", async () => ({ alpha: INFINITY_G1 })],
    [
      "alpha not reduced",
      "KeyPointInvalid",
      async () => ({
        alpha: unreduced((await proverOf("sixWords")).verifyingKey.alpha),
      }),
    ],
    [
      "alpha whose second coordinate is not reduced",
      "KeyPointInvalid",
      async () => ({
        alpha: unreducedSecond((await proverOf("sixWords")).verifyingKey.alpha),
      }),
    ],
    // Nothing on the curve has it, and it is not at infinity.
    ["alpha with a first coordinate of 0", "KeyPointInvalid", async () => ({ alpha: [0n, 1n] })],
    ["IC[0] off the curve", "KeyPointInvalid", () => ic(0, offCurve)],
    ["IC[3] off the curve", "KeyPointInvalid", () => ic(3, offCurve)],
    ["IC[2] at infinity", "KeyPointAtInfinity", () => ic(2, () => INFINITY_G1)],
    ["beta outside the subgroup", "KeyOutsideSubgroup", async () => ({ beta: outsideSubgroup() })],
    [
      "gamma outside the subgroup",
      "KeyOutsideSubgroup",
      async () => ({ gamma: outsideSubgroup() }),
    ],
    [
      "delta outside the subgroup",
      "KeyOutsideSubgroup",
      async () => ({ delta: outsideSubgroup() }),
    ],
    [
      "delta off the curve",
      "KeyOutsideSubgroup",
      async () => ({
        delta: [
          [1n, 2n],
          [3n, 4n],
        ],
      }),
    ],
    ["beta at infinity", "KeyPointAtInfinity", async () => ({ beta: INFINITY_G2 })],
    ["gamma at infinity", "KeyPointAtInfinity", async () => ({ gamma: INFINITY_G2 })],
    ["delta at infinity", "KeyPointAtInfinity", async () => ({ delta: INFINITY_G2 })],
    [
      "gamma = delta",
      "KeyWithoutContribution",
      async () => ({
        delta: (await proverOf("sixWords")).verifyingKey.gamma,
      }),
    ],
  ];
  for (const [what, error, changes] of bad) {
    it(`refuses ${what}, at a bounded price`, async () => {
      const w = await world();
      const key = await keyWith(await changes());
      await expect(send(w.verifier, "registerKey", [key])).to.be.revertedWithCustomError(
        w.verifier,
        error,
      );
      const data = w.verifier.interface.encodeFunctionData("registerKey", [key]);
      await expectToBurnLessThan(w, data, 240_000n);
    });
  }

  it("takes only keys of the powers of tau it is pinned to", async () => {
    const w = await world();
    const key = await keyWith({});
    const pinned = await verifierPinnedTo(w, keccak256(key.slice(0, 320)));
    await send(pinned, "registerKey", [key]);
    const elsewhere = await verifierPinnedTo(w, keccak256("0x01"));
    await expect(send(elsewhere, "registerKey", [key]))
      .to.be.revertedWithCustomError(w.verifier, "KeyOfOtherSetup")
      .withArgs(keccak256(key.slice(0, 320)), keccak256("0x01"));
  });

  it("does not know what nobody registered", async () => {
    const w = await world();
    await expect(read(w.verifier, "keyAddress", keccak256("0x02")))
      .to.be.revertedWithCustomError(w.verifier, "KeyUnknown")
      .withArgs(keccak256("0x02"));
  });
});

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
    const key = await read(w.verifier, "keyAddress", verifyingKeyId(other));
    await expect(
      read(w.verifier, "verify", { ...claim, key }, evidence),
    ).to.be.revertedWithCustomError(w.verifier, "ProofInvalid");
  });

  it("believes no key it did not store, not even the same bytes", async () => {
    const { w, claim, evidence } = await proven();
    const elsewhere = await freshVerifier(w);
    await send(elsewhere, "registerKey", [await keyWith({})]);
    const stored = await read(elsewhere, "keyAddress", keccak256(await keyWith({})));
    for (const key of [stored, w.addresses.coordinator, w.stranger.address]) {
      await expect(read(w.verifier, "verify", { ...claim, key }, evidence))
        .to.be.revertedWithCustomError(w.verifier, "KeyNotRegistered")
        .withArgs(key);
    }
  });

  it("believes no key of zeros at the address that its code would have", async () => {
    const { w, claim } = await proven();
    const creation = concat(["0x6102c180600a3d393df300", new Uint8Array(704)]);
    const key = getCreate2Address(w.addresses.zkVerifier, ZeroHash, keccak256(creation));
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
      await expectToBurnLessThan(w, data, 245_000n);
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

async function freshVerifier(w: World): Promise<Contract> {
  return verifierPinnedTo(w, `0x${"00".repeat(32)}`);
}

async function verifierPinnedTo(w: World, setup: string): Promise<Contract> {
  const address = await deployContract(w.owner, "ZkVerifier", [setup]);
  return w.verifier.attach(address) as Contract;
}
