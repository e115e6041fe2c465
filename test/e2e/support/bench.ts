import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { TestContext } from "node:test";

import { buildRelease } from "../../../circuits/release/buildRelease.ts";
import { readModelFolder } from "../../../circuits/release/modelFolder.ts";
import { LocalStore } from "../../../orchestrator/storage/localStore.ts";
import type { Hex } from "../../../orchestrator/domain/ports.ts";
import type { DeploymentProfile } from "../../../scripts/deploy/profile.ts";
import type { Verification } from "../../../sdk/protocol/verification.ts";
import { startEmbeddedChain, type EmbeddedChain } from "../../../scripts/chain/embeddedChain.ts";
import { setUpLocalNetwork, type LocalNetwork } from "../../../scripts/demo/localNetwork.ts";
import { namedRelease } from "../../../scripts/demo/namedRelease.ts";
import { operatorEnvironment } from "../../../scripts/demo/operatorEnvironment.ts";
import { cleanupOf, type Cleanup } from "../../orchestrator/support/cleanup.ts";
import { OperatorProcesses } from "./operatorProcesses.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const MODEL = join(ROOT, "models/digits-mlp");
/** Development keys are the same for everybody; making them once is enough. */
const KEYS = join(ROOT, ".assay/keys");
/** Everything is told, and a stuck settlement is replaced soon. */
const TEST_SETTINGS = { ASSAY_BUMP_SECONDS: "10", ASSAY_LOG_LEVEL: "debug" } as const;

/** Everything one request needs, for real: chain, contracts, release, processes. */
export interface Bench {
  readonly chain: EmbeddedChain;
  readonly network: LocalNetwork;
  readonly releaseId: Hex;
  readonly images: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly processes: OperatorProcesses;
  readonly nodeUrl: string;
  readonly queuePort: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly cleanup: Cleanup;
}

/**
 * Sets all of it up; the test starts the processes.
 *
 * @param input.environment additions to the node's and workers' environment
 */
export async function setUpBench(
  t: TestContext,
  input: {
    readonly environment?: Readonly<Record<string, string>>;
    /** At which the release can be asked and is served; by default Zk alone. */
    readonly levels?: readonly Verification[];
    readonly profile?: DeploymentProfile;
  } = {},
): Promise<Bench> {
  const cleanup = cleanupOf(t);
  const folder = await mkdtemp(join(tmpdir(), "assay-e2e-"));
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  const store = new LocalStore(join(folder, "store"));
  const built = await buildRelease({ modelDirectory: MODEL, store, cacheDirectory: KEYS });
  const { heldout } = await readModelFolder(MODEL);
  const chain = await startEmbeddedChain(1);
  cleanup.add(() => chain.stop());
  // Nothing of the set-up needs to wait for blocks.
  await rpc(chain, "evm_setAutomine", [true]);
  const network = await setUpLocalNetwork({
    rpcUrl: chain.rpcUrl,
    releases: [namedRelease(built, input.levels)],
    ...(input.levels === undefined ? {} : { levels: input.levels }),
    ...(input.profile === undefined ? {} : { profile: input.profile }),
    onStep: () => undefined,
  });
  await rpc(chain, "evm_setAutomine", [false]);
  await rpc(chain, "evm_setIntervalMining", [1]);
  cleanup.add(() => {
    network.provider.destroy();
  });
  const [releaseId] = network.releaseIds;
  if (releaseId === undefined) throw new Error("no release was published");
  const operator = await operatorEnvironment({ rpcUrl: chain.rpcUrl, network, folder });
  const environment = { ...operator.variables, ...TEST_SETTINGS, ...input.environment };
  const processes = new OperatorProcesses({ environment, logFolder: folder });
  cleanup.add(() => processes.stop());
  return {
    chain,
    network,
    releaseId,
    images: heldout.map((each) => each.input),
    labels: heldout.map((each) => each.label),
    processes,
    nodeUrl: operator.nodeUrl,
    queuePort: Number(operator.variables["ASSAY_QUEUE_PORT"]),
    environment,
    cleanup,
  };
}

/** One call to the chain beside all providers. */
export async function rpc(
  chain: EmbeddedChain,
  method: string,
  params: readonly unknown[],
): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const headers = { "content-type": "application/json" };
  const response = await fetch(chain.rpcUrl, { method: "POST", headers, body });
  const answer = (await response.json()) as { readonly result?: unknown; readonly error?: unknown };
  if (answer.error !== undefined) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
  return answer.result;
}
