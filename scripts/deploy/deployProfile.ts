import { connect, readWallet } from "../account/connection.ts";
import { toAccountError } from "../account/transact.ts";
import { deployAssay, DEVELOPMENT_PROFILE } from "./deploy.ts";
import type { AssayAddresses, DeploymentProfile } from "./deploy.ts";

/** Profiles a deployment can be made with, by name. */
export const PROFILES = {
  development: DEVELOPMENT_PROFILE,
} as const satisfies Readonly<Record<string, DeploymentProfile>>;
export type ProfileName = keyof typeof PROFILES;

/** What everybody who uses a deployment needs to know of it. */
export interface DeploymentRecord extends AssayAddresses {
  readonly chainId: number;
  /** Block before the first contract. */
  readonly startBlock: number;
  readonly profile: ProfileName;
}

/**
 * Deploys all contracts with the key file's account as owner.
 * @throws AccountError KeyFileInvalid, ChainUnavailable, FundsMissing, ChainRefused; Error if the
 *   contracts are not compiled
 */
export async function deployProfile(parameters: {
  readonly rpcUrl: string;
  readonly keyFile: string;
  readonly profile: ProfileName;
}): Promise<DeploymentRecord> {
  const wallet = await readWallet(parameters.keyFile);
  const provider = await connect(parameters.rpcUrl);
  try {
    const startBlock = await provider.getBlockNumber();
    const { chainId } = await provider.getNetwork();
    const profile = PROFILES[parameters.profile];
    const addresses = await deployAssay({ signer: wallet.connect(provider), profile });
    return { chainId: Number(chainId), startBlock, profile: parameters.profile, ...addresses };
  } catch (error) {
    throw toAccountError(error);
  } finally {
    provider.destroy();
  }
}
