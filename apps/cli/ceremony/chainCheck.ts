import { byAccount, type IsSigned } from "../../../circuits/keys/ceremony/signatureCheck.ts";
import { ChainSignatures } from "../../../scripts/ceremony/chainSignatures.ts";

/** Does something with signatures checked as the chain does it; without a chain accounts' only. */
export async function withSignatures<T>(
  rpcUrl: string | undefined,
  act: (isSigned: IsSigned) => Promise<T>,
): Promise<T> {
  if (rpcUrl === undefined) return act(byAccount);
  const signatures = new ChainSignatures(rpcUrl);
  try {
    return await act(signatures.isSigned);
  } finally {
    await signatures.close();
  }
}
