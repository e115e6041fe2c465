import type { JournaledProof } from "./journaled.ts";
import type { Hex } from "./ports.ts";
import type { OpenRequest } from "./request.ts";

/** An answer as the contract takes it; chain/ turns it into calldata. */
export interface Evidence {
  readonly output: Uint8Array;
  /** Null where the answer itself is the evidence. */
  readonly proof: JournaledProof | null;
  /** Whom the proof is bound to: the operator that is paid, or the account that overturns. */
  readonly payee: bigint;
}

type Asked = Pick<OpenRequest, "requestId" | "preimage">;

/** An answer with all that its call names. */
export interface Fulfilment extends Evidence {
  readonly request: Asked & Pick<OpenRequest, "input">;
}

/** An answer under its window, as all calls about it name it. */
export interface Standing {
  readonly request: Asked;
  readonly record: string;
}

/** What makes an answer final. */
export interface Finalization extends Standing {
  readonly output: Uint8Array;
  readonly callbackGas: number;
}

/** One call of the contracts, with all it says. */
export type ContractCall =
  | ({ readonly purpose: "fulfill" } & Fulfilment)
  | { readonly purpose: "fulfillBatch"; readonly items: readonly Fulfilment[] }
  | { readonly purpose: "decline" | "expire" | "fail"; readonly request: Asked }
  | { readonly purpose: "noteBaseFee" }
  | ({ readonly purpose: "finalize" } & Finalization)
  | { readonly purpose: "finalizeMany"; readonly items: readonly Finalization[] }
  | ({
      readonly purpose: "escalate";
      readonly request: Asked & Pick<OpenRequest, "input">;
    } & Standing &
      Evidence)
  | ({ readonly purpose: "failAnswered" | "challenge" | "closeChallenge" } & Standing)
  | { readonly purpose: "commitOverturn"; readonly commitment: Hex }
  | ({
      readonly purpose: "overturn";
      readonly request: Asked & Pick<OpenRequest, "input">;
      readonly salt: Hex;
    } & Standing &
      Evidence);
