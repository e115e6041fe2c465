import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";

import type { Hex } from "../domain/ports.ts";
import type { Stage } from "../domain/request.ts";
import type { StageTimes } from "../domain/workload.ts";

const timeRow = z.object({ stage: z.enum(["infer", "prove"]), seconds: z.number() });

/** Takes a measured time over: a longer one at once, a shorter one by and by. */
export function updateTime(
  database: DatabaseSync,
  entry: { readonly requestId: Hex; readonly stage: Stage; readonly seconds: number },
): void {
  database
    .prepare(
      `INSERT INTO stage_times
         SELECT release_id, :stage, :seconds FROM requests WHERE request_id = :requestId
       ON CONFLICT DO UPDATE SET
         seconds = max(excluded.seconds, 0.7 * seconds + 0.3 * excluded.seconds)`,
    )
    .run(entry);
}

/** Null where nothing was measured yet. */
export function selectTimes(database: DatabaseSync, releaseId: Hex): StageTimes {
  const rows = database
    .prepare("SELECT stage, seconds FROM stage_times WHERE release_id = ?")
    .all(releaseId)
    .map((row) => timeRow.parse(row));
  const secondsOf = (stage: Stage) => rows.find((row) => row.stage === stage)?.seconds ?? null;
  return { infer: secondsOf("infer"), prove: secondsOf("prove") };
}
