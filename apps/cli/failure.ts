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
 * What a user reads instead of a stack: the error's sentence, its stable code if it has one, and
 * the next step.
 */
export function explain(error: unknown): string {
  if (error instanceof CliError) return `assay: ${error.message}\n       ${error.next}`;
  if (!(error instanceof Error)) return `assay: ${String(error)}`;
  const code = "code" in error && typeof error.code === "string" ? ` [${error.code}]` : "";
  return `assay: ${error.message}${code}\n       Run it again with --debug for where it happened.`;
}
