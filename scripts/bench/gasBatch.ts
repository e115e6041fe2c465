import { AbiCoder, Contract, toBeHex, type Signer } from "ethers";

import {
  claimProver,
  type ClaimCircuit,
  type ClaimProver,
} from "../../circuits/claim/claimProver.ts";
import { keyStoreAbi } from "../../sdk/protocol/abi/keyStore.ts";
import { zkVerifierAbi } from "../../sdk/protocol/abi/zkVerifier.ts";
import { encodeVerifyingKey } from "../../sdk/protocol/verifyingKey.ts";
import { calldataGas, intrinsicGas } from "./calldataGas.ts";
import { ask, INPUT, LEVEL, OUTPUT, proveFor, startGasBench, type GasBench } from "./gasBench.ts";
import type { GasRow } from "./gasRow.ts";

const FEW = 10;
const MANY = 32;
const RELEASES: readonly ClaimCircuit[] = [
  "sixWords",
  "sixWordsOther",
  "sixWordsThird",
  "sixWordsFourth",
];

/** A claim and its evidence, as `verifyBatch` takes them. */
interface Proven {
  readonly claim: object;
  readonly evidence: Uint8Array;
}

/** What each proof of a batch costs, in steady state. */
export async function measureBatchGas(): Promise<readonly GasRow[]> {
  const bench = await startGasBench(LEVEL.Zk);
  const verifier = new Contract(bench.addresses.zkVerifier, zkVerifierAbi, bench.signer);
  const keys = new Contract(bench.addresses.keyStore, keyStoreAbi, bench.signer);
  const releases = [];
  for (const circuit of RELEASES) releases.push(await releaseOf(keys, circuit));

  const ofFour = await provenOf(bench, releases, MANY);
  const ofOne = await provenOf(bench, releases.slice(0, 1), MANY);
  const rows = [
    { key: `verifyBatch: each of ${FEW}, one release`, items: ofOne.slice(0, FEW) },
    { key: `verifyBatch: each of ${MANY}, one release`, items: ofOne },
    { key: `verifyBatch: each of ${MANY}, four releases`, items: ofFour },
  ].map(async ({ key, items }) => ({ key, gas: await verifyTogether(bench, verifier, items) }));
  return [...(await Promise.all(rows)), await fulfilTogether(bench)];
}

interface BatchRelease {
  readonly prover: ClaimProver;
  readonly key: string;
}

async function releaseOf(keys: Contract, circuit: ClaimCircuit): Promise<BatchRelease> {
  const prover = await claimProver(circuit);
  const key = encodeVerifyingKey(prover.verifyingKey);
  const keyId: string = await keys.getFunction("registerKey").staticCall(key);
  await (await keys.getFunction("registerKey")(key)).wait();
  return { prover, key: await keys.getFunction("keyAddress")(keyId) };
}

async function provenOf(
  { operatorId, releaseId }: GasBench,
  releases: readonly BatchRelease[],
  count: number,
): Promise<readonly Proven[]> {
  const proven: Proven[] = [];
  for (let i = 0; i < count; i++) {
    const release = releases[i % releases.length];
    if (release === undefined) throw new Error("No release to prove for");
    const requestId = 2n ** 255n + BigInt(count * releases.length + i) ** 30n;
    const payload = { input: INPUT, output: OUTPUT };
    const evidence = await release.prover.prove({ requestId, payee: operatorId, ...payload });
    const binding = { requestId: toBeHex(requestId, 32), payee: operatorId, releaseId };
    proven.push({ claim: { ...binding, key: release.key, ...payload }, evidence });
  }
  return proven;
}

/**
 * The verifier called by itself: challenges, words, proofs, and what the evidence adds to the calldata of
 * answers. Not the transaction's base cost, and not the claims, which every answer has.
 */
async function verifyTogether(
  { signer }: { readonly signer: Signer },
  verifier: Contract,
  items: readonly Proven[],
): Promise<number> {
  const evidence = items.map((item) => item.evidence);
  const values = [items.map(({ claim }) => claim), evidence];
  const data = verifier.interface.encodeFunctionData("verifyBatch", values);
  const transaction = await signer.sendTransaction({ to: verifier.target, data });
  const receipt = await transaction.wait();
  if (receipt === null) throw new Error("The verification was not mined");
  const without = encoded(items.map(() => new Uint8Array()));
  const added = calldataGas(encoded(evidence)) - calldataGas(without);
  const gas = receipt.gasUsed - intrinsicGas(data) + added;
  return Number(gas / BigInt(items.length));
}

function encoded(evidence: readonly Uint8Array[]): string {
  return AbiCoder.defaultAbiCoder().encode(["bytes[]"], [evidence]);
}

/** Whole transactions, each item with a callback that writes one new slot. */
async function fulfilTogether(bench: GasBench): Promise<GasRow> {
  const key = `fulfillBatch: each of ${FEW}, callbacks write one new slot`;
  const items = [];
  for (let i = 0; i < FEW; i++) {
    const asked = await ask(bench, bench.releaseId);
    const answer = { payee: bench.operatorId, input: INPUT, output: OUTPUT };
    const evidence = await proveFor(bench, asked);
    const { request, assignment } = asked;
    items.push({ request, assignment, answer: { ...answer, evidence } });
  }
  const transaction = await bench.coordinator.getFunction("fulfillBatch")(items);
  const receipt = await transaction.wait();
  return { key, gas: Number(receipt.gasUsed / BigInt(FEW)) };
}
