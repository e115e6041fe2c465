import { expect } from "chai";
import { Contract, hexlify, id, keccak256 } from "ethers";

import { deployContract } from "../../scripts/deploy/deploy.ts";
import { digitReaderAbi } from "../../sdk/protocol/abi/digitReader.ts";
import { termsOf } from "../../sdk/protocol/terms.ts";
import { as, ethers, INPUT, networkHelpers, OUTPUT, read, send, ZK } from "./support/world.ts";

const RELEASE_ID = id("any release");
const TERMS = termsOf({ maxFee: 100n, deadline: 2n ** 40n, callbackGas: 300_000n });

async function deployConsumer() {
  const [owner, stranger] = await ethers.getSigners();
  if (!owner || !stranger) throw new Error("no accounts");
  const address = await deployContract(owner, "mocks/MockCoordinator", []);
  const mock = await ethers.getContractAt("MockCoordinator", address, owner);
  const reader = await deployContract(owner, "examples/DigitReader", [owner.address, address]);
  return { owner, stranger, mock, reader: new Contract(reader, digitReaderAbi, owner) };
}

async function asked() {
  const setting = await networkHelpers.loadFixture(deployConsumer);
  await send(setting.reader, "readDigit", [RELEASE_ID, INPUT, TERMS]);
  return { ...setting, requestId: (await read(setting.mock, "lastRequestId")) as string };
}

describe("DigitReader", () => {
  it("keeps the digit with the greatest logit", async () => {
    const { mock, reader, requestId } = await asked();
    await expect(mock.getFunction("answer")(requestId, OUTPUT))
      .to.emit(reader, "DigitRead")
      .withArgs(requestId, 3n);
    const reading = (await read(reader, "readingOf", requestId)).toObject();
    const answeredAt = BigInt(await networkHelpers.time.latest());
    expect(reading).to.deep.equal({ isRead: true, isFinal: true, digit: 3n, answeredAt });
  });

  it("reads logits of four bytes as well", async () => {
    const { mock, reader, requestId } = await asked();
    const output = new Uint8Array(40).fill(255);
    output.set([0, 0, 1, 0], 28);
    await send(mock, "answer", [requestId, output]);
    expect((await read(reader, "readingOf", requestId)).digit).to.equal(7n);
  });

  it("says what it asked for", async () => {
    const { mock, reader } = await asked();
    await expect(reader.getFunction("readDigit")(RELEASE_ID, INPUT, TERMS))
      .to.emit(reader, "DigitAsked")
      .withArgs((requestId: string) => requestId !== "", RELEASE_ID)
      .and.to.emit(mock, "MockRequested")
      .withArgs(() => true, await reader.getAddress(), hexlify(INPUT));
  });

  it("knows nothing of a request that was not answered", async () => {
    const { reader, requestId } = await asked();
    expect((await read(reader, "readingOf", requestId)).isRead).to.equal(false);
  });
});

describe("InferenceConsumer", () => {
  it("believes only its coordinator", async () => {
    const { reader, stranger, requestId } = await asked();
    await expect(send(as(reader, stranger), "onInference", [requestId, OUTPUT, 1n, true]))
      .to.be.revertedWithCustomError(reader, "NotCoordinator")
      .withArgs(stranger.address);
  });

  it("follows the coordinator its owner sets", async () => {
    const { owner, stranger, reader } = await asked();
    const next = await deployContract(owner, "mocks/MockCoordinator", []);
    await expect(
      send(as(reader, stranger), "setCoordinator", [next]),
    ).to.be.revertedWithCustomError(reader, "OwnableUnauthorizedAccount");
    await expect(send(reader, "setCoordinator", [stranger.address]))
      .to.be.revertedWithCustomError(reader, "CodeMissing")
      .withArgs(stranger.address);
    await expect(reader.getFunction("setCoordinator")(next))
      .to.emit(reader, "CoordinatorSet")
      .withArgs(next);
    expect(await read(reader, "coordinator")).to.equal(next);
  });

  it("lets its owner withdraw what it holds at the coordinator", async () => {
    const { mock, reader, stranger } = await asked();
    await send(mock, "deposit", [await reader.getAddress(), 9n, { value: 9n }]);
    const to = "0x00000000000000000000000000000000000000dd";
    await expect(send(as(reader, stranger), "withdrawTo", [to, 9n])).to.be.revertedWithCustomError(
      reader,
      "OwnableUnauthorizedAccount",
    );
    await send(reader, "withdrawTo", [to, 9n]);
    expect(await ethers.provider.getBalance(to)).to.equal(9n);
  });
});

