import {
  buildModule,
  type ArgumentType,
  type ContractFuture,
  type Future,
} from "@nomicfoundation/ignition-core";
import { getCreateAddress } from "ethers";

import type { DeploymentProfile } from "../profile.ts";
import { settingsOf, stepsBeforeCoordinator, stepsOf, type Part } from "../steps.ts";

/**
 * The deployment of a profile as an Ignition module: the steps of `deployAssay`, one after another, as
 * the coordinator's address follows from the deployer's nonce.
 * @param parameters.firstNonce Of the deployer, for the first contract. A deployment that is resumed
 *   needs the one it was begun with.
 */
export function assayModule(parameters: {
  readonly profile: DeploymentProfile;
  readonly deployer: string;
  readonly firstNonce: number;
}) {
  const { profile, deployer } = parameters;
  return buildModule("Assay", (m) => {
    const nonce = parameters.firstNonce + stepsBeforeCoordinator(profile);
    const coordinator = getCreateAddress({ from: deployer, nonce });
    const contracts: Partial<Record<Part, ContractFuture<string>>> = {};
    let last: readonly Future[] = [];
    for (const { part, source, values } of stepsOf(profile)) {
      const made = { profile, deployer, places: { coordinator, ...contracts } };
      const options = { id: part, after: [...last] };
      const contract = m.contract(nameOf(source), [...values(made)] as ArgumentType[], options);
      contracts[part] = contract;
      last = [contract];
    }
    for (const { part, source, method, values } of settingsOf(profile)) {
      const contract = contracts[part];
      if (contract === undefined) throw new Error(`the deployment has no ${part}`);
      const id = `${part}_${method}`;
      const options = { id: `${id}_at`, after: [...last] };
      const at = m.contractAt(nameOf(source), contract, options);
      last = [m.call(at, method, [...values], { id })];
    }
    return contracts as Record<Part, ContractFuture<string>>;
  });
}

/** OpStackDataFee of fees/OpStackDataFee. */
function nameOf(source: string): string {
  return source.replace(/^.*\//, "");
}
