import { keccak256 } from "ethers";

import { OrchestratorError } from "../domain/errors.ts";
import type { Hex } from "../domain/ports.ts";
import type { RpcEndpoint } from "./endpoint.ts";
import { rpcHex, rpcNumber } from "./rpcSchemas.ts";

/**
 * The check an endpoint passes before it is trusted: the configured chain, and at the
 * coordinator's address code, of the configured hash if there is one.
 */
export function endpointCheck(expected: {
  readonly chainId: number;
  readonly coordinator: Hex;
  readonly codeHash: Hex | null;
}): (endpoint: RpcEndpoint) => Promise<void> {
  return async (endpoint) => {
    const chainId = rpcNumber.parse(await endpoint.call({ method: "eth_chainId", params: [] }));
    if (chainId !== expected.chainId) {
      const data = { endpoint: endpoint.name, chainId, expected: expected.chainId };
      throw new OrchestratorError("ChainMismatch", { data });
    }
    const params = [expected.coordinator, "latest"];
    const code = rpcHex.parse(await endpoint.call({ method: "eth_getCode", params }));
    const codeHash = keccak256(code);
    const isOther = expected.codeHash !== null && codeHash !== expected.codeHash;
    if (code === "0x" || isOther) {
      const data = { endpoint: endpoint.name, coordinator: expected.coordinator, codeHash };
      throw new OrchestratorError("CodeMismatch", {
        data: { ...data, expected: expected.codeHash },
      });
    }
  };
}
