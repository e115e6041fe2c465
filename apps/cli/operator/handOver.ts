import { readSenders } from "../../../scripts/account/operatorRecord.ts";
import { transact } from "../../../scripts/account/transact.ts";
import type { OpenAccount } from "../chain/options.ts";
import { sayMined } from "../chain/say.ts";
import { parseReceiver } from "../chain/words.ts";
import type { OpenOperator } from "./options.ts";

/** Hands an operator over to another account, or with the word none takes that back. */
export async function handOverOperator(operator: OpenOperator, text: string): Promise<void> {
  const { deployment, operatorId } = operator;
  const newOwner = parseReceiver(text);
  const mined = await transact(deployment.operatorRegistry, {
    method: "handOverOperator",
    values: [operatorId, newOwner.address],
  });
  const effect = newOwner.isNobody
    ? `operator ${operatorId} is handed over to nobody`
    : `${newOwner.address} may take operator ${operatorId}: assay operator take-over ${operatorId}`;
  sayMined(effect, mined);
}

/** Takes an operator that was handed over to the key's account, and says who acts for it. */
export async function takeOverOperator(
  { deployment, account }: OpenAccount,
  operatorId: bigint,
): Promise<void> {
  const mined = await transact(deployment.operatorRegistry, {
    method: "takeOverOperator",
    values: [operatorId],
  });
  sayMined(`operator ${operatorId} is owned by ${account}; its payout address is none`, mined);
  for (const sender of await readSenders(deployment, operatorId)) {
    console.log(`${sender} still acts for it; if it is not yours: assay operator sender remove`);
  }
}
