import type { Combination } from "../combination.ts";
import type { ConstraintSystem } from "../constraintSystem.ts";

/** condition ? whenOne : whenZero in one row; the condition is a bit. */
export function select(
  system: ConstraintSystem,
  condition: Combination,
  choices: { readonly whenOne: Combination; readonly whenZero: Combination },
): Combination {
  const { whenOne, whenZero } = choices;
  const result = system.wire(() =>
    system.valueOf(system.valueOf(condition) === 1 ? whenOne : whenZero),
  );
  system.enforce(
    condition,
    system.difference(whenOne, whenZero),
    system.difference(result, whenZero),
  );
  return result;
}
