import { Contract } from "ethers";

import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { ceremonyBookAbi } from "../../sdk/protocol/abi/ceremonyBook.ts";
import { contributionHash } from "../../sdk/protocol/ceremony.ts";
import type { CeremonyTranscript } from "../../sdk/protocol/ceremonyTranscript.ts";
import { AccountError } from "../account/accountError.ts";
import { connect, readWallet } from "../account/connection.ts";
import { transact, view, type MinedTransaction } from "../account/transact.ts";

/** The book that a ceremony's signatures are for. */
export interface OpenBook {
  readonly contract: Contract;
  close(): void;
}

/** What `recordContribution` takes, and the call's data for whoever sends it himself. */
export interface RecordCall {
  readonly contributor: Hex;
  readonly contributionHash: Hex;
  readonly values: readonly [keyId: Hex, contributor: Hex, contributionHash: Hex, signature: Hex];
  readonly data: string;
}

/** What a book says of a key. */
export interface BookGrade {
  /** Of the key now. */
  readonly grade: bigint;
  /** If all signatures in the transcript were recorded. */
  readonly reachable: bigint;
  readonly recognised: readonly Hex[];
}

/**
 * @param keyFile of the account that records; null: nothing will be sent
 * @throws AccountError KeyFileInvalid, ChainUnavailable, ChainForeign, DeploymentInvalid
 */
export async function openBook(
  { place }: Pick<CeremonyTranscript, "place">,
  { rpcUrl, keyFile }: { readonly rpcUrl: string; readonly keyFile: string | null },
): Promise<OpenBook> {
  const wallet = keyFile === null ? null : await readWallet(keyFile);
  const provider = await connect(rpcUrl);
  const close = (): void => {
    provider.destroy();
  };
  try {
    const { chainId } = await provider.getNetwork();
    if (chainId !== BigInt(place.chainId)) {
      const message =
        `${rpcUrl} serves chain ${chainId}, the signatures are for chain ${place.chainId}; ` +
        "name an endpoint of that chain with --rpc.";
      throw new AccountError("ChainForeign", message, { data: { chainId } });
    }
    const contract = new Contract(
      place.book,
      ceremonyBookAbi,
      wallet === null ? provider : wallet.connect(provider),
    );
    await requireBook(contract, place.book);
    return { contract, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Signatures for the final key as the book takes them, in the order of the contributions. */
export function recordCalls(
  { keyId, contributions }: CeremonyTranscript,
  contract: Pick<Contract, "interface">,
): readonly RecordCall[] {
  if (keyId === null) return [];
  return contributions.flatMap(({ contributor, hash, signature }) => {
    if (signature === null) return [];
    const recorded = contributionHash(Buffer.from(hash.slice(2), "hex"));
    const values = [keyId, contributor, recorded, signature] as const;
    const data = contract.interface.encodeFunctionData("recordContribution", values);
    return [{ contributor, contributionHash: recorded, values, data }];
  });
}

/** The calls without a chain. */
export function offlineRecordCalls(transcript: CeremonyTranscript): readonly RecordCall[] {
  return recordCalls(transcript, new Contract(transcript.place.book, ceremonyBookAbi));
}

/** @throws ContractRefusal; AccountError ChainRefused */
export async function readGrade(
  { contract }: OpenBook,
  transcript: CeremonyTranscript,
): Promise<BookGrade> {
  const recognised: Hex[] = [];
  const recorded: Hex[] = [];
  for (const { contributor, signature } of transcript.contributions) {
    if ((await view(contract, "isRecognised", [contributor])) !== true) continue;
    recognised.push(contributor);
    if (signature !== null) recorded.push(contributor);
  }
  const { keyId } = transcript;
  const grade = keyId === null ? 0n : BigInt(String(await view(contract, "gradeOf", [keyId])));
  const reachable = BigInt(recorded.length);
  return { grade, reachable: reachable > grade ? reachable : grade, recognised };
}

/**
 * Records what is not recorded yet, of contributors whom the book recognises now; run again, it goes
 * on where it stopped.
 * @throws ContractRefusal; AccountError FundsMissing, ChainRefused, TransactionLost,
 *   TransactionReverted
 */
export async function recordContributions(
  { contract }: OpenBook,
  input: {
    readonly transcript: CeremonyTranscript;
    readonly onRecorded: (contributor: Hex, mined: MinedTransaction) => void;
    readonly onSkipped: (contributor: Hex, reason: "recorded" | "not recognised") => void;
  },
): Promise<void> {
  for (const { contributor, values } of recordCalls(input.transcript, contract)) {
    const [keyId, , hash] = values;
    if ((await view(contract, "contributionOf", [keyId, contributor])) === hash) {
      input.onSkipped(contributor, "recorded");
    } else if ((await view(contract, "isRecognised", [contributor])) !== true) {
      input.onSkipped(contributor, "not recognised");
    } else {
      const mined = await transact(contract, { method: "recordContribution", values });
      input.onRecorded(contributor, mined);
    }
  }
}

async function requireBook(contract: Contract, book: Hex): Promise<void> {
  try {
    await view(contract, "recognitionDelaySeconds");
  } catch (cause) {
    const message = `There is no CeremonyBook at ${book} on that chain; the ceremony was started with a wrong one, or --rpc is wrong.`;
    throw new AccountError("DeploymentInvalid", message, { data: { book }, cause });
  }
}
