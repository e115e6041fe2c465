import { expect } from "chai";
import hre from "hardhat";

import { ethers, type World } from "./world.ts";

const GAS_GIVEN = 15_000_000n;

/** A failing transaction burns at most this, although it was given fifteen million. */
export async function expectToBurnLessThan(
  w: World,
  call: { readonly to: string; readonly data: string; readonly maximum: bigint },
): Promise<void> {
  // Coverage counts inside the contracts, which costs gas.
  if (hre.globalOptions.coverage) return;
  const { to, data, maximum } = call;
  const sent = w.stranger.sendTransaction({ to, data, gasLimit: GAS_GIVEN });
  await sent.then(
    () => expect.fail("it did not revert"),
    () => undefined,
  );
  const block = await ethers.provider.getBlock("latest");
  const receipt = await ethers.provider.getTransactionReceipt(block?.transactions[0] ?? "");
  if (receipt?.status !== 0) throw new Error("the failing transaction was not mined");
  expect(receipt.gasUsed < maximum, `${receipt.gasUsed} gas`).to.equal(true);
}
