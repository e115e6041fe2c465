import { AbiCoder, Contract, getBytes, keccak256, ParamType, type Provider } from "ethers";

import { readArtifact, type Artifact } from "./deploy.ts";
import { profileIn, type DeploymentRecord } from "./record.ts";
import { coordinatorConfig, stepsOf, type Made, type Part } from "./steps.ts";

/**
 * Compares a recorded deployment with the chain, and with the contracts as they are compiled here.
 * @returns One sentence for each difference; none if the deployment is what the record says.
 */
export async function checkDeployment(
  record: DeploymentRecord,
  provider: Provider,
): Promise<readonly string[]> {
  const { chainId } = await provider.getNetwork();
  if (Number(chainId) !== record.chainId) {
    return [`This is chain ${chainId}, the record is of chain ${record.chainId}.`];
  }
  const wrong: string[] = [];
  for (const { part, source } of stepsOf(profileIn(record))) {
    const code = await provider.getCode(record[part]);
    const found = keccak256(code);
    if (found !== record.codeHashes[part]) {
      wrong.push(`${part}: code hash ${found}, recorded ${record.codeHashes[part] ?? "none"}.`);
    }
    if (!isCompiledFrom(readArtifact(source), code)) {
      wrong.push(`${part}: not the code of contracts/${source}.sol.`);
    }
  }
  // Views of other code would only say that they are not there.
  return wrong.length > 0 ? wrong : checkConfiguration(record, provider);
}

/** Whether code is what an artifact says, but for values that were fixed at construction. */
function isCompiledFrom(artifact: Artifact, deployed: string): boolean {
  const expected = getBytes(artifact.deployedBytecode);
  const found = getBytes(deployed);
  for (const { start, length } of Object.values(artifact.immutableReferences).flat()) {
    found.fill(0, start, start + length);
  }
  return Buffer.from(found).equals(expected);
}

async function checkConfiguration(
  record: DeploymentRecord,
  provider: Provider,
): Promise<readonly string[]> {
  const { numbers } = record;
  const wrong: string[] = [];
  const expectView = async (
    part: Part,
    view: { readonly name: string; readonly type: string },
    expected: string | bigint,
  ): Promise<void> => {
    const abi = [`function ${view.name}() view returns (${view.type})`];
    const found = await new Contract(record[part], abi, provider).getFunction(view.name)();
    if (String(found).toLowerCase() === String(expected).toLowerCase()) return;
    wrong.push(`${part}.${view.name}: ${found}, recorded ${expected}.`);
  };
  const expectAddress = (part: Part, name: string, expected: string): Promise<void> =>
    expectView(part, { name, type: "address" }, expected);
  const expectAmount = (part: Part, name: string, expected: string): Promise<void> =>
    expectView(part, { name, type: "uint256" }, expected);

  const configHash = keccak256(encodeConfig(record));
  await expectView("coordinator", { name: "configHash", type: "bytes32" }, configHash);
  await expectView("keyStore", { name: "pinnedSetup", type: "bytes32" }, numbers.pinnedSetup);
  await expectAddress("zkVerifier", "keyStore", record.keyStore);
  await expectAddress("modelRegistry", "keyStore", record.keyStore);
  await expectAddress("modelRegistry", "ceremonyBook", record.ceremonyBook);
  await expectAmount("modelRegistry", "leastAnswerBond", numbers.leastAnswerBond);
  await expectAmount("modelRegistry", "leastKeyGrade", numbers.leastKeyGrade);
  await expectAmount("ceremonyBook", "recognitionDelaySeconds", numbers.recognitionDelaySeconds);
  await expectAddress("operatorRegistry", "coordinator", record.coordinator);
  await expectAddress("operatorRegistry", "modelRegistry", record.modelRegistry);
  await expectAddress("operatorRegistry", "asset", numbers.asset);
  await expectAmount("operatorRegistry", "minBond", numbers.minBond);
  await expectAmount("operatorRegistry", "unbondingSeconds", numbers.unbondingSeconds);
  await expectAddress("coordinator", "guardian", numbers.guardian);
  for (const part of ["coordinator", "ceremonyBook"] as const) {
    const view = { name: "owner", type: "address" };
    const owner = await readAddress(record[part], "owner", provider);
    const pending = await readAddress(record[part], "pendingOwner", provider);
    const next = numbers.nextOwner.toLowerCase();
    // Offered, or accepted.
    const isOffered = owner === record.deployer.toLowerCase() && pending === next;
    if (!isOffered) await expectView(part, view, numbers.nextOwner);
  }
  return wrong;
}

async function readAddress(at: string, name: string, provider: Provider): Promise<string> {
  const contract = new Contract(at, [`function ${name}() view returns (address)`], provider);
  return String(await contract.getFunction(name)()).toLowerCase();
}

/** As Solidity's `abi.encode` of the coordinator's configuration. */
function encodeConfig(record: DeploymentRecord): string {
  const { abi } = readArtifact("CoordinatorExtension");
  const entries = abi as readonly { readonly type: string; readonly inputs?: readonly unknown[] }[];
  const config = entries.find(({ type }) => type === "constructor")?.inputs?.[0];
  if (config === undefined) throw new Error("CoordinatorExtension takes no configuration");
  const made: Made = { profile: profileIn(record), deployer: record.deployer, places: record };
  return AbiCoder.defaultAbiCoder().encode([ParamType.from(config)], [coordinatorConfig(made)]);
}
