import { Contract, HDNodeWallet, JsonRpcProvider, Network } from "ethers";

import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { inferenceCoordinatorAbi } from "../../sdk/protocol/abi/inferenceCoordinator.ts";
import type { Verification } from "../../sdk/protocol/verification.ts";
import { DEVELOPMENT_MNEMONIC } from "../chain/embeddedChain.ts";
import { DEVELOPMENT_PROFILE, deployAssay, deployContract } from "../deploy/deploy.ts";
import type { AssayAddresses } from "../deploy/deploy.ts";
import type { DeploymentProfile } from "../deploy/profile.ts";
import { enrolOperator } from "../deploy/enrolOperator.ts";
import { publishRelease, type ZkRelease } from "../deploy/publishRelease.ts";
import { raceAbort } from "./raceAbort.ts";

/** Wei per unit of work: one digit costs about a thousandth of an ether. */
const PRICES = { computePrice: 10n ** 9n, proofPrice: 10n ** 10n, bytePrice: 10n ** 9n };
const CONSUMER_DEPOSIT = 10n ** 18n;

/** A release to be published, by the name consumers know it by. */
export interface NamedRelease {
  readonly name: string;
  readonly version: string;
  readonly release: ZkRelease;
}

/** A chain with all contracts, published releases, one operator and a funded `DigitReader`. */
export interface LocalNetwork {
  readonly provider: JsonRpcProvider;
  readonly chainId: bigint;
  readonly addresses: AssayAddresses;
  readonly digitReader: string;
  readonly operatorId: bigint;
  /** Hot key of the operator: what its node signs with. */
  readonly senderKey: Hex;
  /** Whoever shows images to the `DigitReader`. */
  readonly user: HDNodeWallet;
  /** Release ids in the order the releases were given. */
  readonly releaseIds: readonly Hex[];
  /** Block in which the first contract was deployed. */
  readonly startBlock: number;
}

interface NetworkPlan {
  readonly rpcUrl: string;
  readonly releases: readonly NamedRelease[];
  readonly onStep: (step: string) => void;
  /** Time between blocks once all is set up; default 1. */
  readonly blockSeconds?: number;
  /** At which the operator serves every release; by default Zk alone. */
  readonly levels?: readonly Verification[];
  /** By default the development one. */
  readonly profile?: DeploymentProfile;
  readonly signal?: AbortSignal;
}

/**
 * Sets all of it up on an embedded chain, whose accounts are those of `DEVELOPMENT_MNEMONIC`. Until
 * then a transaction is mined at once, in a block of the same second.
 * @throws the signal's reason when it aborts before all is set up
 */
export async function setUpLocalNetwork(plan: NetworkPlan): Promise<LocalNetwork> {
  const provider = await connect(plan.rpcUrl);
  const { signal = new AbortController().signal } = plan;
  try {
    return await raceAbort(setUpQuickly(provider, plan), signal);
  } catch (error) {
    // Ends whatever still waits for a block.
    provider.destroy();
    throw error;
  }
}

async function setUpQuickly(provider: JsonRpcProvider, plan: NetworkPlan): Promise<LocalNetwork> {
  await provider.send("evm_setAutomine", [true]);
  await provider.send("anvil_setBlockTimestampInterval", [0]);
  const network = await setUp(provider, plan);
  await provider.send("anvil_removeBlockTimestampInterval", []);
  await provider.send("evm_setIntervalMining", [plan.blockSeconds ?? 1]);
  return network;
}

async function setUp(
  provider: JsonRpcProvider,
  { releases, onStep, levels = ["Zk"], profile = DEVELOPMENT_PROFILE }: NetworkPlan,
): Promise<LocalNetwork> {
  const { chainId } = await provider.getNetwork();
  const [publisher, operator, sender, user] = [0, 1, 2, 3].map((index) => account(provider, index));
  if (!publisher || !operator || !sender || !user) throw new Error("too few accounts");
  const startBlock = await provider.getBlockNumber();

  onStep("deploying the contracts");
  const addresses = await deployAssay({ signer: publisher, profile });

  onStep("publishing the releases");
  const releaseIds: Hex[] = [];
  for (const entry of releases) {
    const published = await publishRelease({ signer: publisher, addresses, ...entry });
    releaseIds.push(published.releaseId);
  }

  onStep("registering and bonding an operator");
  const operatorId = await enrolOperator({
    signer: operator,
    addresses,
    bond: profile.minBond,
    senders: [sender.address],
    prices: PRICES,
    releaseIds,
    levels,
  });

  onStep("deploying and funding DigitReader");
  const digitReader = await deployContract(user, "examples/DigitReader", [
    user.address,
    addresses.coordinator,
  ]);
  const coordinator = new Contract(addresses.coordinator, inferenceCoordinatorAbi, user);
  const deposit = await coordinator.getFunction("deposit")(digitReader, CONSUMER_DEPOSIT, {
    value: CONSUMER_DEPOSIT,
  });
  await deposit.wait();

  const senderKey = sender.privateKey as Hex;
  return {
    provider,
    chainId,
    addresses,
    digitReader,
    operatorId,
    senderKey,
    user,
    releaseIds,
    startBlock,
  };
}

async function connect(rpcUrl: string): Promise<JsonRpcProvider> {
  const probe = new JsonRpcProvider(rpcUrl);
  const { chainId } = await probe.getNetwork();
  probe.destroy();
  const network = Network.from(chainId);
  // Its cache would hide what changed within a quarter of a second; blocks come once a second.
  const options = { staticNetwork: network, cacheTimeout: -1, pollingInterval: 50 };
  return new JsonRpcProvider(rpcUrl, network, options);
}

function account(provider: JsonRpcProvider, index: number): HDNodeWallet {
  const path = `m/44'/60'/0'/0/${index}`;
  return HDNodeWallet.fromPhrase(DEVELOPMENT_MNEMONIC, "", path).connect(provider);
}
