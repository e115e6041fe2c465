import { stat } from "node:fs/promises";

import { CliError } from "./failure.ts";

/**
 * Whether a path the user named is a folder or a file.
 * @param expected what should be there, for the next step: "a model's folder"
 * @throws CliError if there is nothing
 */
export async function kindOfPath(path: string, expected: string): Promise<"folder" | "file"> {
  try {
    return (await stat(path)).isDirectory() ? "folder" : "file";
  } catch (cause) {
    throw new CliError(`There is no ${path}.`, `Name ${expected}.`, cause);
  }
}
