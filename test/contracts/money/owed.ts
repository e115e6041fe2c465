import { heldByCoordinator } from "./causes.ts";
import {
  arrives,
  move,
  sendAt,
  type Dice,
  type Sending,
  type Sent,
  type Session,
} from "./session.ts";
import { keptOfOwed } from "./transfers.ts";

/** What a penalty or slash pays out while the token is paused stays in the registry, and is owed. */

/** A transaction that now and then meets a token that is paused just then. */
export async function sendPerhapsPaused(
  session: Session,
  { choice }: Dice,
  sending: Sending,
): Promise<Sent> {
  const { token, owner: from } = session.market;
  session.isPaused = token !== undefined && choice % 5 === 0;
  if (token === undefined || !session.isPaused) return sendAt(session, sending);
  await sendAt(session, { from, to: token, method: "setPaused", args: [true] });
  const sent = await sendAt(session, sending);
  await sendAt(session, { from, to: token, method: "setPaused", args: [false] });
  return sent;
}

/** What is credited of an amount that leaves the registry: all of it, if it cannot leave yet. */
export const credited = (session: Session): ((amount: bigint) => bigint) =>
  session.isPaused ? (amount) => amount : arrives(session);

/** Notes what was to leave the registry by the last transaction. */
export function noteOwed(session: Session, amount: bigint): void {
  if (session.isPaused) session.owed += amount;
}

/** Anyone sends the coordinator what it is owed; what the token keeps of it is owed again. */
export async function forwardOwed(session: Session): Promise<void> {
  if (session.owed === 0n) return;
  const { treasury: from, operators: to } = session.market;
  await sendAt(session, { from, to, method: "forwardOwed", args: [] });
  const kept = session.owed - arrives(session)(session.owed);
  move(session, keptOfOwed(kept));
  session.owed = kept;
}

/** The coordinator comes to hold as much, if it is owed it. */
export async function forwardUpTo(session: Session, amount: bigint): Promise<void> {
  while (session.owed > 0n && heldByCoordinator(session.books) - session.owed < amount) {
    await forwardOwed(session);
  }
}
