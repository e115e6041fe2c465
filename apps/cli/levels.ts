import type { ZkRelease } from "../../scripts/deploy/publishRelease.ts";
import { COIN, type Units } from "./chain/amounts.ts";
import { parseShortAmount } from "./chain/shortAmount.ts";
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
const MOST_GRADE = 255n;

/**
 * @param units Of the deployment's asset, in which the bond is.
 * @throws CliError for a level, bond or grade that no release can have.
 */
export function judgedLevels(
  { levels, minBond, minGrade }: LevelOptions,
  units: Units = COIN,
): JudgedLevels {
  const named = levels.split(",").map(levelNamed);
  if (!named.includes("Optimistic") && (minBond !== undefined || minGrade !== undefined)) {
    throw new CliError(
      `--min-bond and --min-grade are about optimistic answers, and --levels is ${levels}.`,
      "Add optimistic to --levels, or leave both out.",
    );
  }
  return {
    levels: named,
    ...(minBond === undefined
      ? {}
      : { minBond: parseShortAmount(minBond, { option: "--min-bond", units }) }),
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

function gradeOf(text: string): bigint {
  const value = /^[0-9]{1,3}$/.test(text) ? BigInt(text) : null;
  if (value !== null && value <= MOST_GRADE) return value;
  const next = `Give --min-grade a number of contributors, 0 to ${MOST_GRADE}.`;
  throw new CliError(`--min-grade ${text} is no number up to ${MOST_GRADE}.`, next);
}
