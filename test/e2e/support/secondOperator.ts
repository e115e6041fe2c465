import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { HDNodeWallet } from "ethers";

import type { Hex } from "../../../orchestrator/domain/ports.ts";
import { DEVELOPMENT_MNEMONIC } from "../../../scripts/chain/embeddedChain.ts";
import { operatorEnvironment } from "../../../scripts/demo/operatorEnvironment.ts";
import { DEVELOPMENT_PROFILE } from "../../../scripts/deploy/deploy.ts";
import { enrolOperator } from "../../../scripts/deploy/enrolOperator.ts";
import type { Bench } from "./bench.ts";
import { OperatorProcesses } from "./operatorProcesses.ts";

/** Those of the bench's own operator, so that a declined request may come here. */
const PRICES = { computePrice: 10n ** 9n, proofPrice: 10n ** 10n, bytePrice: 10n ** 9n };

/** An operator beside the bench's own, with processes, keys and a journal of his own. */
export interface SecondOperator {
  readonly operatorId: bigint;
  readonly sender: string;
  readonly processes: OperatorProcesses;
  readonly nodeUrl: string;
}

/** Registers, bonds and lists him; the test starts his processes. */
export async function enrolSecondOperator(
  bench: Bench,
  environment: Readonly<Record<string, string>>,
): Promise<SecondOperator> {
  const { chain, network, releaseId } = bench;
  const [signer, sender] = [account(bench, 4), account(bench, 5)];
  const operatorId = await enrolOperator({
    signer,
    addresses: network.addresses,
    bond: DEVELOPMENT_PROFILE.minBond,
    senders: [sender.address],
    prices: PRICES,
    releaseIds: [releaseId],
  });
  const folder = join(bench.environment["ASSAY_DATA_DIR"] ?? "", "../second");
  await mkdir(folder, { recursive: true });
  const senderKey = sender.privateKey as Hex;
  const own = await operatorEnvironment({
    rpcUrl: chain.rpcUrl,
    network: { ...network, operatorId, senderKey },
    folder,
  });
  const variables = {
    ...own.variables,
    ASSAY_STORE_DIR: bench.environment["ASSAY_STORE_DIR"] ?? "",
    ASSAY_LOG_LEVEL: "debug",
    ...environment,
  };
  const processes = new OperatorProcesses({ environment: variables, logFolder: folder });
  bench.cleanup.add(() => processes.stop());
  return { operatorId, sender: sender.address, processes, nodeUrl: own.nodeUrl };
}

/** One of the embedded chain's funded accounts. */
export function account({ network }: Bench, index: number): HDNodeWallet {
  const path = `m/44'/60'/0'/0/${index}`;
  return HDNodeWallet.fromPhrase(DEVELOPMENT_MNEMONIC, "", path).connect(network.provider);
}
