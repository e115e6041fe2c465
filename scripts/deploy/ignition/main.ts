// Deploys through Hardhat Ignition and records it, or checks a record against its chain.
// Usage: node scripts/deploy/ignition/main.ts deploy --profile l1 --pinned-setup <hash>
//          --guardian <address> --next-owner <address> [--network remote]
//          [--first-nonce <number> --start-block <number>]
//        node scripts/deploy/ignition/main.ts check [--network remote]
import { parseArgs } from "node:util";
import hre from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";

import { checkDeployment } from "../checkDeployment.ts";
import { PROFILE_NAMES, type ProductionChoices, type ProfileName } from "../profiles.ts";
import { readRecord, writeRecord } from "../record.ts";
import { deployWithIgnition } from "./deployWithIgnition.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    network: { type: "string", default: "remote" },
    profile: { type: "string" },
    "pinned-setup": { type: "string" },
    guardian: { type: "string" },
    "next-owner": { type: "string" },
    "first-nonce": { type: "string" },
    "start-block": { type: "string" },
  },
});

type Connection = Pick<NetworkConnection, "ethers" | "ignition">;

async function deploy(connection: Connection): Promise<void> {
  const { chainId } = await connection.ethers.provider.getNetwork();
  const [signer] = await connection.ethers.getSigners();
  if (signer === undefined) throw new Error("The network has no account.");
  const { "first-nonce": nonce, "start-block": block } = values;
  const firstNonce = nonce === undefined ? await signer.getNonce() : Number(nonce);
  const startBlock =
    block === undefined ? await connection.ethers.provider.getBlockNumber() : Number(block);
  console.error(`To resume this, add --first-nonce ${firstNonce} --start-block ${startBlock}.`);
  const record = await deployWithIgnition({
    connection,
    profileName: profileName(),
    choices: choices(),
    firstNonce,
    startBlock,
    deploymentId: `chain-${chainId}`,
  });
  console.log(await writeRecord(record));
}

async function check({ ethers }: Connection): Promise<void> {
  const { chainId } = await ethers.provider.getNetwork();
  const wrong = await checkDeployment(await readRecord(Number(chainId)), ethers.provider);
  for (const sentence of wrong) console.error(sentence);
  if (wrong.length > 0) process.exitCode = 1;
  else console.log(`deploy/${chainId}.json is what is on the chain.`);
}

function profileName(): ProfileName {
  const name = PROFILE_NAMES.find((known) => known === values.profile);
  if (name !== undefined) return name;
  throw new Error(
    `${values.profile ?? "nothing"} is no profile; one of ${PROFILE_NAMES.join(", ")}`,
  );
}

function choices(): ProductionChoices {
  const { guardian, "pinned-setup": pinnedSetup, "next-owner": nextOwner } = values;
  return {
    ...(pinnedSetup === undefined ? {} : { pinnedSetup }),
    ...(guardian === undefined ? {} : { guardian }),
    ...(nextOwner === undefined ? {} : { nextOwner }),
  };
}

const commands = new Map([
  ["deploy", deploy],
  ["check", check],
]);
const command = commands.get(positionals[0] ?? "");
if (command === undefined) throw new Error("Say deploy or check; the usage stands in this file.");
const connection = await hre.network.create(values.network);
try {
  await command(connection);
} finally {
  await connection.close();
}
