import { legible } from "./legible.ts";

/** Why an account cannot do what it was asked to do on a chain; the message names the next step. */
export class AccountError extends Error {
  readonly code:
    | "KeyFileInvalid"
    | "ChainUnavailable"
    | "ChainForeign"
    | "ChainRefused"
    | "DeploymentInvalid"
    | "ContractRefused"
    | "FundsMissing"
    | "TransactionLost"
    | "TransactionReverted"
    | "RequestUnknown"
    | "AnswerAbsent"
    | "WindowOver";
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: AccountError["code"],
    message: string,
    { data = {}, cause }: { readonly data?: AccountError["data"]; readonly cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.name = "AccountError";
    this.code = code;
    this.data = data;
  }
}

/** A contract's custom error, decoded: `BondTooLow(1, 0, 1000)`. */
export class ContractRefusal extends AccountError {
  readonly errorName: string;
  readonly values: readonly string[];

  constructor(
    { name, values }: { readonly name: string; readonly values: readonly string[] },
    cause?: unknown,
  ) {
    const said = `${name}(${values.map(legible).join(", ")})`;
    super("ContractRefused", `The contract refused: ${said}.`, { data: { name, values }, cause });
    this.errorName = name;
    this.values = values;
  }
}
