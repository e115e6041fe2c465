import { Contract, Interface, type LogDescription, type TransactionResponse } from "ethers";

import type { Hex } from "../../../orchestrator/domain/ports.ts";
import { inferenceCoordinatorAbi } from "../../../sdk/protocol/abi/inferenceCoordinator.ts";
import { operatorRegistryAbi } from "../../../sdk/protocol/abi/operatorRegistry.ts";
import { termsOf } from "../../../sdk/protocol/terms.ts";
import { verificationNumber } from "../../../sdk/protocol/verification.ts";
import { eventually } from "../../orchestrator/support/ports.ts";
import { rpc, type Bench } from "./bench.ts";

const coordinator = new Interface(inferenceCoordinatorAbi);
const registry = new Interface(operatorRegistryAbi);
const SECONDS_TO_ANSWER = 3_600;

export interface FoundEvent {
  readonly event: LogDescription;
  readonly transactionHash: string;
}

/** A request by an account, without callback, for one operator. */
export async function askFor(
  bench: Bench,
  input: { readonly operatorId: bigint; readonly maxGasPrice: bigint },
): Promise<Hex> {
  const { network, releaseId, images } = bench;
  const contract = new Contract(network.addresses.coordinator, coordinator, network.user);
  const block = await network.provider.getBlock("latest");
  const terms = termsOf({
    maxFee: 10n ** 17n,
    deadline: BigInt((block?.timestamp ?? 0) + SECONDS_TO_ANSWER),
    ...input,
  });
  const image = Uint8Array.from(images[0] ?? []);
  const level = verificationNumber("Zk");
  const value = { value: terms.maxFee };
  const request = contract.getFunction("requestInference");
  const sent = (await request(releaseId, level, image, terms, value)) as TransactionResponse;
  const receipt = await sent.wait();
  const events = (receipt?.logs ?? []).map((log) => coordinator.parseLog(log));
  const asked = events.find((event) => event?.name === "InferenceRequested");
  if (!asked) throw new Error(`transaction ${sent.hash} asked for nothing`);
  return asked.args["requestId"] as Hex;
}

/** Waits for an event of the coordinator about the request. */
export async function untilEvent(bench: Bench, name: string, requestId: Hex): Promise<FoundEvent> {
  const { provider, addresses } = bench.network;
  const topics = [coordinator.getEvent(name)?.topicHash ?? "", requestId];
  const filter = { address: addresses.coordinator, topics, fromBlock: 0, toBlock: "latest" };
  return eventually(
    async () => {
      const [log] = await provider.getLogs(filter);
      const event = log === undefined ? null : coordinator.parseLog(log);
      if (log === undefined || event === null) return null;
      return { event, transactionHash: log.transactionHash };
    },
    { withinMs: 60_000, what: `${name} of ${requestId}` },
  );
}

/** Base fees that were noted on chain, in wei. */
export async function notedBaseFees(bench: Bench): Promise<readonly bigint[]> {
  const { provider, addresses } = bench.network;
  const topics = [registry.getEvent("BaseFeeNoted")?.topicHash ?? ""];
  const place = { address: addresses.operatorRegistry, fromBlock: 0, toBlock: "latest" };
  const logs = await provider.getLogs({ ...place, topics });
  return logs.map((log) => registry.parseLog(log)?.args["baseFee"] as bigint);
}

/** The chain's clock goes on from here. */
export async function pass(bench: Bench, seconds: number): Promise<void> {
  await rpc(bench.chain, "evm_increaseTime", [seconds]);
}

/** Blocks from now on start at this base fee. */
export async function setBaseFee(bench: Bench, wei: bigint): Promise<void> {
  await rpc(bench.chain, "anvil_setNextBlockBaseFeePerGas", [`0x${wei.toString(16)}`]);
}
