import { readFile } from "node:fs/promises";
import { FetchRequest, JsonRpcProvider, Network, Wallet } from "ethers";

import { AccountError } from "./accountError.ts";

const RPC_TIMEOUT_MS = 10_000;
const POLL_MS = 500;

/**
 * The account whose private key a file holds, as 64 hexadecimal digits.
 * @throws AccountError KeyFileInvalid; its message never quotes the key
 */
export async function readWallet(keyFile: string): Promise<Wallet> {
  const data = { keyFile };
  let text: string;
  try {
    text = await readFile(keyFile, "utf8");
  } catch (cause) {
    const message = `The key file ${keyFile} cannot be read; name a file you may read.`;
    throw new AccountError("KeyFileInvalid", message, { data, cause });
  }
  try {
    return new Wallet(text.trim());
  } catch {
    // The cause would quote the key.
    const message = `${keyFile} holds no private key; it needs 64 hexadecimal digits.`;
    throw new AccountError("KeyFileInvalid", message, { data });
  }
}

/**
 * A provider of the chain that answers at an HTTP endpoint; `destroy` ends it.
 * @throws AccountError ChainUnavailable
 */
export async function connect(rpcUrl: string): Promise<JsonRpcProvider> {
  const request = new FetchRequest(rpcUrl);
  request.timeout = RPC_TIMEOUT_MS;
  request.setHeader("content-type", "application/json");
  request.body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
  try {
    // Asked once by hand: a provider asks for ever, and says so on the console.
    const response = await request.send();
    response.assertOk();
    const network = Network.from(BigInt(response.bodyJson.result));
    const options = { staticNetwork: network, cacheTimeout: -1, pollingInterval: POLL_MS };
    return new JsonRpcProvider(rpcUrl, network, options);
  } catch (cause) {
    const message = `No chain answers at ${rpcUrl}; give --rpc the url of its HTTP endpoint.`;
    throw new AccountError("ChainUnavailable", message, { data: { rpcUrl }, cause });
  }
}
