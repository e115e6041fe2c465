import { Contract } from "ethers";

import { claimProver } from "../../circuits/claim/claimProver.ts";
import { keyStoreAbi } from "../../sdk/protocol/abi/keyStore.ts";
import { zkVerifierAbi } from "../../sdk/protocol/abi/zkVerifier.ts";
import { encodeVerifyingKey } from "../../sdk/protocol/verifyingKey.ts";
import { intrinsicGas } from "./calldataGas.ts";
import { measureBatchGas } from "./gasBatch.ts";
import {
  answer,
  ask,
  askDearest,
  INPUT,
  LEVEL,
  OUTPUT,
  proveFor,
  startGasBench,
  type GasBench,
} from "./gasBench.ts";
import { measureOptimisticGas } from "./gasOptimistic.ts";
import type { GasRow } from "./gasRow.ts";

/** Runs each step on a fresh chain with Osaka rules, first as a first time, then in steady state. */
export async function measureGas(): Promise<readonly GasRow[]> {
  const bench = await startGasBench(LEVEL.Zk);
  const rows: GasRow[] = [];
  const note = (key: string, gas: bigint): void => void rows.push({ key, gas: Number(gas) });

  const first = await ask(bench, bench.releaseId);
  note("fulfill: first of its operator", (await answer(bench, first)).gasUsed);

  const steady = await askDearest(bench, bench.releaseId);
  note("request: 128-byte input", steady.receipt.gasUsed);
  const fulfilled = await answer(bench, steady);
  note("fulfill: proof, 128-byte input, callback writes one new slot", fulfilled.gasUsed);

  const paying = { ...bench, terms: { ...bench.terms, maxGasPrice: 1_000_000_000n } };
  await answer(paying, await ask(paying, bench.royaltyReleaseId));
  const dearest = await askDearest(paying, bench.royaltyReleaseId);
  note("request: the same with royalty and gas reimbursed", dearest.receipt.gasUsed);
  note("fulfill: the same with royalty and refund", (await answer(paying, dearest)).gasUsed);

  note("request: the same paid with the value sent", await askWithValue(bench));
  note("verify: one proof alone", await verifyAlone(bench));
  note("register a verifying key", await registerOther(bench));
  rows.push(...(await measureBatchGas()));
  rows.push(...(await measureOptimisticGas()));
  return rows;
}

async function askWithValue(bench: GasBench): Promise<bigint> {
  const fee = await bench.coordinator.getFunction("quote")(
    bench.releaseId,
    2n,
    INPUT.length,
    bench.terms,
  );
  return (await askDearest(bench, bench.releaseId, fee.total)).receipt.gasUsed;
}

/** The verifier called by itself, without the transaction's base cost and calldata. */
async function verifyAlone(bench: GasBench): Promise<bigint> {
  const asked = await ask(bench, bench.releaseId);
  const verifier = new Contract(bench.addresses.zkVerifier, zkVerifierAbi, bench.signer);
  const claim = {
    requestId: asked.requestId,
    payee: bench.operatorId,
    releaseId: bench.releaseId,
    key: await keyAddress(bench),
    input: INPUT,
    output: OUTPUT,
  };
  const evidence = await proveFor(bench, asked);
  const data = verifier.interface.encodeFunctionData("verify", [claim, evidence]);
  const transaction = await bench.signer.sendTransaction({ to: verifier.target, data });
  const receipt = await transaction.wait();
  if (receipt === null) throw new Error("The verification was not mined");
  return receipt.gasUsed - intrinsicGas(data);
}

async function keyAddress(bench: GasBench): Promise<string> {
  const keys = new Contract(bench.addresses.keyStore, keyStoreAbi, bench.signer);
  const key = encodeVerifyingKey(bench.prover.verifyingKey);
  const keyId = await keys.getFunction("registerKey").staticCall(key);
  return keys.getFunction("keyAddress")(keyId);
}

async function registerOther(bench: GasBench): Promise<bigint> {
  const other = await claimProver("sixWordsOther");
  const keys = new Contract(bench.addresses.keyStore, keyStoreAbi, bench.signer);
  const key = encodeVerifyingKey(other.verifyingKey);
  const transaction = await keys.getFunction("registerKey")(key);
  return (await transaction.wait()).gasUsed;
}
