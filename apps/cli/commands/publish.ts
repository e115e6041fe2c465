import type { Command } from "commander";

import { formatBill } from "../../../circuits/compiler/r1cs/formatBill.ts";
import { buildRelease } from "../../../circuits/release/buildRelease.ts";
import type { HeldoutReport } from "../../../circuits/release/heldoutReport.ts";
import { LocalStore } from "../../../orchestrator/storage/localStore.ts";
import { namedRelease } from "../../../scripts/demo/namedRelease.ts";
import { openPublisher, type Publisher } from "../../../scripts/deploy/publisher.ts";
import { CliError } from "../failure.ts";
import { judgedLevels, type JudgedLevels, type LevelOptions } from "../levels.ts";
import { kindOfPath } from "../paths.ts";

interface PublishOptions extends LevelOptions {
  readonly store: string;
  readonly keys: string;
  readonly rpc?: string;
  readonly registry?: string;
  readonly keyFile?: string;
}

/** `assay publish`: a release under development keys, into a store and, if asked, onto a chain. */
export function registerPublish(program: Command): void {
  program
    .command("publish")
    .description("build a model's release with development keys, and register it on a chain")
    .argument("<model>", "a model's folder")
    .option("--store <folder>", "where the artefacts go", ".assay/store")
    .option("--keys <folder>", "where development keys are kept", ".assay/keys")
    .option("--rpc <url>", "chain to register the release on; without it nothing is sent")
    .option("--registry <address>", "the deployment's ModelRegistry")
    .option("--key-file <file>", "holds the publisher's private key")
    .option("--levels <levels>", "what it can be asked at: zk, optimistic or both", "zk")
    .option(
      "--min-bond <amount>",
      "least bond of an optimistic answer, in the asset's smallest unit",
    )
    .option("--min-grade <grade>", "least grade the key needs to judge optimistic answers")
    .action(async (path: string, options: PublishOptions) => {
      await publish(path, options);
    });
}

async function publish(path: string, options: PublishOptions): Promise<void> {
  const chain = chainOptions(options);
  const levels = judgedLevels(options);
  await kindOfPath(path, "a model's folder");
  const publisher = chain === null ? null : await openPublisher(chain);
  try {
    await buildAndPublish({ path, options, levels, publisher });
  } finally {
    publisher?.close();
  }
}

async function buildAndPublish({
  path,
  options,
  levels,
  publisher,
}: {
  readonly path: string;
  readonly options: PublishOptions;
  readonly levels: JudgedLevels;
  readonly publisher: Publisher | null;
}): Promise<void> {
  const built = await buildRelease({
    modelDirectory: path,
    store: new LocalStore(options.store),
    cacheDirectory: options.keys,
  });
  console.log(formatBill(built.bill));
  if (built.heldout !== null) console.log(formatHeldout(built.heldout));
  console.log(`manifest ${built.manifestCid}`);
  if (publisher === null) return;
  const named = namedRelease(built);
  const release = { ...named.release, ...levels };
  const { releaseId } = await publisher.publish({ ...named, release });
  console.log(`release  ${releaseId}`);
}

function formatHeldout(report: HeldoutReport): string {
  if ("images" in report) {
    const { integerTop1, floatTop1, images } = report;
    return `held out ${percent(integerTop1)} right (float ${percent(floatTop1)}) of ${images} images`;
  }
  const { examples, integerError, floatError, meanError, maximumError } = report;
  const [integer, float, mean, most] = [integerError, floatError, meanError, maximumError].map(
    (each) => each.toPrecision(3),
  );
  return (
    `held out mean error ${integer} (float ${float}) of ${examples} examples; ` +
    `integer from float ${mean} on average, ${most} at most`
  );
}

function chainOptions({ rpc, registry, keyFile }: PublishOptions) {
  if (rpc === undefined && registry === undefined && keyFile === undefined) return null;
  if (rpc === undefined || registry === undefined || keyFile === undefined) {
    throw new CliError(
      "Registering on a chain needs --rpc, --registry and --key-file together.",
      "Give all three, or none to build the release only.",
    );
  }
  return { rpcUrl: rpc, modelRegistry: registry, keyFile };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
