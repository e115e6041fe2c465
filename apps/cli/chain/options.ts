import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { z } from "zod";

import { openDeployment, type Deployment } from "../../../scripts/account/deployment.ts";
import type { Place } from "../../../scripts/account/deployment.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { CliError } from "../failure.ts";
import { COIN, tokenUnits, type Units } from "./amounts.ts";
import { parseAddress, parseWhole } from "./words.ts";

/** Which deployment a command is about, and whose key it uses. */
export interface ChainOptions {
  readonly rpc?: string;
  readonly addresses?: string;
  readonly coordinator?: string;
  readonly startBlock?: string;
  readonly keyFile?: string;
}

/** A deployment as an account meets it. */
export interface OpenAccount {
  readonly deployment: Deployment;
  readonly account: Hex;
  /** Of the deployment's asset. */
  readonly units: Units;
}

const addressesFile = z.looseObject({
  coordinator: z.string(),
  chainId: z.number().int().positive().optional(),
  startBlock: z.number().int().nonnegative().optional(),
});

/** Adds the options every command has that meets a deployment. */
export function withChain(command: Command): Command {
  return command
    .option("--rpc <url>", "HTTP endpoint of the chain")
    .option("--addresses <file>", "JSON of the deployment, as assay deploy writes it")
    .option("--coordinator <address>", "the deployment's InferenceCoordinator, without such a file")
    .option("--start-block <number>", "block the deployment was made in, without such a file")
    .option("--key-file <file>", "holds the private key of the account that acts");
}

/** Adds `--json`. */
export function withJson(command: Command): Command {
  const effect = "print one JSON object on standard output, all else on standard error";
  return command.option("--json", effect);
}

/**
 * Runs `work` on a deployment with a key's account, and closes the deployment.
 * @throws CliError for options that are missing or wrong; AccountError of `openDeployment`
 */
export async function asAccount(
  options: ChainOptions,
  work: (account: OpenAccount) => Promise<void>,
): Promise<void> {
  if (options.keyFile === undefined) {
    throw new CliError("This needs an account.", "Name the file of its private key: --key-file.");
  }
  await onDeployment(options, async (deployment) => {
    if (deployment.account === null)
      throw new Error("a deployment opened with a key has an account");
    await work({ deployment, account: deployment.account, units: unitsOf(deployment) });
  });
}

/** As `asAccount`, for what only reads: a key is not needed. */
export async function onDeployment(
  options: ChainOptions,
  work: (deployment: Deployment) => Promise<void>,
): Promise<void> {
  const deployment = await openDeployment(await placeOf(options), options.keyFile ?? null);
  try {
    await work(deployment);
  } finally {
    deployment.close();
  }
}

/** How amounts of the deployment's asset are written. */
export function unitsOf({ asset }: Pick<Deployment, "asset">): Units {
  return asset.kind === "coin" ? COIN : tokenUnits(asset.decimals);
}

async function placeOf(options: ChainOptions): Promise<Place> {
  const { rpc: rpcUrl, startBlock } = options;
  if (rpcUrl === undefined) {
    throw new CliError("This needs a chain.", "Name the url of its HTTP endpoint: --rpc.");
  }
  const known = await namedDeployment(options);
  const start = startBlock === undefined ? null : Number(parseWhole(startBlock, BLOCK));
  return {
    rpcUrl,
    coordinator: parseAddress(known.coordinator),
    startBlock: start ?? known.startBlock ?? 0,
    ...(known.chainId === undefined ? {} : { chainId: BigInt(known.chainId) }),
  };
}

async function namedDeployment(options: ChainOptions): Promise<z.infer<typeof addressesFile>> {
  const { addresses, coordinator } = options;
  if (addresses !== undefined && coordinator === undefined) return readAddresses(addresses);
  if (addresses === undefined && coordinator !== undefined) return { coordinator };
  const next = "Give --addresses with the file of a deployment, or --coordinator.";
  throw new CliError("This needs one deployment.", next);
}

const BLOCK = { what: "block number", most: BigInt(Number.MAX_SAFE_INTEGER) };

async function readAddresses(file: string): Promise<z.infer<typeof addressesFile>> {
  const text = await readFile(file, "utf8");
  try {
    return addressesFile.parse(JSON.parse(text));
  } catch (cause) {
    const next = "It needs the coordinator's address; assay deploy writes one with --out.";
    throw new CliError(`${file} holds no addresses of a deployment.`, next, cause);
  }
}
