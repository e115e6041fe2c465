import { expect } from "chai";
import { keccak256, ZeroAddress } from "ethers";

import { deployContract } from "../../scripts/deploy/deploy.ts";
import { rightOutput, STAND_IN_GAS, standIn, wrongOutput } from "../../scripts/sim/evidence.ts";
import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { encodeVerifyingKey } from "../../sdk/protocol/verifyingKey.ts";
import { skipUnderCoverage } from "./support/underCoverage.ts";
import { ethers, networkHelpers, proverOf, read, send } from "./support/world.ts";

const input: Hex = `0x${"1b".repeat(128)}`;
const requestId: Hex = `0x${"2c".repeat(32)}`;
const payee = 77n;
const bytes = (hex: Hex): Uint8Array => Buffer.from(hex.slice(2), "hex");

describe("ScriptedVerifier", () => {
  async function deployJudge() {
    const [signer] = await ethers.getSigners();
    if (!signer) throw new Error("no accounts");
    const store = await deployContract(signer, "KeyStore", [`0x${"00".repeat(32)}`]);
    const proofs = await deployContract(signer, "ZkVerifier", [store]);
    const keys = await ethers.getContractAt("KeyStore", store, signer);
    const key = encodeVerifyingKey((await proverOf("sixWords")).verifyingKey);
    await send(keys, "registerKey", [key]);
    const keyAddress = await read(keys, "keyAddress", keccak256(key));
    const judge = await deployContract(signer, "mocks/ScriptedVerifier", [proofs, STAND_IN_GAS]);
    return { signer, judge: await ethers.getContractAt("ScriptedVerifier", judge), keyAddress };
  }

  async function proof(output: Hex): Promise<Uint8Array> {
    const claim = { requestId: BigInt(requestId), payee, input: bytes(input) };
    return (await proverOf("sixWords")).prove({ ...claim, output: bytes(output) });
  }

  const claimed = (output: Hex, key: string = ZeroAddress) => ({
    requestId,
    payee,
    releaseId: requestId,
    key,
    input,
    output,
  });

  it("knows the output that the simulation takes for right", async () => {
    const { judge } = await networkHelpers.loadFixture(deployJudge);
    expect(await read(judge, "rightOutput", input)).to.equal(rightOutput(input));
  });

  it("takes a real proof of the right output, and no other proof", async () => {
    const { judge, keyAddress } = await networkHelpers.loadFixture(deployJudge);
    const right = rightOutput(input);
    await read(judge, "verify", claimed(right, keyAddress), await proof(right));
    const other = await proof(wrongOutput(input));
    await expect(read(judge, "verify", claimed(right, keyAddress), other)).to.revert(ethers);
  });

  it("takes no proof of a wrong output, however real", async () => {
    const { judge, keyAddress } = await networkHelpers.loadFixture(deployJudge);
    const wrong = wrongOutput(input);
    await expect(read(judge, "verify", claimed(wrong, keyAddress), await proof(wrong)))
      .to.be.revertedWithCustomError(judge, "OutputFalse")
      .withArgs(requestId, rightOutput(input));
  });

  it("takes a stand-in for the payee it was made for only", async () => {
    const { judge } = await networkHelpers.loadFixture(deployJudge);
    const claim = claimed(rightOutput(input));
    await read(judge, "verify", claim, standIn({ requestId, payee, input }));
    const foreign = standIn({ requestId, payee: 78n, input });
    await expect(read(judge, "verify", claim, foreign)).to.be.revertedWithCustomError(
      judge,
      "StandInWrong",
    );
  });

  it("costs with a stand-in what it costs with a proof, within one percent", async function () {
    skipUnderCoverage(this);
    const { signer, judge, keyAddress } = await networkHelpers.loadFixture(deployJudge);
    const claim = claimed(rightOutput(input), keyAddress);
    const gasOf = async (evidence: unknown): Promise<number> => {
      const data = judge.interface.encodeFunctionData("verify", [claim, evidence]);
      const transaction = await signer.sendTransaction({
        to: judge.target,
        data,
        gasLimit: 10n ** 6n,
      });
      return Number((await transaction.wait())?.gasUsed);
    };
    const real = await gasOf(await proof(rightOutput(input)));
    const standing = await gasOf(standIn({ requestId, payee, input }));
    expect(Math.abs(standing - real) / real).to.be.lessThan(0.01, `${standing}, not ${real}`);
  });
});
