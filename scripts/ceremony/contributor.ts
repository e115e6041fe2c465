import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import {
  contributionTypedData,
  type CeremonyPlace,
  type Contribution,
} from "../../sdk/protocol/ceremony.ts";
import { readWallet } from "../account/connection.ts";

/** An account that signs for its contributions. */
export interface Contributor {
  /** In lower case, as transcripts hold it. */
  readonly address: Hex;
  readonly sign: (contribution: Contribution) => Promise<Hex>;
}

/**
 * The account of a key file; needs no chain.
 * @throws AccountError KeyFileInvalid
 */
export async function contributorOf(keyFile: string, place: CeremonyPlace): Promise<Contributor> {
  const wallet = await readWallet(keyFile);
  return {
    address: wallet.address.toLowerCase() as Hex,
    sign: async (contribution) => {
      const { domain, types, message } = contributionTypedData(place, contribution);
      const mutable = { Contribution: [...types.Contribution] };
      return (await wallet.signTypedData(domain, mutable, message)) as Hex;
    },
  };
}
