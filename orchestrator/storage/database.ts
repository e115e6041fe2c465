import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { OrchestratorError } from "../domain/errors.ts";
import { MIGRATIONS } from "./migrations.ts";

/**
 * Opens a journal file for this process alone and brings its tables up to date.
 *
 * The exclusive locking mode is the file lock: the operating system drops it when the process
 * dies, however it dies. `synchronous = FULL` makes every commit durable before it returns.
 *
 * @throws OrchestratorError JournalLocked, JournalUnusable, JournalTooNew
 */
export function openDatabase(path: string): DatabaseSync {
  const database = openFile(path);
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE");
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
    database.exec("PRAGMA foreign_keys = ON");
    database.exec("BEGIN IMMEDIATE; COMMIT");
    migrate(database);
  } catch (error) {
    database.close();
    if (isBusy(error)) throw new OrchestratorError("JournalLocked", { data: { path } });
    throw error instanceof OrchestratorError ? error : unusable(path, error);
  }
  return database;
}

function openFile(path: string): DatabaseSync {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return new DatabaseSync(path);
  } catch (cause) {
    throw unusable(path, cause);
  }
}

function unusable(path: string, cause: unknown): OrchestratorError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new OrchestratorError("JournalUnusable", { data: { path, reason }, cause });
}

/** Runs `work` in one durable transaction; an error undoes all of it. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

function migrate(database: DatabaseSync): void {
  const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (version > MIGRATIONS.length) {
    throw new OrchestratorError("JournalTooNew", {
      data: { journalVersion: version, knownVersion: MIGRATIONS.length },
    });
  }
  inTransaction(database, () => {
    for (const script of MIGRATIONS.slice(version)) database.exec(script);
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
  });
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && error.message.includes("database is locked");
}
