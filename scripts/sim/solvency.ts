import { Interface } from "ethers";

import { numberOf, topicOf, wordsOf, type Words } from "./calldata.ts";
import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { operatorRegistryAbi } from "../../sdk/protocol/abi/operatorRegistry.ts";
import type { Outcome } from "./chain.ts";

/** All that went into and came out of the two contracts that hold coins, in wei. */
export interface Flows {
  readonly coordinatorIn: bigint;
  readonly coordinatorOut: bigint;
  readonly registryIn: bigint;
  readonly registryOut: bigint;
  /** Paid for gas by all accounts together. */
  readonly gas: bigint;
}

/** What the contracts' own state says, in wei. */
export interface Holdings {
  /** Coins at the contract's address. */
  readonly coordinator: bigint;
  readonly registry: bigint;
  /** All balances, all earnings, and the escrow of all open requests. */
  readonly owedByCoordinator: bigint;
  /** All bonds, what is leaving included, and what was burned. */
  readonly owedByRegistry: bigint;
}

export const NO_FLOWS: Flows = {
  coordinatorIn: 0n,
  coordinatorOut: 0n,
  registryIn: 0n,
  registryOut: 0n,
  gas: 0n,
};

const registry = new Interface(operatorRegistryAbi);
const registryTopic = (event: string): string | undefined => registry.getEvent(event)?.topicHash;
const OUT_OF_COORDINATOR = new Set<string>([topicOf("Withdrawn"), topicOf("EarningsWithdrawn")]);
const BOND_WITHDRAWN = registryTopic("BondWithdrawn");
const BOND_SLASHED = registryTopic("BondSlashed");

/** Adds what transactions moved. Coins that come in are read off the transactions, not off events. */
export function addFlows(
  before: Flows,
  outcomes: readonly Outcome[],
  at: { readonly coordinator: Hex; readonly registry: Hex },
): Flows {
  const flows = { ...before };
  for (const { call, succeeded, gasFee, logs } of outcomes) {
    flows.gas += gasFee;
    if (!succeeded) continue;
    const value = call.value ?? 0n;
    if (call.to === at.coordinator) flows.coordinatorIn += value;
    if (call.to === at.registry) flows.registryIn += value;
    for (const { topics, data } of logs) {
      const topic = topics[0] ?? "";
      if (OUT_OF_COORDINATOR.has(topic)) flows.coordinatorOut += lastNumber(data);
      if (topic === BOND_WITHDRAWN) flows.registryOut += lastNumber(data);
      if (topic !== BOND_SLASHED) continue;
      // What of a slash is paid leaves one contract for the other.
      flows.registryOut += lastNumber(data);
      flows.coordinatorIn += lastNumber(data);
    }
  }
  return flows;
}

/** Wei by which coins, debts and the ledger of ins and outs differ, all added up; 0 is solvent. */
export function solvencyError(flows: Flows, holdings: Holdings): bigint {
  const coordinator = flows.coordinatorIn - flows.coordinatorOut;
  const registryHeld = flows.registryIn - flows.registryOut;
  return (
    distance(holdings.coordinator, coordinator) +
    distance(holdings.owedByCoordinator, coordinator) +
    distance(holdings.registry, registryHeld) +
    distance(holdings.owedByRegistry, registryHeld)
  );
}

/** Wei that appeared or vanished among all accounts and both contracts, beside what gas cost. */
export function lostCoins(parameters: {
  readonly initial: bigint;
  readonly accounts: bigint;
  readonly holdings: Holdings;
  readonly gas: bigint;
}): bigint {
  const { initial, accounts, holdings, gas } = parameters;
  return distance(initial, accounts + holdings.coordinator + holdings.registry + gas);
}

function lastNumber(data: Hex): bigint {
  const count = (data.length - 2) / 64;
  const last: Words = wordsOf(data, count - 1, 1);
  return numberOf(last, 0);
}

function distance(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a;
}
