/** The process that compares one key, which holds its thread for as long as that takes. */
import { toErrorRecord } from "../domain/errors.ts";
import { compareKey } from "./compareKey.ts";
import type { JudgeReply, JudgeRequest } from "./judgeMessages.ts";

process.once("message", (request: JudgeRequest) => {
  void reply(request);
});
// The parent is gone, perhaps killed: nobody waits for the word any more.
process.on("disconnect", () => process.exit(0));

async function reply(request: JudgeRequest): Promise<void> {
  let answer: JudgeReply = null;
  try {
    await compareKey(request);
  } catch (error) {
    answer = toErrorRecord(error);
  }
  process.send?.({ answer });
}
