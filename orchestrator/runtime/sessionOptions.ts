import type { InferenceSession } from "onnxruntime-node";

/** One thread per session: a worker process is given its share of cores. Errors only in the log. */
export const SESSION_OPTIONS: InferenceSession.SessionOptions = {
  executionProviders: ["cpu"],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  logSeverityLevel: 3,
};
