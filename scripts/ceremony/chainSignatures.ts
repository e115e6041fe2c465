import { Contract, isError, zeroPadBytes } from "ethers";

import {
  byAccount,
  type IsSigned,
  type SignatureClaim,
} from "../../circuits/keys/ceremony/signatureCheck.ts";
import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { AccountError } from "../account/accountError.ts";
import { toAccountError, view } from "../account/transact.ts";
import { openBook, type OpenBook } from "./book.ts";

/** ERC-1271; the selector is also what a contract answers if it signed. */
const SIGNER_ABI = ["function isValidSignature(bytes32, bytes) view returns (bytes4)"];
const SIGNED = zeroPadBytes("0x1626ba7e", 32);

/**
 * Signatures as `CeremonyBook` checks them: of what has code on its chain by asking it (ERC-1271), of
 * others as an account's. What the book recorded stays signed, whoever owns the contract since.
 */
export class ChainSignatures {
  readonly #rpcUrl: string;
  #book: Promise<OpenBook> | null = null;

  constructor(rpcUrl: string) {
    this.#rpcUrl = rpcUrl;
  }

  /** @throws AccountError ChainUnavailable, ChainForeign, DeploymentInvalid, ChainRefused */
  readonly isSigned: IsSigned = async (claim) => {
    this.#book ??= openBook(claim, { rpcUrl: this.#rpcUrl, keyFile: null });
    const { contract } = await this.#book;
    const { contributor, keyId, contributionHash } = claim;
    const recorded = await view(contract, "contributionOf", [keyId, contributor]);
    if (recorded === contributionHash) return true;
    const { provider } = contract.runner ?? {};
    if (!provider) throw new AccountError("ChainRefused", "The endpoint is gone; try again.");
    if ((await provider.getCode(contributor)) === "0x") return byAccount(claim);
    return isSignedByContract(contract, claim);
  };

  /** Ends the connection, if there was need of one. */
  async close(): Promise<void> {
    const [book] = await Promise.allSettled([this.#book]);
    if (book.status === "fulfilled") book.value?.close();
  }
}

/** As OpenZeppelin's `SignatureChecker` does it: a revert and any other answer is a no. */
async function isSignedByContract(
  { runner }: Contract,
  { contributor, digest, signature }: SignatureClaim,
): Promise<boolean> {
  const signer = new Contract(contributor, SIGNER_ABI, runner);
  const values: readonly Hex[] = [digest, signature];
  const data = signer.interface.encodeFunctionData("isValidSignature", values);
  try {
    const answer = await runner?.call?.({ to: contributor, data });
    return answer !== undefined && answer.slice(0, SIGNED.length) === SIGNED;
  } catch (error) {
    if (isError(error, "CALL_EXCEPTION")) return false;
    throw toAccountError(error);
  }
}
