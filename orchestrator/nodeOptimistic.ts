import { createHash } from "node:crypto";

import { systemClock as clock } from "./clock.ts";
import type { NodeConfig } from "./config/nodeConfig.ts";
import type { View } from "./domain/view.ts";
import type { Base, Desk, Loop } from "./nodeBase.ts";
import { SnarkjsJudgeCheck } from "./prover/snarkjsJudgeCheck.ts";
import { confirm } from "./services/confirm.ts";
import { Judges } from "./services/judges.ts";
import { ComputeHost } from "./workers/computeHost.ts";

/** What looks after the keys that judge this operator's answers. */
export function createJudges(
  input: Pick<Base, "config" | "journal" | "logger" | "chain" | "registry" | "store"> & {
    readonly wakes: Pick<Base, "settleWake">;
  },
): Judges {
  const { config, chain, store, wakes, ...others } = input;
  const { operatorId } = chain;
  const judgeCheck = new SnarkjsJudgeCheck({ store, ptauFile: config.operator.ptauFile });
  const onChecked = () => {
    wakes.settleWake.wake();
  };
  return new Judges({ ...others, judgeCheck, operatorId, onChecked, clock });
}

/** Not the key, but nobody's to guess who does not have it, and the same after a restart. */
export function secretOf({ operator }: NodeConfig): string {
  return createHash("sha256").update(`assay watch ${operator.senderKey}`).digest("hex");
}

/** How much of its own and of others' answers this node computes twice. */
export function samplings({ config, secret }: Base): Pick<View, "rerun" | "watch"> {
  const { rerunShare, watchShare, watchSeed, watchChallenges } = config.operator;
  const rerun = { share: rerunShare, seed: secret };
  if (watchShare === 0) return { rerun, watch: null };
  const watch = { share: watchShare, seed: watchSeed ?? secret, challenges: watchChallenges };
  return { rerun, watch };
}

/** The second execution has a thread of its own, which ends with the loop. */
export function confirmLoop({ config, journal, logger, view, confirmWake, ...wakes }: Desk): Loop {
  const { storeDir } = config;
  const secondExecution = new ComputeHost({ artefacts: { storeDir }, runtime: "interpreter" });
  const onConfirmed = () => {
    wakes.settleWake.wake();
    wakes.feedWake.wake();
  };
  const current = () => view.current();
  const parts = { journal, secondExecution, view: current, onConfirmed, wake: confirmWake };
  return async (signal) => {
    try {
      await confirm({ ...parts, clock, logger }, signal);
    } finally {
      await secondExecution.stop();
    }
  };
}
