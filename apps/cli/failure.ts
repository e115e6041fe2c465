import { describeFailure } from "../../orchestrator/main.ts";
import { OrchestratorError } from "../../orchestrator/domain/errors.ts";
import { ContractRefusal } from "../../scripts/account/accountError.ts";
import { nextStep } from "./chain/refusals.ts";

/** A mistake of the user or a missing thing outside: said in a sentence, with what to do next. */
export class CliError extends Error {
  readonly next: string;

  /**
   * @param sentence what was wrong, with the offending value
   * @param next what the user does next
   */
  constructor(sentence: string, next: string, cause?: unknown) {
    super(sentence, { cause });
    this.name = "CliError";
    this.next = next;
  }
}

/**
 * What a user reads instead of a stack: the error's sentence and its stable code. Errors with a code
 * and data of their own name the next step in their sentence.
 */
export function explain(error: unknown): string {
  if (error instanceof CliError) return `assay: ${error.message}\n       ${error.next}`;
  if (error instanceof ContractRefusal) {
    return `assay: ${error.message}\n       ${nextStep(error.errorName, error.values)}`;
  }
  if (error instanceof OrchestratorError) return `assay: ${describeFailure(error)}`;
  if (!(error instanceof Error)) return `assay: ${String(error)}`;
  const system = systemSentence(error);
  if (system !== null) return `assay: ${system}`;
  const code = "code" in error && typeof error.code === "string" ? ` [${error.code}]` : "";
  const sentence = `assay: ${error.message}${code}`;
  if (code !== "" && "data" in error) return sentence;
  return `${sentence}\n       Run it again with --debug to see where it happened.`;
}

const SYSTEM_FAILURES: Readonly<Record<string, string>> = {
  EACCES: "may not be read or written by you. Change its permissions, or name another.",
  EPERM: "may not be changed by you. Change its permissions, or name another.",
  EROFS: "is on a file system that cannot be written to. Name another place.",
  ENOSPC: "does not fit on its disk. Make room there, then run this again.",
  EDQUOT: "does not fit into your share of its disk. Make room there, then run this again.",
  ENOENT: "is not there. Check the name.",
  ENOTDIR: "lies below a file where a folder was expected. Name a folder.",
  EISDIR: "is a folder where a file was expected. Name a file.",
  EEXIST: "is a file where a folder was expected. Name a folder.",
  EMFILE: "is one file too many to be open. Raise the limit (ulimit -n), then run this again.",
};

/** A sentence for what the file system refused; null for all other errors. */
function systemSentence(error: Error): string | null {
  if (!("code" in error && typeof error.code === "string" && "path" in error)) return null;
  const sentence = SYSTEM_FAILURES[error.code];
  return sentence === undefined ? null : `${String(error.path)} ${sentence} [${error.code}]`;
}
