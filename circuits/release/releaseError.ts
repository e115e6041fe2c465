/** A model folder that cannot become a release; the message names the file and the next step. */
export class ReleaseError extends Error {
  readonly code: "ModelFolderInvalid" | "PayloadTooLong";
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: ReleaseError["code"],
    message: string,
    {
      data = {},
      cause,
    }: { readonly data?: Readonly<Record<string, unknown>>; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "ReleaseError";
    this.code = code;
    this.data = data;
  }
}
