import type { Command } from "commander";

import { formatBill } from "../../../circuits/compiler/r1cs/formatBill.ts";
import { buildRelease, type BuiltRelease } from "../../../circuits/release/buildRelease.ts";
import type { HeldoutReport } from "../../../circuits/release/heldoutReport.ts";
import { LocalStore } from "../../../orchestrator/storage/localStore.ts";
import { namedRelease } from "../../../scripts/demo/namedRelease.ts";
import { pinnedSetupOf } from "../../../scripts/deploy/pinnedSetup.ts";
import { publishOn } from "../../../scripts/deploy/publisher.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { developmentKey, keysOf, requireAcceptable } from "../ceremony/publishing.ts";
import { asAccount, withChain, type ChainOptions } from "../chain/options.ts";
import { parseWord } from "../chain/words.ts";
import { judgedLevels, type LevelOptions } from "../levels.ts";
import { kindOfPath } from "../paths.ts";

interface PublishOptions extends ChainOptions, LevelOptions {
  readonly store: string;
  readonly keys: string;
  readonly ceremony?: string;
  readonly ptau?: string;
  readonly as?: string;
}

/** `assay publish`: a release into a store and, if asked, onto a chain. */
export function registerPublish(program: Command): void {
  withChain(
    program
      .command("publish")
      .description(
        "build a model's release, with development keys unless a ceremony's are given; with --rpc, register it on a chain",
      )
      .argument("<model>", "a model's folder"),
  )
    .option("--store <folder>", "where the artefacts go", ".assay/store")
    .option("--keys <folder>", "where development keys are kept", ".assay/keys")
    .option("--ceremony <folder>", "keys of a ceremony, as assay ceremony export writes them")
    .option("--ptau <file>", "the powers of tau that ceremony started from")
    .option("--as <model>", "id of a model that was handed over to you, if it is not your own")
    .option("--levels <levels>", "what it can be asked at: zk, optimistic or both", "zk")
    .option(
      "--min-bond <amount>",
      "least bond of an optimistic answer; the least allowed if not given",
    )
    .option("--min-grade <grade>", "least grade the key needs to judge optimistic answers")
    .action(publish);
}

async function publish(path: string, options: PublishOptions): Promise<void> {
  const { rpc, addresses, coordinator, keyFile } = options;
  const isLocal = [rpc, addresses, coordinator, keyFile].every((each) => each === undefined);
  const model = options.as === undefined ? {} : { modelId: parseWord(options.as, "model id") };
  await kindOfPath(path, "a model's folder");
  if (isLocal) {
    judgedLevels(options);
    await build(path, { ...options, publisher: null });
    return;
  }
  // All that publishing needs is looked at before anything heavy is done for it.
  await asAccount(options, async ({ deployment, account, units }) => {
    const levels = judgedLevels(options, units);
    const pinned = await pinnedSetupOf(deployment);
    if (pinned !== null && options.ceremony === undefined) throw developmentKey(pinned);
    const built = await build(path, { ...options, publisher: account });
    const named = namedRelease(built);
    const release = { ...named.release, ...levels };
    if (pinned !== null) await requireAcceptable(deployment, { pinned, release });
    const { modelId, releaseId } = await publishOn(deployment, { ...named, release, ...model });
    console.log(`model    ${modelId}`);
    console.log(`release  ${releaseId}`);
  });
}

async function build(
  modelDirectory: string,
  options: PublishOptions & { readonly publisher: Hex | null },
): Promise<BuiltRelease> {
  const { store, keys } = options;
  const makeKeys = keysOf(options);
  const built = await buildRelease({
    modelDirectory,
    store: new LocalStore(store),
    cacheDirectory: keys,
    ...(makeKeys === null ? {} : { makeKeys }),
  });
  console.log(formatBill(built.bill));
  if (built.heldout !== null) console.log(formatHeldout(built.heldout));
  console.log(`manifest ${built.manifestCid}`);
  return built;
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

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
