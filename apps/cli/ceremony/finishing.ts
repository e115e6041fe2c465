import { readExchange } from "../../../circuits/keys/ceremony/exchangeFile.ts";
import { requireOutside, verifyCeremony } from "../../../circuits/keys/ceremony/verifyCeremony.ts";
import { readPtau } from "../../../circuits/keys/ceremony/ptauFile.ts";
import { writeCeremony } from "../../../circuits/release/ceremonyKeys.ts";
import {
  offlineRecordCalls,
  openBook,
  readGrade,
  recordContributions,
  type BookGrade,
} from "../../../scripts/ceremony/book.ts";
import type { CeremonyTranscript } from "../../../sdk/protocol/ceremonyTranscript.ts";
import { sayJson, sayMined, sayTable } from "../chain/say.ts";
import { parseAddress } from "../chain/words.ts";
import { CliError } from "../failure.ts";
import { withSignatures } from "./chainCheck.ts";
import { readCircuit } from "./inputs.ts";
import { sayCeremony } from "./report.ts";
import { stepTeller } from "./stepTeller.ts";

interface VerifyOptions {
  readonly circuit: string;
  readonly ptau: string;
  readonly publisher?: string;
  readonly rpc?: string;
}

export async function powers(
  file: string,
  { json = false }: { readonly json?: boolean },
): Promise<void> {
  const { power, digest, setup } = await readPtau(file);
  if (json) {
    sayJson({ power, digest, setup });
    return;
  }
  sayTable([
    ["powers", `2^${power}`],
    ["BLAKE2b", `${digest.slice(2)} (compare it with a public list)`],
    ["setup", `${setup} (what a production registry pins)`],
  ]);
}

export async function verify(
  file: string,
  options: VerifyOptions & { readonly unfinished?: boolean; readonly json?: boolean },
): Promise<void> {
  const { exchange } = await verified(file, { ...options, mayGoOn: options.unfinished === true });
  const { transcript } = exchange;
  const { rpc } = options;
  const grade = rpc === undefined ? null : await gradeAt(rpc, transcript);
  sayCeremony(transcript, { grade, isJson: options.json === true });
  if (options.json === true) return;
  console.log("verified: circuit, powers of tau, contributions and signatures lead to this key");
}

export async function exportKeys(
  file: string,
  options: VerifyOptions & {
    readonly out: string;
    readonly record?: boolean;
    readonly keyFile?: string;
  },
): Promise<void> {
  const { rpc, keyFile, out } = options;
  const isRecording = options.record === true;
  if (isRecording && (rpc === undefined || keyFile === undefined)) {
    const next = "Give --rpc and --key-file, or leave --record out to see the calls.";
    throw new CliError("Recording needs a chain and an account.", next);
  }
  const { exchange, r1cs } = await verified(file, { ...options, mayGoOn: false });
  for (const path of await writeCeremony(out, { exchange, r1cs })) console.log(path);
  const { transcript } = exchange;
  if (isRecording && rpc !== undefined && keyFile !== undefined) {
    await record(transcript, { rpc, keyFile });
  } else {
    sayCalls(transcript);
  }
}

async function verified(file: string, options: VerifyOptions & { readonly mayGoOn: boolean }) {
  const publisher = options.publisher === undefined ? null : parseAddress(options.publisher);
  const exchange = await readExchange(file);
  const { r1cs } = await readCircuit(options.circuit);
  const { transcript } = exchange;
  const onStep = stepTeller();
  const facts = await withSignatures(options.rpc, (isSigned) =>
    verifyCeremony(exchange, { r1cs, ptauPath: options.ptau, isSigned, onStep }),
  );
  if (!options.mayGoOn) requireOutside(facts, { transcript, publisher });
  return { exchange, r1cs };
}

async function gradeAt(rpcUrl: string, transcript: CeremonyTranscript): Promise<BookGrade> {
  const book = await openBook(transcript, { rpcUrl, keyFile: null });
  try {
    return await readGrade(book, transcript);
  } finally {
    book.close();
  }
}

async function record(
  transcript: CeremonyTranscript,
  { rpc, keyFile }: { readonly rpc: string; readonly keyFile: string },
): Promise<void> {
  const book = await openBook(transcript, { rpcUrl: rpc, keyFile });
  try {
    await recordContributions(book, {
      transcript,
      onRecorded: (contributor, mined) => {
        sayMined(`${contributor} recorded`, mined);
      },
      onSkipped: (contributor, reason) => {
        const isKnown = reason === "recorded";
        console.log(`${contributor} ${isKnown ? "was recorded before" : "is not recognised yet"}`);
      },
    });
    const { grade, reachable } = await readGrade(book, transcript);
    console.log(`grade of the key: ${grade}${grade === reachable ? "" : ` of ${reachable}`}`);
  } finally {
    book.close();
  }
}

function sayCalls(transcript: CeremonyTranscript): void {
  const { book, chainId } = transcript.place;
  console.log(`send these to ${book} on chain ${chainId}, or run it again with --record:`);
  for (const { contributor, data } of offlineRecordCalls(transcript)) {
    console.log(`${contributor} ${data}`);
  }
}
