import type { NetworkConnection } from "hardhat/types/network";

import { addressesIn } from "../deploy.ts";
import { profileOf, type ProductionChoices, type ProfileName } from "../profiles.ts";
import { recordOf, type DeploymentRecord } from "../record.ts";
import type { Part } from "../steps.ts";
import { assayModule } from "./assayModule.ts";

/** Least gas of a block: what coordinators accept can need a transaction of so much (EIP-7825). */
const LEAST_BLOCK_GAS = 16_777_216n;

/**
 * Deploys a profile through Hardhat Ignition, which keeps a journal and goes on where it was interrupted.
 * The network's first account is the deployer.
 * @param parameters.firstNonce Needed to resume: the deployer's nonce when the deployment was begun.
 * @param parameters.startBlock Needed to resume: the newest block of that time.
 * @param parameters.deploymentId Of Ignition's journal; left out, nothing is kept.
 * @throws ProfileError; Error if the chain's blocks are too small; errors of Ignition
 */
export async function deployWithIgnition(parameters: {
  readonly connection: Pick<NetworkConnection, "ethers" | "ignition">;
  readonly profileName: ProfileName;
  readonly choices?: ProductionChoices;
  readonly firstNonce?: number;
  readonly startBlock?: number;
  readonly deploymentId?: string;
}): Promise<DeploymentRecord> {
  const { connection, profileName, deploymentId } = parameters;
  const { ethers, ignition } = connection;
  const profile = profileOf(profileName, parameters.choices);
  const [signer] = await ethers.getSigners();
  const block = await ethers.provider.getBlock("latest");
  if (signer === undefined || block === null)
    throw new Error("The network has no account or block");
  if (block.gasLimit < LEAST_BLOCK_GAS) {
    throw new Error(
      `Blocks of this chain hold ${block.gasLimit} gas; ${LEAST_BLOCK_GAS} are needed`,
    );
  }
  const deployer = signer.address;
  const firstNonce = parameters.firstNonce ?? (await signer.getNonce());
  const made = await ignition.deploy(assayModule({ profile, deployer, firstNonce }), {
    defaultSender: deployer,
    displayUi: deploymentId !== undefined,
    ...(deploymentId === undefined ? {} : { deploymentId }),
  });
  const places: Partial<Record<Part, string>> = {};
  for (const [part, contract] of Object.entries(made)) {
    places[part as Part] = await contract.getAddress();
  }
  return recordOf({
    provider: ethers.provider,
    deployer,
    startBlock: parameters.startBlock ?? block.number,
    profileName,
    profile,
    addresses: addressesIn(places, profile),
  });
}
