/** Writes blocks with a request each until it is killed; prints each number once it is durable. */
import { writeSync } from "node:fs";

import { block, openJournal, openRequest } from "./builders.ts";

const [, , path] = process.argv;
if (path === undefined) throw new Error("usage: journalWriter.ts <journal>");
const journal = openJournal(path);
for (let number = 1; number < 100_000; number++) {
  const request = openRequest(number);
  journal.applyBlock({ block: block(number), events: [{ kind: "requested", request }] });
  writeSync(1, `${number}\n`);
}
