import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

import type { Hex } from "../../../orchestrator/domain/ports.ts";
import type {
  Agreement,
  Block,
  JournaledRequest,
  OpenRequest,
} from "../../../orchestrator/domain/request.ts";
import type { Attempt } from "../../../orchestrator/domain/transaction.ts";
import type { View } from "../../../orchestrator/domain/view.ts";
import { SqliteJournal } from "../../../orchestrator/storage/journal.ts";

export function hex(value: number | bigint, bytes = 32): Hex {
  return `0x${value.toString(16).padStart(bytes * 2, "0")}`;
}

/** Hash of a block: its number and the branch it stands on. */
export function blockHash(number: number, branch = 0): Hex {
  return hex(BigInt(branch) * 1_000_000n + BigInt(number) + 0xb10c_0000_0000n);
}

export function block(number: number, branch = 0, parentBranch = branch): Block {
  return {
    number,
    hash: blockHash(number, branch),
    parentHash: blockHash(number - 1, parentBranch),
    timestamp: 1_000 + number,
  };
}

export const OPERATOR = 11n;
export const GWEI = 10n ** 9n;

/** Assigned at 1,000: declining is free until 1,333. Pays 0.001 of a coin, and gas up to 50 gwei. */
export function agreement(change: Partial<Agreement> = {}): Agreement {
  return {
    assignedAt: 1_000,
    verifierId: 1n,
    price: 10n ** 15n,
    latePenalty: 4n * 10n ** 14n,
    maxGasPrice: 50n * GWEI,
    callbackGas: 100_000,
    outputLength: 4,
    bond: 0n,
    grade: 0n,
    ...change,
  };
}

export const SENDER = hex(0x5e, 20);

/** What only optimistic requests look at: a node that neither doubts nor watches. */
export const optimisticView = {
  account: SENDER,
  leastGrade: 0n,
  judges: new Map<Hex, string | null>(),
  bondShort: new Set<Hex>(),
  fallbacks: new Map<Hex, bigint>(),
  notedBaseFees: new Map<Hex, bigint>(),
  rerun: { share: 0, seed: "seed" },
  watch: null,
} as const;

/** A node that sees the chain's second 1,500 and gas at 10 gwei. */
export function viewOf(change: Partial<View> = {}): View {
  return {
    operatorId: OPERATOR,
    head: { number: 12, timestamp: 1_500 },
    finalNumber: 0,
    blockSeconds: 1,
    settleDepth: 0,
    fallback: false,
    leastGain: 0n,
    market: { baseFee: 10n * GWEI, tip: GWEI, isCoin: true },
    revokedVerifiers: new Set(),
    faults: new Map(),
    standstill: null,
    secondsToAnswer: new Map(),
    ...optimisticView,
    ...change,
  };
}

export function openRequest(index: number, change: Partial<OpenRequest> = {}): OpenRequest {
  return {
    requestId: hex(0x1000 + index),
    releaseId: hex(0x5e1ea5e),
    level: "Zk",
    requester: hex(0xc0de, 20),
    operatorId: OPERATOR,
    input: Uint8Array.from([1, 2, 3, index]),
    primaryUntil: 2_000,
    deadline: 3_000,
    agreement: agreement(),
    preimage: `0x${index.toString(16).padStart(14 * 64, "0")}01`,
    ...change,
  };
}

export function journaledRequest(
  index: number,
  change: Partial<JournaledRequest> = {},
): JournaledRequest {
  return {
    ...openRequest(index),
    inputLength: 4,
    seen: { number: 10, hash: blockHash(10) },
    ending: null,
    failure: null,
    hasOutput: false,
    hasProof: false,
    answer: null,
    isConfirmed: null,
    refutation: null,
    transactionId: null,
    inFlightId: null,
    journaledAt: 0,
    seenAt: 0,
    ...change,
  };
}

export function attempt(index: number, change: Partial<Attempt> = {}): Attempt {
  return {
    hash: hex(0xaa00 + index),
    raw: hex(0xbb00 + index),
    purpose: "fulfill",
    maxFeePerGas: 10n ** 10n,
    maxPriorityFeePerGas: 10n ** 9n,
    signedAt: 5,
    ...change,
  };
}

export const MAKING = { backend: "native", phases: { msmA: 12.5 }, quarantined: null } as const;

export const PROOF = {
  proof: {
    a: [1n, 2n],
    b: [
      [3n, 4n],
      [5n, 6n],
    ],
    c: [7n, 8n],
  },
  commitment: 9n,
  seconds: 0.5,
} as const;

export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "assay-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const DEPLOYMENT = "31337:0xc0";

export function openJournal(path: string, now: () => number = () => 7): SqliteJournal {
  return new SqliteJournal({ path, deployment: DEPLOYMENT, clock: { now } });
}

/** A journal of its own for a test, closed and deleted afterwards. */
export function temporaryJournal(t: TestContext, now: () => number = () => 7): SqliteJournal {
  const journal = openJournal(join(temporaryFolder(t), "journal.db"), now);
  t.after(() => {
    journal.close();
  });
  return journal;
}
