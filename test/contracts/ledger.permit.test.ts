import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { expect } from "chai";
import { Signature, type Contract } from "ethers";

import { deployTokenWorld } from "./support/tokenWorld.ts";
import { as, deployWorld, networkHelpers, read, send, type World } from "./support/world.ts";

const AMOUNT = 1_000n;
const PERMIT = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

type TokenWorld = World & { readonly token: Contract };

/** The stranger has tokens and has allowed nobody to take them. */
async function deployUnapproved(): Promise<TokenWorld> {
  const w = await deployTokenWorld();
  await send(as(w.token, w.stranger), "approve", [w.addresses.coordinator, 0n]);
  return w;
}
const world = (): Promise<TokenWorld> => networkHelpers.loadFixture(deployUnapproved);

interface Signed {
  readonly deadline: bigint;
  readonly v: number;
  readonly r: string;
  readonly s: string;
}

async function signPermit(
  w: TokenWorld,
  signer: HardhatEthersSigner,
  changes: { readonly value?: bigint; readonly deadline?: bigint } = {},
): Promise<Signed> {
  const now = BigInt(await networkHelpers.time.latest());
  const { value = AMOUNT, deadline = now + 3_600n } = changes;
  const domain = {
    name: "Test",
    version: "1",
    chainId: 31_337n,
    verifyingContract: await w.token.getAddress(),
  };
  const text = await signer.signTypedData(domain, PERMIT, {
    owner: w.stranger.address,
    spender: w.addresses.coordinator,
    value,
    nonce: await read(w.token, "nonces", w.stranger.address),
    deadline,
  });
  const { v, r, s } = Signature.from(text);
  return { deadline, v, r, s };
}

const deposits = (w: TokenWorld, permit: Signed, amount = AMOUNT): Promise<unknown> =>
  as(w.coordinator, w.stranger).getFunction("depositWithPermit")(w.rival.address, amount, permit);

const credited = (w: TokenWorld): Promise<bigint> =>
  read(w.coordinator, "balanceOf", w.rival.address);

describe("depositWithPermit", () => {
  it("takes allowance and deposit in one call, and credits any account", async () => {
    const w = await world();
    await expect(deposits(w, await signPermit(w, w.stranger)))
      .to.emit(w.coordinator, "Deposited")
      .withArgs(w.rival.address, AMOUNT);
    expect(await credited(w)).to.equal(AMOUNT);
    expect(await read(w.token, "balanceOf", w.addresses.coordinator)).to.equal(
      AMOUNT + (await read(w.coordinator, "balanceOf", await w.consumer.getAddress())),
    );
  });

  it("goes through where somebody used the signature first", async () => {
    const w = await world();
    const { deadline, v, r, s } = await signPermit(w, w.stranger);
    const { coordinator } = w.addresses;
    const values = [w.stranger.address, coordinator, AMOUNT, deadline, v, r, s];
    await send(as(w.token, w.rival), "permit", values);
    await deposits(w, { deadline, v, r, s });
    expect(await credited(w)).to.equal(AMOUNT);
  });

  it("is good once", async () => {
    const w = await world();
    const permit = await signPermit(w, w.stranger);
    await deposits(w, permit);
    await expect(deposits(w, permit)).to.be.revertedWithCustomError(
      w.token,
      "ERC20InsufficientAllowance",
    );
  });

  const refused: readonly (readonly [string, (w: TokenWorld) => Promise<Signed>])[] = [
    ["of another signer", (w) => signPermit(w, w.rival)],
    ["for another amount", (w) => signPermit(w, w.stranger, { value: AMOUNT - 1n })],
    ["that is over", (w) => signPermit(w, w.stranger, { deadline: 1n })],
  ];
  for (const [name, sign] of refused) {
    it(`takes nothing on a signature ${name}`, async () => {
      const w = await world();
      await expect(deposits(w, await sign(w)))
        .to.be.revertedWithCustomError(w.token, "ERC20InsufficientAllowance")
        .withArgs(w.addresses.coordinator, 0n, AMOUNT);
      expect(await credited(w)).to.equal(0n);
    });
  }

  it("takes from the caller, never from who signed: a stolen signature pays nobody", async () => {
    const w = await world();
    const permit = await signPermit(w, w.stranger);
    await send(as(w.token, w.rival), "approve", [w.addresses.coordinator, 0n]);
    await expect(
      send(as(w.coordinator, w.rival), "depositWithPermit", [w.rival.address, AMOUNT, permit]),
    ).to.be.revertedWithCustomError(w.token, "ERC20InsufficientAllowance");
    expect(await credited(w)).to.equal(0n);
  });

  it("takes no more than was signed for", async () => {
    const w = await world();
    await expect(
      deposits(w, await signPermit(w, w.stranger), AMOUNT + 1n),
    ).to.be.revertedWithCustomError(w.token, "ERC20InsufficientAllowance");
  });

  it("cannot be entered from a token's hook", async () => {
    const w = await world();
    const permit = await signPermit(w, w.stranger);
    const data = w.coordinator.interface.encodeFunctionData("depositWithPermit", [
      w.rival.address,
      1n,
      permit,
    ]);
    await send(w.token, "setHook", [w.addresses.coordinator, data]);
    await deposits(w, permit);
    const result: string = await read(w.token, "hookResult");
    expect(w.coordinator.interface.parseError(result)?.name).to.equal(
      "ReentrancyGuardReentrantCall",
    );
    expect(await credited(w)).to.equal(AMOUNT);
  });

  it("is refused where the asset is the chain's coin", async () => {
    const w = await networkHelpers.loadFixture(deployWorld);
    const permit = { deadline: 0n, v: 27, r: `0x${"00".repeat(32)}`, s: `0x${"00".repeat(32)}` };
    await expect(
      send(w.coordinator, "depositWithPermit", [w.stranger.address, 1n, permit]),
    ).to.be.revertedWithCustomError(w.coordinator, "PermitUnsupported");
  });
});
