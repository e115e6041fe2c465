import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { Contract, hexlify, Interface, type TransactionResponse } from "ethers";
import { z } from "zod";

import type { Hex } from "../../../orchestrator/domain/ports.ts";
import { DEVELOPMENT_PROFILE } from "../../../scripts/deploy/deploy.ts";
import { enrolOperator } from "../../../scripts/deploy/enrolOperator.ts";
import { operatorEnvironment } from "../../../scripts/demo/operatorEnvironment.ts";
import { inferenceCoordinatorAbi } from "../../../sdk/protocol/abi/inferenceCoordinator.ts";
import type { Bench } from "./bench.ts";
import { untilEvent } from "./marketRequests.ts";
import { OperatorProcesses } from "./operatorProcesses.ts";
import type { OptimisticRequest } from "./optimisticRequests.ts";
import { account } from "./secondOperator.ts";

const answered = z.object({ record: z.unknown() });
const coordinator = new Interface(inferenceCoordinatorAbi);

/** An operator without processes: the test answers for him. */
export interface Liar {
  readonly operatorId: bigint;
  /** Sends this output as the answer. */
  answer(asked: OptimisticRequest, output: Uint8Array): Promise<void>;
}

export async function enrolLiar(bench: Bench): Promise<Liar> {
  const { network, releaseId } = bench;
  const [signer, sender] = [account(bench, 4), account(bench, 5)];
  const operatorId = await enrolOperator({
    signer,
    addresses: network.addresses,
    bond: DEVELOPMENT_PROFILE.minBond,
    senders: [sender.address],
    prices: { computePrice: 10n ** 9n, proofPrice: 10n ** 10n, bytePrice: 10n ** 9n },
    releaseIds: [releaseId],
    levels: ["Optimistic"],
  });
  return {
    operatorId,
    async answer({ request, assignment }, output) {
      const contract = new Contract(network.addresses.coordinator, coordinator, sender);
      const answer = { payee: operatorId, input: "0x", output: hexlify(output), evidence: "0x" };
      const fulfill = contract.getFunction("fulfill");
      const sent = (await fulfill(request, assignment, answer)) as TransactionResponse;
      await sent.wait();
    },
  };
}

/** What of a fallen answer's bond went to whoever brought it down, for the gas of its callback. */
export async function callbackFeeOf(bench: Bench, requestId: Hex): Promise<bigint> {
  const { event } = await untilEvent(bench, "CallbackPaid", requestId);
  return event.args["amount"] as bigint;
}

/** Asks for a proof of the answer that stands, from one of the chain's accounts. */
export async function challenge(
  bench: Bench,
  { requestId, request, assignment }: OptimisticRequest,
  accountIndex: number,
): Promise<bigint> {
  const { event } = await untilEvent(bench, "RequestAnswered", requestId);
  const { addresses } = bench.network;
  const contract = new Contract(addresses.coordinator, coordinator, account(bench, accountIndex));
  const value = (await contract.getFunction("challengeBondOf")(bench.releaseId)) as bigint;
  const { record } = answered.parse(event.args.toObject(true));
  const ask = contract.getFunction("challenge");
  const sent = (await ask(request, assignment, record, { value })) as TransactionResponse;
  await sent.wait();
  return value;
}

export interface Watchtower {
  readonly address: string;
  readonly processes: OperatorProcesses;
  readonly nodeUrl: string;
}

/** `assay watch` with workers of its own, under an account that is nobody's sender. */
export async function watchtower(
  bench: Bench,
  environment: Readonly<Record<string, string>> = {},
): Promise<Watchtower> {
  const { chain, network, cleanup } = bench;
  const own = account(bench, 6);
  const folder = join(bench.environment["ASSAY_DATA_DIR"] ?? "", "../watch");
  await mkdir(folder, { recursive: true });
  const senderKey = own.privateKey as Hex;
  const { variables, nodeUrl } = await operatorEnvironment({
    rpcUrl: chain.rpcUrl,
    network: { ...network, senderKey },
    folder,
  });
  const processes = new OperatorProcesses({
    environment: {
      ...variables,
      ASSAY_OPERATOR_ID: "",
      ASSAY_STORE_DIR: bench.environment["ASSAY_STORE_DIR"] ?? "",
      ASSAY_LOG_LEVEL: "debug",
      ...environment,
    },
    logFolder: folder,
  });
  cleanup.add(() => processes.stop());
  return { address: own.address, processes, nodeUrl };
}
