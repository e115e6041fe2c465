import { connect, readWallet } from "../account/connection.ts";
import { toAccountError } from "../account/transact.ts";
import { deployAssay } from "./deploy.ts";
import { profileOf, type ProductionChoices, type ProfileName } from "./profiles.ts";
import { recordOf, type DeploymentRecord } from "./record.ts";

/**
 * Deploys all contracts with the key file's account as owner, who offers them to the profile's next owner.
 * @throws ProfileError; AccountError KeyFileInvalid, ChainUnavailable, FundsMissing, ChainRefused; Error
 *   if the contracts are not compiled
 */
export async function deployProfile(parameters: {
  readonly rpcUrl: string;
  readonly keyFile: string;
  readonly profile: ProfileName;
  readonly choices?: ProductionChoices;
}): Promise<DeploymentRecord> {
  const profile = profileOf(parameters.profile, parameters.choices);
  const wallet = await readWallet(parameters.keyFile);
  const provider = await connect(parameters.rpcUrl);
  try {
    const startBlock = await provider.getBlockNumber();
    const addresses = await deployAssay({ signer: wallet.connect(provider), profile });
    return await recordOf({
      provider,
      deployer: wallet.address,
      startBlock,
      profileName: parameters.profile,
      profile,
      addresses,
    });
  } catch (error) {
    throw toAccountError(error);
  } finally {
    provider.destroy();
  }
}
