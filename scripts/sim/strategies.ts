/** What an operator is in the market for. */
export type Strategy = "honest" | "lazy" | "lying" | "colluding" | "offline";

/** What he does about a request that is his. */
export type Reply = "right" | "wrong" | "decline" | "silence";

/** What somebody who looked at an answer does about it. */
export type Reaction = "nothing" | "overturn" | "challenge";

/** A level of trust that can be asked for in the simulation. */
export type Level = "Optimistic" | "Zk";

export const STRATEGIES = [
  "honest",
  "lazy",
  "lying",
  "colluding",
  "offline",
] as const satisfies readonly Strategy[];

/** Of a hundred operators. */
const SHARES: Readonly<Record<Strategy, number>> = {
  honest: 50,
  lazy: 14,
  lying: 14,
  colluding: 12,
  offline: 10,
};

/**
 * A strategy for each of so many operators, in the order of `STRATEGIES`; the honest are the rest.
 * @throws RangeError for fewer than five, of whom each strategy needs one.
 */
export function strategiesOf(operators: number): readonly Strategy[] {
  if (operators < STRATEGIES.length)
    throw new RangeError(`${operators} operators are too few; take ${STRATEGIES.length} or more`);
  const others = STRATEGIES.slice(1).flatMap((strategy) => {
    const count = Math.max(1, Math.floor((operators * SHARES[strategy]) / 100));
    return Array.from({ length: count }, () => strategy);
  });
  const honest = Array.from({ length: operators - others.length }, () => "honest" as const);
  return [...honest, ...others];
}

/** The proof of a wrong output cannot be made, so at `Zk` nobody lies: who ran nothing declines. */
export function replyOf(strategy: Strategy, level: Level): Reply {
  switch (strategy) {
    case "honest":
      return "right";
    case "lazy":
      return level === "Zk" ? "decline" : "wrong";
    case "lying":
    case "colluding":
      return level === "Zk" ? "right" : "wrong";
    case "offline":
      return "silence";
  }
}

/** Whether somebody pays for his lies; the lazy only save the work. */
export function hasOutsideGain(strategy: Strategy): boolean {
  return strategy === "lying" || strategy === "colluding";
}

/**
 * What a watcher does who looked.
 * @param draw From 0, below 1: one in five cannot prove himself and asks for a proof instead.
 */
export function reactionOf(isRight: boolean, draw: number): Reaction {
  if (isRight) return "nothing";
  return draw < 0.2 ? "challenge" : "overturn";
}
