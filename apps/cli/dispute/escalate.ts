import {
  findStanding,
  requireOpenWindow,
  type DisputableRequest,
} from "../../../scripts/account/standingAnswer.ts";
import { fieldsOf, transact } from "../../../scripts/account/transact.ts";
import { DisputeError } from "../../../scripts/dispute/disputeError.ts";
import { withLocalRelease } from "../../../scripts/dispute/localRelease.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { formatAmount } from "../chain/amounts.ts";
import type { OpenAccount } from "../chain/options.ts";
import { sayMined } from "../chain/say.ts";

/**
 * Proves the answer that stands, for its operator: it is final at once, and a challenge of it is lost.
 * @throws AccountError RequestUnknown, AnswerAbsent, WindowOver; DisputeError AnswerWrong,
 *   ReleaseUnavailable, KeyForeign; OrchestratorError; ContractRefusal
 */
export async function escalate(
  { deployment, units }: OpenAccount,
  { requestId, storeFolder }: { readonly requestId: Hex; readonly storeFolder: string },
): Promise<void> {
  const request = await findStanding(deployment, requestId);
  const { preimage, answer } = request;
  // Unchallenged, it may be proven for as long as nobody finalized it.
  if (answer.isChallenged) await requireOpenWindow(deployment, request);
  await withLocalRelease(deployment, { request, storeFolder }, async (release) => {
    const output = await release.rightOutput();
    requireRight(request, output);
    const proven = await release.prove({ output, payee: answer.payee });
    const values = [...preimage, answer.record, proven];
    const mined = await transact(deployment.coordinator, { method: "escalate", values });
    const paid = BigInt(String(fieldsOf(mined, "RequestFinalized")["paid"]));
    const won = mined.events.find(({ name }) => name === "ChallengeAnswered");
    const bond = won === undefined ? 0n : BigInt(String(won.fields["challengeBond"]));
    const more = bond === 0n ? "" : ` and the challenger's ${formatAmount(bond, units)}`;
    const share = formatAmount(paid, units);
    const effect = `request ${requestId} is final, proven: ${share}${more} to operator ${answer.payee}`;
    sayMined(effect, mined);
  });
}

function requireRight({ requestId, answer }: DisputableRequest, output: Hex): void {
  if (output === answer.output.toLowerCase()) return;
  const message =
    `The answer of request ${requestId} is wrong: ${answer.output}, where ${output} is right. ` +
    `Nobody can prove it; assay overturn ${requestId} takes its bond.`;
  throw new DisputeError("AnswerWrong", message, { data: { requestId, output } });
}
