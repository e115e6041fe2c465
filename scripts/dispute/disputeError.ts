/** Why a proof cannot decide about an answer; the message names the next step. */
export class DisputeError extends Error {
  readonly code: "ReleaseUnavailable" | "KeyForeign" | "AnswerRight" | "AnswerWrong";
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: DisputeError["code"],
    message: string,
    { data = {}, cause }: { readonly data?: DisputeError["data"]; readonly cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.name = "DisputeError";
    this.code = code;
    this.data = data;
  }
}
