import type { ZkRelease } from "../../scripts/deploy/publishRelease.ts";
import { isShortAmount, nextShortAmount } from "../../sdk/protocol/shortAmount.ts";
import { CliError } from "./failure.ts";

/** The options of a command that names a release's levels, as the user wrote them. */
export interface LevelOptions {
  readonly levels: string;
  readonly minBond?: string;
  readonly minGrade?: string;
}

/** What a release says of its levels and their judge. */
export type JudgedLevels = Pick<ZkRelease, "levels" | "minBond" | "minGrade">;

const LEVELS = { optimistic: "Optimistic", zk: "Zk" } as const;
const MOST_BOND = 2n ** 96n - 1n;
const MOST_GRADE = 255n;

/** @throws CliError for a level, bond or grade that no release can have. */
export function judgedLevels({ levels, minBond, minGrade }: LevelOptions): JudgedLevels {
  const named = levels.split(",").map(levelNamed);
  if (!named.includes("Optimistic") && (minBond !== undefined || minGrade !== undefined)) {
    throw new CliError(
      `--min-bond and --min-grade are about optimistic answers, and --levels is ${levels}.`,
      "Add optimistic to --levels, or leave both out.",
    );
  }
  return {
    levels: named,
    ...(minBond === undefined ? {} : { minBond: bondOf(minBond) }),
    ...(minGrade === undefined ? {} : { minGrade: gradeOf(minGrade) }),
  };
}

function levelNamed(name: string): "Optimistic" | "Zk" {
  const known = name.trim().toLowerCase();
  if (known === "optimistic" || known === "zk") return LEVELS[known];
  throw new CliError(
    `A release cannot be published at level "${name}".`,
    "Give --levels zk, optimistic, or optimistic,zk.",
  );
}

function bondOf(text: string): bigint {
  const next = "Give --min-bond a whole number in the asset's smallest unit.";
  const bond = wholeNumber(text, { option: "--min-bond", most: MOST_BOND, next });
  if (isShortAmount(bond)) return bond;
  throw new CliError(
    `--min-bond ${text} has too many digits: contracts keep a number up to 1023 and zeros.`,
    `The next bond above it is ${nextShortAmount(bond)}.`,
  );
}

function gradeOf(text: string): bigint {
  const next = `Give --min-grade a number of contributors, 0 to ${MOST_GRADE}.`;
  return wholeNumber(text, { option: "--min-grade", most: MOST_GRADE, next });
}

function wholeNumber(
  text: string,
  { option, most, next }: { readonly option: string; readonly most: bigint; readonly next: string },
): bigint {
  const value = /^[0-9]{1,40}$/.test(text) ? BigInt(text) : null;
  if (value === null || value > most) {
    throw new CliError(`${option} ${text} is no number up to ${most}.`, next);
  }
  return value;
}
