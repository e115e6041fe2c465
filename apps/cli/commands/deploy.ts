import { rm, writeFile } from "node:fs/promises";
import { Option, type Command } from "commander";

import { deployProfile } from "../../../scripts/deploy/deployProfile.ts";
import {
  PROFILE_NAMES,
  ProfileError,
  type ProductionChoices,
  type ProfileName,
} from "../../../scripts/deploy/profiles.ts";
import { CliError } from "../failure.ts";
import { root } from "../root.ts";
import { buildContracts } from "../testing/hardhatSuite.ts";

interface DeployOptions extends ProductionChoices {
  readonly rpc: string;
  readonly keyFile: string;
  readonly profile: ProfileName;
  readonly out?: string;
}

/** The option that gives each choice. */
const OPTIONS = {
  pinnedSetup: "--pinned-setup",
  guardian: "--guardian",
  nextOwner: "--next-owner",
} as const;

/** `assay deploy`: all contracts on a chain; stdout is the JSON that --addresses takes. */
export function registerDeploy(program: Command): void {
  program
    .command("deploy")
    .description("deploy all contracts and print their addresses as JSON")
    .requiredOption("--rpc <url>", "HTTP endpoint of the chain")
    .requiredOption("--key-file <file>", "holds the private key of the first owner")
    .addOption(
      new Option("--profile <name>", "numbers that can never change")
        .choices(PROFILE_NAMES)
        .makeOptionMandatory(),
    )
    .option("--pinned-setup <hash>", "of the public powers-of-tau file; not for development")
    .option("--guardian <address>", "may stop new requests; not for development")
    .option("--next-owner <address>", "is offered the contracts; not for development")
    .option("--out <file>", "also write the JSON there; the file must not exist")
    .action(deploy);
}

async function deploy(options: DeployOptions): Promise<void> {
  const { rpc, keyFile, profile, out, pinnedSetup, guardian, nextOwner } = options;
  const choices = {
    ...(pinnedSetup === undefined ? {} : { pinnedSetup }),
    ...(guardian === undefined ? {} : { guardian }),
    ...(nextOwner === undefined ? {} : { nextOwner }),
  };
  if (!(await buildContracts(root, { isQuiet: true }))) {
    throw new CliError("The contracts do not compile.", "Run npm run build to see why.");
  }
  // The place first: addresses that cannot be written are lost.
  if (out !== undefined) await reserve(out);
  try {
    if (profile === "development") {
      console.error("assay: accepts keys whose secret is published; never for anything of value");
    }
    const record = await deployProfile({ rpcUrl: rpc, keyFile, profile, choices });
    const json = JSON.stringify(record, null, 2);
    console.log(json);
    if (out !== undefined) await writeFile(out, `${json}\n`);
  } catch (error) {
    if (out !== undefined) await rm(out, { force: true });
    if (!(error instanceof ProfileError)) throw error;
    const next = `Give another ${OPTIONS[error.field]}, or another --profile.`;
    throw new CliError(error.message, next, error);
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
