import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import type { Deployment } from "./deployment.ts";
import { view } from "./transact.ts";

/** What the coordinator holds of an account, in the asset's smallest unit. */
export interface AccountRecord {
  readonly account: Hex;
  readonly balance: bigint;
  /** Requests it has made. */
  readonly requests: bigint;
}

export async function readAccount(
  { coordinator }: Deployment,
  account: Hex,
): Promise<AccountRecord> {
  return {
    account,
    balance: (await view(coordinator, "balanceOf", [account])) as bigint,
    requests: (await view(coordinator, "nonceOf", [account])) as bigint,
  };
}

/** What `consumer` may still spend of `payer`'s balance on requests. */
export async function readAllowance(
  { coordinator }: Deployment,
  { payer, consumer }: { readonly payer: Hex; readonly consumer: Hex },
): Promise<bigint> {
  return (await view(coordinator, "allowanceOf", [payer, consumer])) as bigint;
}
