import { join, resolve } from "node:path";
import { hexlify } from "ethers";

import { buildRelease, type BuiltRelease } from "../../../circuits/release/buildRelease.ts";
import { LocalStore } from "../../../orchestrator/storage/localStore.ts";
import type { Deployment } from "../../../scripts/account/deployment.ts";
import { operatorIdOf } from "../../../scripts/account/operatorRecord.ts";
import { findRequest } from "../../../scripts/account/requestRecord.ts";
import { newestBlock, transact } from "../../../scripts/account/transact.ts";
import { namedRelease } from "../../../scripts/demo/namedRelease.ts";
import { publishRelease } from "../../../scripts/deploy/publishRelease.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import type { VerifyingKey } from "../../../sdk/protocol/verifyingKey.ts";
import {
  assay,
  startDeployedChain,
  type DeployedChain,
  type TestAccount,
} from "./deployedChain.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const PRICES = ["--compute", "1gwei", "--proof", "10gwei", "--byte", "1gwei"] as const;

/** Twenty daily returns in basis points. */
export const RETURNS = Uint8Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 0 : 10 + i));
/** No forecast of theirs. */
export const WRONG: Hex = "0x7fff";

/** A chain with the release of `models/volatility` at both levels, and an operator who serves it. */
export interface DisputedChain extends DeployedChain {
  readonly built: BuiltRelease;
  readonly storeFolder: string;
  readonly volatility: Hex;
  readonly operator: TestAccount & { readonly id: bigint };
  /** Publishes a release with the model's manifest, under another key. */
  readonly publishUnder: (verifyingKey: VerifyingKey) => Promise<Hex>;
  readonly serve: (releaseId: Hex) => Promise<void>;
  /** Asks a release at level optimistic; the model's own unless another is named. */
  readonly asked: (account: TestAccount, releaseId?: Hex) => Promise<Hex>;
  /** The operator sends this output, as nobody could stop him to. */
  readonly answer: (requestId: Hex, output: Hex) => Promise<void>;
  readonly pass: (seconds: number) => Promise<void>;
  /** While blocks come by themselves, as they do on a real chain. */
  readonly withBlocks: <Result>(work: () => Promise<Result>) => Promise<Result>;
}

export async function startDisputedChain(): Promise<DisputedChain> {
  const chain = await startDeployedChain();
  const storeFolder = join(chain.folder, "store");
  const built = await buildRelease({
    modelDirectory: join(ROOT, "models/volatility"),
    store: new LocalStore(storeFolder),
    cacheDirectory: join(ROOT, ".assay/keys"),
  });
  const publisher = await chain.fund();
  const publish = async (version: string, verifyingKey: VerifyingKey): Promise<Hex> => {
    const { name, release } = namedRelease(built);
    const levels = ["Optimistic", "Zk"] as const;
    const { releaseId } = await publishRelease({
      signer: publisher.wallet,
      addresses: chain.addresses,
      name,
      version,
      release: { ...release, verifyingKey, levels },
    });
    return releaseId;
  };
  const volatility = await publish("1.0.0", built.verifyingKey);
  const operator = await enrol(chain);
  const serve = async (releaseId: Hex): Promise<void> => {
    const levels = ["--levels", "optimistic,zk"];
    await assay("operator", "serve", releaseId, ...levels, ...chain.as(operator));
  };
  await serve(volatility);
  const deployment = await chain.meet(operator);
  return {
    ...chain,
    built,
    storeFolder,
    volatility,
    operator,
    publishUnder: (verifyingKey) => publish("1.0.1", verifyingKey),
    serve,
    asked: (account, releaseId = volatility) => ask(chain, account, releaseId),
    answer: (requestId, output) => answer(deployment, { requestId, output, payee: operator.id }),
    pass: async (seconds) => {
      // From the newest block, which may be ahead of the clock that time is increased from.
      const { timestamp } = await newestBlock(chain.provider);
      await chain.provider.send("evm_setNextBlockTimestamp", [timestamp + seconds]);
      await chain.provider.send("evm_mine", []);
    },
    withBlocks: async (work) => {
      await chain.provider.send("evm_setAutomine", [false]);
      await chain.provider.send("evm_setIntervalMining", [1]);
      try {
        return await work();
      } finally {
        await chain.provider.send("evm_setAutomine", [true]);
      }
    },
  };
}

async function enrol(chain: DeployedChain): Promise<TestAccount & { readonly id: bigint }> {
  const account = await chain.fund();
  const as = chain.as(account);
  await assay("operator", "register", ...as);
  await assay("operator", "bond", "3eth", ...as);
  await assay("operator", "price", ...PRICES, ...as);
  await assay("operator", "sender", "add", account.address, ...as);
  return { ...account, id: operatorIdOf(account.address) };
}

async function ask(chain: DeployedChain, account: TestAccount, releaseId: Hex): Promise<Hex> {
  const input = ["--input", hexlify(RETURNS), "--level", "optimistic", "--no-wait", "--json"];
  const { out } = await assay("request", releaseId, ...input, ...chain.as(account));
  return (JSON.parse(out) as { readonly requestId: Hex }).requestId;
}

async function answer(
  deployment: Deployment,
  sent: { readonly requestId: Hex; readonly output: Hex; readonly payee: bigint },
): Promise<void> {
  const { requestId, output, payee } = sent;
  const { preimage } = await findRequest(deployment, requestId);
  const values = [...preimage, { payee, input: "0x", output, evidence: "0x" }];
  await transact(deployment.coordinator, { method: "fulfill", values });
}
