import type { ContractTransactionReceipt } from "ethers";

import {
  answer,
  ask,
  askDearest,
  INPUT,
  LEVEL,
  OUTPUT,
  proveFor,
  startGasBench,
  type Asked,
  type GasBench,
} from "./gasBench.ts";
import type { GasRow } from "./gasRow.ts";

const BATCH = 10;

/** What the steps of the optimistic level cost, in steady state. */
export async function measureOptimisticGas(): Promise<readonly GasRow[]> {
  const bench = await startGasBench(LEVEL.Optimistic);
  const rows: GasRow[] = [];
  const note = (key: string, gas: bigint): void => void rows.push({ key, gas: Number(gas) });

  await finalize(bench, [await answered(bench, await ask(bench, bench.releaseId))]);
  const asked = await askDearest(bench, bench.releaseId);
  note("optimistic request: 128-byte input", asked.receipt.gasUsed);
  const one = await answered(bench, asked);
  note("optimistic answer: callback writes one new slot", one.receipt.gasUsed);
  note("finalize: an answer that was delivered", (await finalize(bench, [one])).gasUsed);

  const many: Answered[] = [];
  for (let i = 0; i < BATCH; i++) {
    many.push(await answered(bench, await ask(bench, bench.releaseId)));
  }
  note(`finalizeMany: each of ${BATCH}`, (await finalize(bench, many)).gasUsed / BigInt(BATCH));

  const paying = { ...bench, terms: { ...bench.terms, maxGasPrice: 1_000_000_000n } };
  await finalize(paying, [await answered(paying, await ask(paying, bench.royaltyReleaseId))]);
  const dear = await answered(paying, await ask(paying, bench.royaltyReleaseId));
  note("optimistic answer: the same with gas reimbursed", dear.receipt.gasUsed);
  note("finalize: the same with royalty and refund", (await finalize(paying, [dear])).gasUsed);

  const last = await answered(bench, await ask(bench, bench.releaseId));
  const challenged = await challenge(bench, last);
  note("challenge", challenged.receipt.gasUsed);
  note("escalate: a challenged answer, with its proof", await escalate(bench, challenged));
  return rows;
}

interface Answered extends Asked {
  readonly record: unknown;
}

async function answered(bench: GasBench, asked: Asked): Promise<Answered> {
  const receipt = await answer(bench, asked);
  return { ...asked, receipt, record: recordIn(bench, receipt, "RequestAnswered") };
}

function recordIn(bench: GasBench, receipt: ContractTransactionReceipt, event: string): unknown {
  for (const log of receipt.logs) {
    const parsed = bench.coordinator.interface.parseLog(log);
    if (parsed?.name === event) return parsed.args["record"].toArray();
  }
  throw new Error(`The transaction left no ${event} event`);
}

/** After the window, one by `finalize`, several by `finalizeMany`. */
async function finalize(
  bench: GasBench,
  items: readonly Answered[],
): Promise<ContractTransactionReceipt> {
  await bench.network.networkHelpers.time.increase(3_600);
  const values = items.map(({ request, assignment, record }) => [
    request,
    assignment,
    record,
    "0x",
  ]);
  const transaction =
    values.length === 1
      ? await bench.coordinator.getFunction("finalize")(...(values[0] ?? []))
      : await bench.coordinator.getFunction("finalizeMany")(values);
  return transaction.wait();
}

async function challenge(bench: GasBench, item: Answered): Promise<Answered> {
  const bond: bigint = await bench.coordinator.getFunction("challengeBondOf")(bench.releaseId);
  const transaction = await bench.coordinator.getFunction("challenge")(
    item.request,
    item.assignment,
    item.record,
    { value: bond },
  );
  const receipt: ContractTransactionReceipt = await transaction.wait();
  return { ...item, receipt, record: recordIn(bench, receipt, "RequestChallenged") };
}

async function escalate(bench: GasBench, item: Answered): Promise<bigint> {
  const evidence = await proveFor(bench, item);
  const transaction = await bench.coordinator.getFunction("escalate")(
    item.request,
    item.assignment,
    item.record,
    { payee: bench.operatorId, input: INPUT, output: OUTPUT, evidence },
  );
  return (await transaction.wait()).gasUsed;
}
