import type { ContractTransactionResponse } from "ethers";

import { ethers, GWEI, networkHelpers } from "./world.ts";

/** Overrides that make a transaction the n-th of its block; an estimate would see the block before. */
const inPlace = (place: number): { readonly gasPrice: bigint; readonly gasLimit: bigint } => ({
  gasPrice: BigInt(100 - place) * GWEI,
  gasLimit: 3_000_000n,
});

export type Place = ReturnType<typeof inPlace>;
export type Sending = (place: Place) => Promise<ContractTransactionResponse>;

/** Has transactions mined in one block, in this order; which of them went through. */
export async function inOneBlock(sendings: readonly Sending[]): Promise<readonly boolean[]> {
  const hashes: string[] = [];
  await ethers.provider.send("evm_setAutomine", [false]);
  try {
    for (const [place, sends] of sendings.entries())
      hashes.push((await sends(inPlace(place))).hash);
    await networkHelpers.mine();
  } finally {
    // Else every later test would wait for a block.
    await ethers.provider.send("evm_setAutomine", [true]);
  }
  const receipts = await Promise.all(
    hashes.map(async (hash) => ethers.provider.getTransactionReceipt(hash)),
  );
  const blocks = new Set(receipts.map((receipt) => receipt?.blockNumber));
  const places = receipts.map((receipt) => receipt?.index);
  const isOrdered = places.every((index, place) => index === place);
  if (blocks.size !== 1 || !isOrdered) throw new Error("not in one block, in this order");
  return receipts.map((receipt) => receipt?.status === 1);
}