describe("MockCoordinator", () => {
  it("charges and refunds its fee", async () => {
    const { mock, reader, requestId } = await asked();
    await send(mock, "setFee", [40n]);
    await send(reader, "readDigit", [RELEASE_ID, INPUT, TERMS, { value: 50n }]);
    const charged = await read(mock, "lastRequestId");
    const account = await reader.getAddress();
    expect(await read(mock, "balanceOf", account)).to.equal(10n);
    await send(mock, "expire", [charged]);
    await send(mock, "fail", [requestId]);
    expect(await read(mock, "balanceOf", account)).to.equal(50n);
    expect(await read(mock, "requestStatus", charged)).to.equal(6n);
    expect(await read(mock, "requestStatus", requestId)).to.equal(5n);
    expect((await read(mock, "quote", RELEASE_ID, ZK, 1n, TERMS)).total).to.equal(40n);
  });

  it("charges the account that allowed it, and refunds there", async () => {
    const { mock, owner, reader } = await asked();
    await send(mock, "setFee", [40n]);
    const account = await reader.getAddress();
    await send(mock, "deposit", [owner.address, 100n, { value: 100n }]);
    const onAccount = (): Promise<unknown> =>
      send(reader, "readDigitOnAccount", [RELEASE_ID, INPUT, TERMS]);
    await expect(onAccount())
      .to.be.revertedWithCustomError(mock, "AllowanceTooLow")
      .withArgs(owner.address, account, 0n, 40n);
    await send(mock, "allow", [account, 60n]);
    await onAccount();
    expect(await read(mock, "balanceOf", owner.address)).to.equal(60n);
    await expect(onAccount()).to.be.revertedWithCustomError(mock, "AllowanceTooLow");
    await send(mock, "expire", [await read(mock, "lastRequestId")]);
    expect(await read(mock, "balanceOf", owner.address)).to.equal(100n);
    await send(mock, "allow", [account, 2n ** 256n - 1n]);
    await onAccount();
    await onAccount();
    expect(await read(mock, "balanceOf", owner.address)).to.equal(20n);
  });

  it("refuses a fee above the terms, an empty balance, and what it is told to", async () => {
    const { mock, reader } = await asked();
    await send(mock, "setFee", [101n]);
    const readDigit = (): Promise<unknown> => send(reader, "readDigit", [RELEASE_ID, INPUT, TERMS]);
    await expect(readDigit()).to.be.revertedWithCustomError(mock, "FeeTooLow").withArgs(100n, 101n);
    await send(mock, "setFee", [100n]);
    await expect(readDigit()).to.be.revertedWithCustomError(mock, "BalanceTooLow");
    const refusal = mock.interface.encodeErrorResult("DeadlineTooSoon", [1n, 2n]);
    await send(mock, "refuse", [refusal]);
    await send(mock, "setFee", [0n]);
    await expect(
      reader.getFunction("readDigit").staticCall(RELEASE_ID, INPUT, TERMS),
    ).to.be.revertedWithCustomError(mock, "DeadlineTooSoon");
    await send(mock, "refuse", ["0x"]);
    await readDigit();
  });

  it("answers as late as it is told, once", async () => {
    const { mock, reader, requestId } = await asked();
    await send(mock, "answerAt", [requestId, OUTPUT, 5n]);
    expect((await read(reader, "readingOf", requestId)).answeredAt).to.equal(5n);
    for (const [method, parameters] of [
      ["answer", [requestId, OUTPUT]],
      ["expire", [requestId]],
    ] as const) {
      await expect(send(mock, method, parameters))
        .to.be.revertedWithCustomError(mock, "StatusWrong")
        .withArgs(requestId, 4n);
    }
  });

  it("shows a callback that fails as the coordinator does", async () => {
    const { mock, reader, requestId } = await asked();
    await expect(mock.getFunction("answer")(requestId, new Uint8Array(7))).to.emit(
      mock,
      "CallbackFailed",
    );
    expect((await read(reader, "readingOf", requestId)).isRead).to.equal(false);
  });

  it("lets a callback ask again, and nothing else that the coordinator forbids", async () => {
    const { mock, owner } = await asked();
    const address = await deployContract(owner, "mocks/HostileConsumer", []);
    const consumer = await ethers.getContractAt("HostileConsumer", address, owner);
    await send(mock, "deposit", [address, 5n, { value: 5n }]);
    const terms = { ...TERMS, callbackGas: 1_000_000n };
    const calls: readonly (readonly [string, readonly unknown[], boolean])[] = [
      ["requestInference", [RELEASE_ID, ZK, INPUT, terms], true],
      ["withdraw", [owner.address, 5n], false],
      ["deposit", [address, 0n], false],
    ];
    for (const [method, parameters, isAllowed] of calls) {
      const ask = mock.interface.encodeFunctionData("requestInference", calls[0]?.[1]);
      await send(consumer, "execute", [await mock.getAddress(), ask]);
      const data = mock.interface.encodeFunctionData(method, parameters);
      await send(consumer, "setCall", [await mock.getAddress(), data]);
      await send(mock, "answer", [await read(mock, "lastRequestId"), OUTPUT]);
      expect(await read(consumer, "callSucceeded"), method).to.equal(isAllowed);
    }
    expect(await read(mock, "balanceOf", address)).to.equal(5n);
  });

  it("checks results", async () => {
    const { mock, requestId } = await asked();
    const check = (output: Uint8Array, level: bigint, grade: bigint): Promise<unknown> =>
      read(mock, "checkResult", requestId, output, level, grade);
    await expect(check(OUTPUT, ZK, 0n)).to.be.revertedWithCustomError(mock, "StatusWrong");
    await send(mock, "answer", [requestId, OUTPUT]);
    await check(OUTPUT, ZK, 0n);
    await expect(check(INPUT, ZK, 0n)).to.be.revertedWithCustomError(mock, "OutputMismatch");
    await expect(check(OUTPUT, ZK, 1n)).to.be.revertedWithCustomError(mock, "GradeTooLow");
    expect(await read(mock, "resultDigest", requestId)).to.equal(keccak256(OUTPUT).slice(0, 52));
  });

  it("refuses a result of a lower level", async () => {
    const { mock } = await asked();
    await send(mock, "requestInference", [RELEASE_ID, 0n, INPUT, TERMS]);
    const requestId = (await read(mock, "lastRequestId")) as string;
    await send(mock, "answer", [requestId, OUTPUT]);
    await read(mock, "checkResult", requestId, OUTPUT, 0n, 0n);
    await expect(read(mock, "checkResult", requestId, OUTPUT, ZK, 0n))
      .to.be.revertedWithCustomError(mock, "LevelTooLow")
      .withArgs(requestId, 0n, ZK);
  });

  it("refuses withdrawals beyond the balance and deposits that are not sent", async () => {
    const { mock, owner, reader } = await asked();
    await expect(send(mock, "withdraw", [owner.address, 1n])).to.be.revertedWithCustomError(
      mock,
      "BalanceTooLow",
    );
    await expect(
      send(mock, "deposit", [await reader.getAddress(), 2n, { value: 1n }]),
    ).to.be.revertedWithCustomError(mock, "BalanceTooLow");
  });
});
