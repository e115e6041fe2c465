import {
  findStanding,
  requireOpenWindow,
  type DisputableRequest,
} from "../../../scripts/account/standingAnswer.ts";
import { fieldsOf, newestBlock, transact, view } from "../../../scripts/account/transact.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { formatAmount } from "../chain/amounts.ts";
import { formatTime } from "../chain/formatTime.ts";
import type { OpenAccount } from "../chain/options.ts";
import { missingCoins } from "../chain/payment.ts";
import { sayMined, sayTable } from "../chain/say.ts";

/**
 * Prints what asking for a proof costs and brings, then asks for it.
 * @throws AccountError RequestUnknown, AnswerAbsent, WindowOver; CliError; ContractRefusal
 */
export async function challenge(open: OpenAccount, requestId: Hex): Promise<void> {
  const { deployment, units } = open;
  const request = await findStanding(deployment, requestId);
  await requireOpenWindow(deployment, request);
  const { preimage, answer } = request;
  const bond = await challengeBond(open, request);
  if (!answer.isChallenged) await sayStakes(open, request, bond);
  const mined = await transact(deployment.coordinator, {
    method: "challenge",
    values: [...preimage, answer.record],
    value: await missingCoins(open, { cost: bond, what: "the challenge's bond" }),
  });
  const { proofDeadline } = fieldsOf(mined, "RequestChallenged");
  const until = formatTime(BigInt(String(proofDeadline)));
  const stake = formatAmount(bond, units);
  sayMined(`request ${requestId} challenged with ${stake}; a proof is due until ${until}`, mined);
  console.log(`After that, if none came: assay challenge ${requestId} --close`);
}

/**
 * Ends a challenge that no proof answered in time.
 * @throws AccountError RequestUnknown, AnswerAbsent; ContractRefusal
 */
export async function closeChallenge(
  { deployment, units }: OpenAccount,
  requestId: Hex,
): Promise<void> {
  const { preimage, answer, payer } = await findStanding(deployment, requestId);
  const mined = await transact(deployment.coordinator, {
    method: "closeChallenge",
    values: [...preimage, answer.record],
  });
  const { challenger, reward, refund } = fieldsOf(mined, "RequestOverturned");
  const [paid, back] = [reward, refund].map((part) => formatAmount(BigInt(String(part)), units));
  const effect =
    `the answer of operator ${answer.payee} fell without a right one: ${paid} and his bond to ` +
    `${String(challenger)}, ${back} to ${payer}`;
  sayMined(effect, mined);
}

/** What of a bond behind a fallen answer its challenger gets: two fifths of the half that is not burned. */
export function challengerShare(bond: bigint): bigint {
  return ((bond / 2n) * 2n) / 5n;
}

async function challengeBond(
  { deployment }: OpenAccount,
  { releaseId }: DisputableRequest,
): Promise<bigint> {
  return (await view(deployment.coordinator, "challengeBondOf", [releaseId])) as bigint;
}

async function sayStakes(
  { deployment, units }: OpenAccount,
  { answer, bond: behind }: DisputableRequest,
  bond: bigint,
): Promise<void> {
  const { coordinator, provider } = deployment;
  const proofSeconds = (await view(coordinator, "proofSeconds")) as bigint;
  const open = (await view(coordinator, "openChallengesOf", [answer.payee])) as bigint;
  const { timestamp } = await newestBlock(provider);
  const proven = BigInt(timestamp) + (open + 1n) * proofSeconds;
  // Never before the answer's own window would have ended.
  const due = formatTime(proven > answer.windowEnd ? proven : answer.windowEnd);
  const share = formatAmount(challengerShare(behind), units);
  sayTable([
    ["answer", answer.output],
    ["your bond", formatAmount(bond, units)],
    ["proof due", `about ${due}`],
    ["with a proof", `the answer is final, and your bond goes to operator ${answer.payee}`],
    ["without one", `the answer falls; you get your bond back and ${share} of the operator's`],
  ]);
}
