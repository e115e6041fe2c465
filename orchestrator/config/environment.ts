import type { z } from "zod";

import { OrchestratorError } from "../domain/errors.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** One sentence per mistake; never the value of a secret. */
export function mistakesOf(schema: z.ZodType, environment: Environment): string[] {
  const values = present(environment);
  const result = schema.safeParse(values);
  if (result.success) return [];
  return result.error.issues.map((issue) => {
    const name = String(issue.path[0] ?? "environment");
    if (values[name] === undefined) return `${name} is missing`;
    const isSecret = /KEY|TOKEN|URL/.test(name);
    return `${name} ${issue.message}${isSecret ? "" : `: ${JSON.stringify(values[name])}`}`;
  });
}

/** An empty variable counts as one that is not set. */
export function present(environment: Environment): Readonly<Record<string, string>> {
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== "",
  );
  return Object.fromEntries(entries);
}

/** @throws OrchestratorError ConfigInvalid if there is a mistake */
export function refuse(mistakes: readonly string[]): void {
  if (mistakes.length > 0) throw new OrchestratorError("ConfigInvalid", { data: { mistakes } });
}
