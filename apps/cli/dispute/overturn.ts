import {
  findStanding,
  requireOpenWindow,
  type DisputableRequest,
} from "../../../scripts/account/standingAnswer.ts";
import { fieldsOf, transact } from "../../../scripts/account/transact.ts";
import { DisputeError } from "../../../scripts/dispute/disputeError.ts";
import { withLocalRelease } from "../../../scripts/dispute/localRelease.ts";
import { commitOverturn, untilCounted } from "../../../scripts/dispute/overturn.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { formatAmount } from "../chain/amounts.ts";
import type { OpenAccount } from "../chain/options.ts";
import { sayMined, sayTable } from "../chain/say.ts";
import { challengerShare } from "./challenge.ts";

/**
 * Executes a request again; if its answer is wrong, commits, proves the right one and overturns.
 * @throws AccountError RequestUnknown, AnswerAbsent, WindowOver; DisputeError AnswerRight,
 *   ReleaseUnavailable, KeyForeign; OrchestratorError; ContractRefusal
 */
export async function overturn(
  open: OpenAccount,
  { requestId, storeFolder }: { readonly requestId: Hex; readonly storeFolder: string },
): Promise<void> {
  const { deployment, account, units } = open;
  const request = await findStanding(deployment, requestId);
  await requireOpenWindow(deployment, request);
  await withLocalRelease(deployment, { request, storeFolder }, async (release) => {
    const output = await release.rightOutput();
    requireWrong(request, output);
    sayTable([
      ["its answer", request.answer.output],
      ["right one", output],
      ["your part", formatAmount(challengerShare(request.bond), units)],
    ]);
    await release.prepareProof();
    const committed = await commitOverturn(deployment, { requestId, output, challenger: account });
    sayMined("committed to the right output", committed.mined);
    const proven = await release.prove({ output, payee: BigInt(account) });
    console.log("proven; waiting for the block after the commitment");
    await untilCounted(deployment, committed);
    const { preimage, answer } = request;
    const values = [...preimage, answer.record, proven, committed.salt];
    const mined = await transact(deployment.coordinator, { method: "overturn", values });
    const { reward, refund, slashed } = fieldsOf(mined, "RequestOverturned");
    const [paid, back, lost] = [reward, refund, slashed].map((part) =>
      formatAmount(BigInt(String(part)), units),
    );
    const effect =
      `the answer of operator ${answer.payee} fell, and ${lost} of his bond: ${paid} to your ` +
      `balance, ${back} to ${request.payer}`;
    sayMined(effect, mined);
  });
}

function requireWrong({ requestId, answer }: DisputableRequest, output: Hex): void {
  if (output !== answer.output.toLowerCase()) return;
  const message =
    `The answer of request ${requestId} is right: ${output}. There is nothing to overturn; ` +
    `assay escalate ${requestId} proves it.`;
  throw new DisputeError("AnswerRight", message, { data: { requestId, output } });
}
