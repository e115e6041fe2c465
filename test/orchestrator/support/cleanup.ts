import type { TestContext } from "node:test";

type Undo = () => unknown;

/** What a test started, ended in the opposite order (node's own hooks run first to last). */
export interface Cleanup {
  add(undo: Undo): void;
}

export function cleanupOf(t: TestContext): Cleanup {
  const undos: Undo[] = [];
  t.after(async () => {
    for (const undo of undos.toReversed()) await undo();
  });
  return { add: (undo) => void undos.push(undo) };
}
