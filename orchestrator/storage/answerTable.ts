import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";

import type { JournaledOutput, JournaledProof } from "../domain/journaled.ts";
import type { Hex } from "../domain/ports.ts";
import { decimal } from "./columns.ts";

const pair = z.tuple([decimal, decimal]);
const outputRow = z.object({ output: z.instanceof(Uint8Array), seconds: z.number() });
const proofText = z.object({
  proof: z.object({ a: pair, b: z.tuple([pair, pair]), c: pair }),
  commitment: decimal,
});

/** Stores an output; a later one for the same request is ignored. */
export function insertOutput(
  database: DatabaseSync,
  requestId: Hex,
  { output, seconds }: JournaledOutput,
): void {
  database
    .prepare("INSERT INTO outputs VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
    .run(requestId, output, seconds);
}

export function selectOutput(database: DatabaseSync, requestId: Hex): JournaledOutput | null {
  const row = database.prepare("SELECT * FROM outputs WHERE request_id = ?").get(requestId);
  return row === undefined ? null : outputRow.parse(row);
}

/** A proof as text, without its time. */
export function proofColumn({ proof, commitment }: JournaledProof): string {
  return JSON.stringify({ proof, commitment }, (_, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
}

export function parseProof(text: string): Omit<JournaledProof, "seconds"> {
  return proofText.parse(JSON.parse(text));
}

/** Stores a proof; a later one for the same request is ignored. */
export function insertProof(database: DatabaseSync, requestId: Hex, proof: JournaledProof): void {
  database
    .prepare("INSERT INTO proofs VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
    .run(requestId, proofColumn(proof), proof.seconds);
}

export function selectProof(database: DatabaseSync, requestId: Hex): JournaledProof | null {
  const row = database.prepare("SELECT * FROM proofs WHERE request_id = ?").get(requestId);
  if (row === undefined) return null;
  const proof = parseProof(z.string().parse(row["proof"]));
  return { ...proof, seconds: z.number().parse(row["seconds"]) };
}
