import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";

import type { JournaledProof } from "../domain/nodePorts.ts";
import type { Hex } from "../domain/ports.ts";
import { decimal } from "./columns.ts";

const pair = z.tuple([decimal, decimal]);
const proofText = z.object({
  proof: z.object({ a: pair, b: z.tuple([pair, pair]), c: pair }),
  commitment: decimal,
});

/** Stores an output; a later one for the same request is ignored. */
export function insertOutput(database: DatabaseSync, requestId: Hex, output: Uint8Array): void {
  database
    .prepare("INSERT INTO outputs (request_id, output) VALUES (?, ?) ON CONFLICT DO NOTHING")
    .run(requestId, output);
}

export function selectOutput(database: DatabaseSync, requestId: Hex): Uint8Array | null {
  const row = database.prepare("SELECT output FROM outputs WHERE request_id = ?").get(requestId);
  return row === undefined ? null : z.instanceof(Uint8Array).parse(row["output"]);
}

/** Stores a proof; a later one for the same request is ignored. */
export function insertProof(database: DatabaseSync, requestId: Hex, proof: JournaledProof): void {
  const text = JSON.stringify(proof, (_, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
  database
    .prepare("INSERT INTO proofs (request_id, proof) VALUES (?, ?) ON CONFLICT DO NOTHING")
    .run(requestId, text);
}

export function selectProof(database: DatabaseSync, requestId: Hex): JournaledProof | null {
  const row = database.prepare("SELECT proof FROM proofs WHERE request_id = ?").get(requestId);
  return row === undefined ? null : proofText.parse(JSON.parse(z.string().parse(row["proof"])));
}
