import { rm, writeFile } from "node:fs/promises";
import { Option, type Command } from "commander";

import {
  deployProfile,
  PROFILES,
  type ProfileName,
} from "../../../scripts/deploy/deployProfile.ts";
import { CliError } from "../failure.ts";
import { root } from "../root.ts";
import { buildContracts } from "../testing/hardhatSuite.ts";

interface DeployOptions {
  readonly rpc: string;
  readonly keyFile: string;
  readonly profile: ProfileName;
  readonly out?: string;
}

/** `assay deploy`: all contracts on a chain; stdout is the JSON that --addresses takes. */
export function registerDeploy(program: Command): void {
  program
    .command("deploy")
    .description("deploy all contracts and print their addresses as JSON")
    .requiredOption("--rpc <url>", "HTTP endpoint of the chain")
    .requiredOption("--key-file <file>", "holds the private key of the future owner")
    .addOption(
      new Option("--profile <name>", "numbers that can never change")
        .choices(Object.keys(PROFILES))
        .makeOptionMandatory(),
    )
    .option("--out <file>", "also write the JSON there; the file must not exist")
    .action(deploy);
}

async function deploy({ rpc, keyFile, profile, out }: DeployOptions): Promise<void> {
  if (!(await buildContracts(root, { isQuiet: true }))) {
    throw new CliError("The contracts do not compile.", "Run npm run build to see why.");
  }
  // The place first: addresses that cannot be written are lost.
  if (out !== undefined) await reserve(out);
  try {
    if (profile === "development") {
      console.error("assay: accepts keys whose secret is published; never for anything of value");
    }
    const record = await deployProfile({ rpcUrl: rpc, keyFile, profile });
    const json = JSON.stringify(record, null, 2);
    console.log(json);
    if (out !== undefined) await writeFile(out, `${json}\n`);
  } catch (error) {
    if (out !== undefined) await rm(out, { force: true });
    throw error;
  }
}

async function reserve(file: string): Promise<void> {
  try {
    await writeFile(file, "", { flag: "wx" });
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "EEXIST")) throw cause;
    const next = "Name a new file with --out: the old one may be a deployment's only record.";
    throw new CliError(`${file} exists.`, next, cause);
  }
}
