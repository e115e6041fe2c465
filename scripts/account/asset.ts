import { Contract, ZeroAddress, type ContractRunner } from "ethers";

import { AccountError } from "./accountError.ts";
import { transact, view, type MinedTransaction } from "./transact.ts";

const TOKEN_ABI = [
  "function symbol() view returns (string)",
  "function decimals() view returns (uint8)",
  "function balanceOf(address owner) view returns (uint256)",
  "function allowance(address owner, address spender) view returns (uint256)",
  "function approve(address spender, uint256 amount)",
  "event Approval(address indexed owner, address indexed spender, uint256 amount)",
];

/** What all money of a deployment is in: the chain's coin, or one token. */
export type Asset =
  | { readonly kind: "coin" }
  | {
      readonly kind: "token";
      readonly address: string;
      /** As the token says; for reading only, anybody can name his token like another. */
      readonly symbol: string;
      readonly decimals: number;
    };

/** @param address The token; zero: the chain's coin. */
export async function readAsset(address: string, runner: ContractRunner): Promise<Asset> {
  if (address === ZeroAddress) return { kind: "coin" };
  const token = new Contract(address, TOKEN_ABI, runner);
  const [symbol, decimals] = [await optional(token, "symbol"), await optional(token, "decimals")];
  return {
    kind: "token",
    address,
    symbol: typeof symbol === "string" ? symbol : "",
    decimals: typeof decimals === "bigint" ? Number(decimals) : 0,
  };
}

/**
 * Lets a contract pull `amount` of the token from the key's account, if it may not yet.
 * @param parameters.spender The contract, as the account calls it
 * @returns The transactions that took; none for coins, which travel with the call.
 * @throws AccountError FundsMissing; as `transact`
 */
export async function approveAsset(
  asset: Asset,
  parameters: { readonly owner: string; readonly spender: Contract; readonly amount: bigint },
): Promise<readonly MinedTransaction[]> {
  if (asset.kind === "coin") return [];
  const { owner, amount } = parameters;
  const spender = await parameters.spender.getAddress();
  const token = new Contract(asset.address, TOKEN_ABI, parameters.spender.runner);
  const balance = BigInt(String(await view(token, "balanceOf", [owner])));
  if (balance < amount) {
    const message = `The key's account holds ${balance} of the token's smallest units, not ${amount}.`;
    throw new AccountError("FundsMissing", `${message} Send it tokens.`, { data: { balance } });
  }
  const allowance = BigInt(String(await view(token, "allowance", [owner, spender])));
  if (allowance >= amount) return [];
  const approve = (allowed: bigint): Promise<MinedTransaction> =>
    transact(token, { method: "approve", values: [spender, allowed] });
  // Some tokens refuse to change an allowance that is not zero.
  return allowance === 0n ? [await approve(amount)] : [await approve(0n), await approve(amount)];
}

/** Both are optional in ERC-20. */
async function optional(token: Contract, method: string): Promise<unknown> {
  try {
    return await view(token, method);
  } catch {
    return null;
  }
}
