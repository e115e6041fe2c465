import type { Command } from "commander";

import type { Deployment } from "../../../scripts/account/deployment.ts";
import { primaryWindowOf } from "../../../scripts/account/askRequest.ts";
import { newestBlock } from "../../../scripts/account/transact.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { DELIVERY, termsOf, type Terms } from "../../../sdk/protocol/terms.ts";
import { parseAmount } from "../chain/amounts.ts";
import { unitsOf } from "../chain/options.ts";
import { parseDuration, parseOperatorId, parseWhole, parseWord } from "../chain/words.ts";
import { CliError } from "../failure.ts";

/** Terms as the command line names them. */
export interface TermsOptions {
  readonly maxFee?: string;
  readonly maxGasPrice?: string;
  readonly callbackGas: string;
  readonly deadline?: string;
  readonly delivery: string;
  readonly minBond: string;
  readonly minGrade: string;
  readonly fromOperator?: string;
  readonly measurement?: string;
}

const HOUR = 3_600n;
const TIP = 2n * 10n ** 9n;
/** Any fee: a quote does not look at it, and what it says becomes the most. */
const ANY_FEE = 2n ** 96n;

/** Adds an option per term. */
export function withTerms(command: Command): Command {
  return command
    .option("--max-fee <amount>", "most it may cost altogether; unless given, what is quoted")
    .option("--max-gas-price <amount>", "most per gas; unless given, twice the base fee and 2gwei")
    .option("--callback-gas <gas>", "gas of the callback; only contracts get one", "0")
    .option(
      "--deadline <time>",
      "from now, after which it can only expire; unless given, an hour or three primary windows",
    )
    .option("--delivery <when>", "answered or final: when the callback comes", "answered")
    .option("--min-bond <amount>", "least bond behind an optimistic answer", "0")
    .option("--min-grade <grade>", "least grade of the key's ceremony", "0")
    .option("--from-operator <id>", "the operator who alone shall answer")
    .option("--measurement <hash>", "the enclave measurement that alone may answer");
}

/**
 * Terms of a request made now.
 * @throws CliError for a term that is malformed
 */
export async function readTerms(
  options: TermsOptions,
  deployment: Deployment,
  releaseId: Hex,
): Promise<Terms> {
  const { fromOperator, measurement } = options;
  const { timestamp, baseFee } = await newestBlock(deployment.provider);
  const units = unitsOf(deployment);
  return termsOf({
    maxFee: options.maxFee === undefined ? ANY_FEE : parseAmount(options.maxFee, units),
    maxGasPrice: readGasPrice(options, deployment, baseFee),
    callbackGas: parseWhole(options.callbackGas, { what: "gas", most: 2_500_000n }),
    deadline: BigInt(timestamp) + (await readLifetime(options, deployment, releaseId)),
    delivery: readDelivery(options.delivery),
    minBond: parseAmount(options.minBond, units),
    minGrade: parseWhole(options.minGrade, { what: "grade", most: 255n }),
    ...(fromOperator === undefined ? {} : { operatorId: parseOperatorId(fromOperator) }),
    ...(measurement === undefined ? {} : { measurement: parseWord(measurement, "measurement") }),
  });
}

/** Two primary windows are the least; a third is left for whoever answers instead. */
async function readLifetime(
  { deadline }: TermsOptions,
  deployment: Deployment,
  releaseId: Hex,
): Promise<bigint> {
  if (deadline !== undefined) return parseDuration(deadline);
  const windows = 3n * (await primaryWindowOf(deployment, releaseId));
  return windows > HOUR ? windows : HOUR;
}

/** Where the asset is a token, which has no price in gas, nothing of the gas is paid back. */
function readGasPrice(
  { maxGasPrice }: TermsOptions,
  { asset }: Deployment,
  baseFee: bigint,
): bigint {
  if (maxGasPrice !== undefined) return parseAmount(maxGasPrice);
  return asset.kind === "coin" ? 2n * baseFee + TIP : 0n;
}

function readDelivery(text: string): bigint {
  if (text === "answered") return DELIVERY.WhenAnswered;
  if (text === "final") return DELIVERY.WhenFinal;
  throw new CliError(`${text} is no delivery.`, "Give answered or final.");
}
