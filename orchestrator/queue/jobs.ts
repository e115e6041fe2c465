import { UnrecoverableError } from "bullmq";
import { z } from "zod";

import { OrchestratorError, toErrorRecord, type ErrorRecord } from "../domain/errors.ts";
import type { JobOutcome } from "../domain/nodePorts.ts";
import type { Groth16Proof, Hex, InferenceAnswer, ProvenAnswer } from "../domain/ports.ts";
import type { Stage } from "../domain/request.ts";

/** Larger results would make Redis a blob store. */
const MAX_RESULT_BYTES = 64_000;

const requestId = z.custom<Hex>((value) => /^0x[0-9a-f]{64}$/.test(String(value)));
const bytes = z.base64().transform((text) => Uint8Array.from(Buffer.from(text, "base64")));
const integer = z
  .string()
  .regex(/^\d+$/)
  .transform((text) => BigInt(text));
const pair = z.tuple([integer, integer]);

/** Jobs carry ids; a worker fetches everything else from the node. */
export const jobData = z.object({ requestId });

const inferResult = z.object({
  output: bytes,
  floatDifference: z.object({ maximum: z.number(), mean: z.number() }).nullable(),
  seconds: z.number(),
});

const proveResult = z.object({
  output: bytes,
  proof: z.object({ a: pair, b: z.tuple([pair, pair]), c: pair }),
  commitment: integer,
  seconds: z.number(),
  making: z.object({
    backend: z.enum(["native", "snarkjs"]),
    phases: z.record(z.string().regex(/^\w{1,40}$/), z.number().min(0)),
    quarantined: z.string().nullable(),
  }),
});

const jobProgress = z.object({ phase: z.string().regex(/^\w{1,40}$/) });

const errorRecord = z.object({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  data: z.record(z.string(), z.unknown()),
});

/** BullMQ forbids ":" in ids. */
export function jobId(stage: Stage, id: Hex): string {
  return `${id}.${stage}`;
}

/** The request of a job id; null for jobs that are not ours. */
export function requestIdOf(id: string): Hex | null {
  const parsed = requestId.safeParse(id.split(".")[0]);
  return parsed.success ? parsed.data : null;
}

/** @throws OrchestratorError ResultTooLarge */
export function encodeInferResult(answer: InferenceAnswer, seconds: number): object {
  const { output, floatDifference } = answer;
  return withinBounds({ output: toBase64(output), floatDifference, seconds });
}

/** @throws OrchestratorError ResultTooLarge */
export function encodeProveResult(answer: ProvenAnswer): object {
  const { output, proof, commitment, proveMs, making } = answer;
  const result = { output: toBase64(output), proof: toText(proof), commitment: `${commitment}` };
  return withinBounds({ ...result, seconds: proveMs / 1_000, making });
}

/** Reads what a worker returned; something malformed becomes a failure that is tried again. */
export function decodeResult(stage: Stage, id: Hex, value: unknown): JobOutcome {
  if (stage === "infer") {
    const parsed = inferResult.safeParse(value);
    if (parsed.success) return { kind: "inferred", requestId: id, ...parsed.data };
  } else {
    const parsed = proveResult.safeParse(value);
    if (parsed.success) {
      const { output, making, ...proof } = parsed.data;
      const kind = stage === "prove" ? "proven" : "refuted";
      return { kind, requestId: id, output, proof, making };
    }
  }
  const error = toErrorRecord(new OrchestratorError("JobMalformed", { retryable: true }));
  return { kind: "failed", requestId: id, stage, error };
}

/** Reads the phase that a worker says it is in; null if it says something else. */
export function decodeProgress(value: unknown): string | null {
  const parsed = jobProgress.safeParse(value);
  return parsed.success ? parsed.data.phase : null;
}

/** The one place where "not retryable" becomes BullMQ's unrecoverable error. */
export function toJobError(error: unknown): Error {
  const record = toErrorRecord(error);
  const message = JSON.stringify(record, (_, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
  return record.retryable ? new Error(message) : new UnrecoverableError(message);
}

/** Reads a job's failed reason; BullMQ's own reasons (a stalled job) count as retryable. */
export function decodeFailure(reason: string): ErrorRecord {
  try {
    return errorRecord.parse(JSON.parse(reason));
  } catch {
    return toErrorRecord(new Error(reason));
  }
}

function withinBounds(result: object): object {
  const size = JSON.stringify(result).length;
  if (size > MAX_RESULT_BYTES) {
    throw new OrchestratorError("ResultTooLarge", { data: { size, maximum: MAX_RESULT_BYTES } });
  }
  return result;
}

function toBase64(value: Uint8Array): string {
  return Buffer.from(value).toString("base64");
}

function toText({ a, b, c }: Groth16Proof): object {
  return { a: a.map(String), b: b.map((each) => each.map(String)), c: c.map(String) };
}
