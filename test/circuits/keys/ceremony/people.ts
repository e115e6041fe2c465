import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Wallet } from "ethers";

import type { Exchange } from "../../../../circuits/keys/ceremony/exchangeFile.ts";
import {
  contributeTo,
  startCeremony,
  type SignContribution,
} from "../../../../circuits/keys/ceremony/steps.ts";
import { developmentPowersOfTau } from "../../../../circuits/keys/powersOfTau.ts";
import type { Hex } from "../../../../sdk/protocol/abiEncoding.ts";
import { contributionTypedData, type CeremonyPlace } from "../../../../sdk/protocol/ceremony.ts";
import { singleThreaded } from "../engine.ts";
import { smallCircuit } from "../smallCircuit.ts";

export const PLACE: CeremonyPlace = { chainId: 31_337n, book: `0x${"b0".repeat(20)}` };
export const BEACON = { hash: `0x${"5a".repeat(32)}`, iterationsExponent: 10 } as const;
/** 22 rows. */
export const CIRCUIT = smallCircuit(20);
export const onStep = (): void => undefined;

/** A folder with powers of tau for `CIRCUIT`, and for none of its size. */
export async function ptauFolder(): Promise<{
  readonly folder: string;
  readonly ptauPath: string;
  readonly tooSmall: string;
}> {
  const folder = await mkdtemp(path.join(tmpdir(), "assay-ceremony-"));
  const curve = await singleThreaded();
  const [ptauPath, tooSmall] = [path.join(folder, "6.ptau"), path.join(folder, "4.ptau")];
  await writeFile(ptauPath, await developmentPowersOfTau(curve, 6));
  await writeFile(tooSmall, await developmentPowersOfTau(curve, 4));
  return { folder, ptauPath, tooSmall };
}

export function start(ptauPath: string, r1cs: Uint8Array = CIRCUIT.r1cs): Promise<Exchange> {
  return startCeremony({ r1cs, name: "small-1.0.0", ptauPath, place: PLACE, onStep });
}

/** Somebody with a name of his own contributes. */
export function contribute(exchange: Exchange, wallet: Wallet, name = "Alice"): Promise<Exchange> {
  const contributor = wallet.address as Hex;
  return contributeTo(exchange, { name, contributor, typed: "", sign: signerFor(wallet), onStep });
}

export function signerFor(wallet: Wallet, place: CeremonyPlace = PLACE): SignContribution {
  return async (contribution) => {
    const { domain, types, message } = contributionTypedData(place, contribution);
    const mutable = { Contribution: [...types.Contribution] };
    return (await wallet.signTypedData(domain, mutable, message)) as Hex;
  };
}

export function someone(): Wallet {
  return new Wallet(Wallet.createRandom().privateKey);
}
