import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { buildRelease } from "../../circuits/release/buildRelease.ts";
import { PROCESSES } from "../../orchestrator/main.ts";
import { LocalStore } from "../../orchestrator/storage/localStore.ts";
import { startEmbeddedChain } from "../chain/embeddedChain.ts";
import { setUpLocalNetwork, type LocalNetwork, type NamedRelease } from "./localNetwork.ts";
import { namedRelease } from "./namedRelease.ts";
import { operatorEnvironment } from "./operatorEnvironment.ts";
import { ProcessGroup } from "./processGroup.ts";

const root = resolve(import.meta.dirname, "../..");

/** A local network whose operator works: node, infer worker and prove worker run. */
export interface LocalOperator {
  readonly network: LocalNetwork;
  readonly nodeUrl: string;
  /** Aborts when the chain or one of the processes ends by itself. */
  readonly failed: AbortSignal;
}

/**
 * Builds releases of our own models, starts a chain with them on it, and an operator's processes.
 * Needs the compiled contracts.
 * @param parameters.models names of folders in models/; `network.releaseIds` has their order
 * @param parameters.cleanup ends everything when it is disposed of
 * @throws the signal's reason when it aborts before all is started
 */
export async function startLocalOperator(parameters: {
  readonly models: readonly string[];
  readonly onStep: (step: string) => void;
  readonly cleanup: AsyncDisposableStack;
  readonly signal?: AbortSignal;
}): Promise<LocalOperator> {
  const { models, onStep, cleanup, signal = new AbortController().signal } = parameters;
  const folder = await mkdtemp(join(tmpdir(), "assay-local-"));
  cleanup.defer(async () => rm(folder, { recursive: true, force: true }));

  onStep("compiling the models, making their keys");
  const store = new LocalStore(join(folder, "store"));
  const releases: NamedRelease[] = [];
  for (const model of models) {
    signal.throwIfAborted();
    const modelDirectory = join(root, "models", model);
    const cacheDirectory = join(root, ".assay/keys");
    releases.push(namedRelease(await buildRelease({ modelDirectory, store, cacheDirectory })));
  }

  onStep("starting a chain");
  signal.throwIfAborted();
  const chain = await startEmbeddedChain(1);
  cleanup.defer(async () => chain.stop());
  const { rpcUrl } = chain;
  const setUp = { rpcUrl, releases, onStep, signal: AbortSignal.any([signal, chain.failed]) };
  const network = await setUpLocalNetwork(setUp);
  cleanup.defer(() => {
    network.provider.destroy();
  });

  const { nodeUrl, variables } = await operatorEnvironment({ rpcUrl, network, folder });
  const processes = new ProcessGroup(folder);
  cleanup.defer(async () => processes.stop());
  for (const name of PROCESSES) {
    const file = join(root, "orchestrator/main.ts");
    processes.start({ name, file, args: [name], env: variables });
  }
  return { network, nodeUrl, failed: AbortSignal.any([chain.failed, processes.failed]) };
}
