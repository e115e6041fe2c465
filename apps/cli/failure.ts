import { describeFailure } from "../../orchestrator/main.ts";
import { OrchestratorError } from "../../orchestrator/domain/errors.ts";

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
  if (error instanceof OrchestratorError) return `assay: ${describeFailure(error)}`;
  if (!(error instanceof Error)) return `assay: ${String(error)}`;
  const code = "code" in error && typeof error.code === "string" ? ` [${error.code}]` : "";
  const sentence = `assay: ${error.message}${code}`;
  if (code !== "" && "data" in error) return sentence;
  return `${sentence}\n       Run it again with --debug to see where it happened.`;
}
