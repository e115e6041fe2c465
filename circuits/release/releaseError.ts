/** A release that cannot be made or made again; the message names the file and the next step. */
export class ReleaseError extends Error {
  readonly code: "ModelFolderInvalid" | "PayloadTooLong" | "CircuitForeign";
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
