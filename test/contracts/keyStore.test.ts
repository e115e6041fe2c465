import { expect } from "chai";
import { hexlify, keccak256, ZeroHash, type Contract } from "ethers";

import { deployContract } from "../../scripts/deploy/deploy.ts";
import { encodeVerifyingKey, type VerifyingKey } from "../../sdk/protocol/verifyingKey.ts";
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
  networkHelpers,
  proverOf,
  read,
  send,
  type World,
} from "./support/world.ts";

const world = (): Promise<World> => networkHelpers.loadFixture(deployWorld);

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
    const fresh = await storePinnedTo(w, ZeroHash);
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
      await expect(send(w.keys, "registerKey", [key]))
        .to.be.revertedWithCustomError(w.keys, "KeyLengthWrong")
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
      await expect(send(w.keys, "registerKey", [key])).to.be.revertedWithCustomError(w.keys, error);
      const data = w.keys.interface.encodeFunctionData("registerKey", [key]);
      await expectToBurnLessThan(w, { to: w.addresses.keyStore, data, maximum: 240_000n });
    });
  }

  it("takes only keys of the powers of tau it is pinned to", async () => {
    const w = await world();
    const key = await keyWith({});
    const pinned = await storePinnedTo(w, keccak256(key.slice(0, 320)));
    await send(pinned, "registerKey", [key]);
    const elsewhere = await storePinnedTo(w, keccak256("0x01"));
    await expect(send(elsewhere, "registerKey", [key]))
      .to.be.revertedWithCustomError(w.keys, "KeyOfOtherSetup")
      .withArgs(keccak256(key.slice(0, 320)), keccak256("0x01"));
  });

  it("does not know what nobody registered", async () => {
    const w = await world();
    await expect(read(w.keys, "keyAddress", keccak256("0x02")))
      .to.be.revertedWithCustomError(w.keys, "KeyUnknown")
      .withArgs(keccak256("0x02"));
  });
});

async function storePinnedTo(w: World, setup: string): Promise<Contract> {
  const address = await deployContract(w.owner, "KeyStore", [setup]);
  return w.keys.attach(address) as Contract;
}
