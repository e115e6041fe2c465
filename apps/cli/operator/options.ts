import type { Command } from "commander";

import { operatorIdOf } from "../../../scripts/account/operatorRecord.ts";
import { asAccount, withChain, type ChainOptions, type OpenAccount } from "../chain/options.ts";
import { parseOperatorId } from "../chain/words.ts";

export interface OperatorOptions extends ChainOptions {
  readonly operator?: string;
}

/** A deployment as an account meets it that acts for an operator. */
export interface OpenOperator extends OpenAccount {
  readonly operatorId: bigint;
}

/** Adds the options every command of an operator has. */
export function withOperator(command: Command): Command {
  return withChain(command).option("--operator <id>", "operator, if not the key's own");
}

/** As `asAccount`, for an operator: the one named, or the one the key's account registered. */
export async function asOperator(
  options: OperatorOptions,
  work: (operator: OpenOperator) => Promise<void>,
): Promise<void> {
  const named = options.operator === undefined ? null : parseOperatorId(options.operator);
  await asAccount(options, async (open) => {
    await work({ ...open, operatorId: named ?? operatorIdOf(open.account) });
  });
}
