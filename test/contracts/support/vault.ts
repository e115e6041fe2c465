import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { id, type Contract } from "ethers";

import { deployContract } from "../../../scripts/deploy/deploy.ts";
import { as, ethers, networkHelpers, read, send, ZK } from "./world.ts";

export const VOLATILITY = resolve(import.meta.dirname, "../../../models/volatility");
export const HOUR = 3_600n;
export const DAY = 24n * HOUR;
export const STALE_SECONDS = 7n * DAY;
/** 10 % a year, all of the vault at most. */
export const TARGET_BPS = 1_000n;
export const CAP_BPS = 9_000n;
export const DEPOSIT = 1_000_000n;

/** Twenty real days of the S&P 500, none of which the model was trained on. */
export async function realReturns(): Promise<readonly bigint[]> {
  const file = await readFile(resolve(VOLATILITY, "heldout.json"), "utf8");
  const [first] = JSON.parse(file) as { input: number[] }[];
  if (first === undefined) throw new Error("heldout.json is empty");
  return first.input.map(BigInt);
}

export const TERMS = {
  maxFee: 100n,
  maxGasPrice: 0n,
  callbackGas: 300_000n,
  lifetimeSeconds: HOUR,
  minBond: 0n,
  minGrade: 0n,
  operatorId: 0n,
};

/** A vault over a token, an index that moves as it is told, and who deals with them. */
export interface VaultScene {
  readonly owner: HardhatEthersSigner;
  readonly keeper: HardhatEthersSigner;
  readonly saver: HardhatEthersSigner;
  readonly stranger: HardhatEthersSigner;
  readonly token: Contract;
  readonly index: Contract;
  readonly vault: Contract;
}

export interface VaultChoices {
  readonly coordinator: string;
  readonly releaseId?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly terms?: Readonly<Record<string, unknown>>;
}

/** The index holds a million beside what the vault will bring. */
export async function deployVault(choices: VaultChoices): Promise<VaultScene> {
  const [owner, , , , stranger, keeper, saver] = await ethers.getSigners();
  if (!owner || !keeper || !saver || !stranger) throw new Error("no accounts");
  const token = await deployed(owner, "mocks/TestToken", [0n]);
  const index = await deployed(owner, "mocks/TestIndex", [await token.getAddress()]);
  await send(token, "mint", [owner.address, DEPOSIT]);
  await send(token, "approve", [await index.getAddress(), DEPOSIT]);
  await send(index, "deposit", [DEPOSIT, owner.address]);
  const settings = {
    releaseId: choices.releaseId ?? id("models/volatility"),
    level: ZK,
    index: await index.getAddress(),
    targetBps: TARGET_BPS,
    capBps: CAP_BPS,
    staleSeconds: STALE_SECONDS,
    ...choices.settings,
  };
  const vault = await deployed(owner, "examples/VolatilityVault", [
    owner.address,
    choices.coordinator,
    keeper.address,
    settings,
    { ...TERMS, ...choices.terms },
    await realReturns(),
  ]);
  await send(token, "mint", [saver.address, 10n * DEPOSIT]);
  const approved = 2n ** 256n - 1n;
  await send(as(token, saver), "approve", [await vault.getAddress(), approved]);
  return { owner, keeper, saver, stranger, token, index, vault };
}

async function deployed(
  signer: HardhatEthersSigner,
  source: string,
  parameters: readonly unknown[],
): Promise<Contract> {
  const address = await deployContract(signer, source, parameters);
  return ethers.getContractAt(source.replace(/^.*\//, ""), address, signer);
}

/** The model's output: percent a year as int16 with five fraction bits. */
export function outputOf(volatility: bigint): string {
  return `0x${BigInt.asUintN(16, volatility).toString(16).padStart(4, "0")}`;
}

export async function pass(seconds: bigint): Promise<void> {
  await networkHelpers.time.increase(seconds);
}

/** Moves the index by so many assets, for all its holders together. */
export async function moveIndex({ token, index }: VaultScene, assets: bigint): Promise<void> {
  const address = await index.getAddress();
  if (assets >= 0n) await send(token, "mint", [address, assets]);
  else await send(index, "lose", [-assets]);
}

/** Part of the vault that is in the index now, in 1/10,000, rounded down. */
export async function heldBps({ vault }: VaultScene): Promise<bigint> {
  const held = BigInt(await read(vault, "indexAssets"));
  return (held * 10_000n) / BigInt(await read(vault, "totalAssets"));
}

/** The same where a test decides what is answered; a million is deposited. */
export interface MockScene extends VaultScene {
  readonly mock: Contract;
}

export async function deployMockScene(): Promise<MockScene> {
  const [owner] = await ethers.getSigners();
  if (owner === undefined) throw new Error("no accounts");
  const mock = await deployed(owner, "mocks/MockCoordinator", []);
  const scene = await deployVault({ coordinator: await mock.getAddress() });
  await send(as(scene.vault, scene.saver), "deposit", [DEPOSIT, scene.saver.address]);
  return { ...scene, mock };
}

/** A forecast of 20 % a year: half of the vault belongs into the index. */
export async function deployForecast(): Promise<MockScene> {
  const scene = await deployMockScene();
  await send(scene.mock, "answer", [await askForecast(scene), outputOf(640n)]);
  return scene;
}

/** The keeper asks; the id of the request. */
export async function askForecast({ vault, keeper, mock }: MockScene): Promise<string> {
  await send(as(vault, keeper), "askForecast", []);
  return (await read(mock, "lastRequestId")) as string;
}

/** The coordinator's own account, for callbacks that the mock does not make. */
export async function coordinatorOf({ mock, vault }: MockScene): Promise<Contract> {
  const address = await mock.getAddress();
  await networkHelpers.impersonateAccount(address);
  await networkHelpers.setBalance(address, 10n ** 18n);
  return as(vault, await ethers.getSigner(address));
}
