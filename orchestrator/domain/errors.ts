/** Every way the orchestrator can fail: one stable code, one sentence a person can act on. */
export const ERROR_SENTENCES = {
  ConfigInvalid: "The configuration has mistakes; nothing was started.",

  JournalLocked: "Another process writes this journal; give each node a journal of its own.",
  JournalForeign:
    "The journal belongs to another chain or coordinator; choose another journal path.",
  JournalUnusable: "The journal's file cannot be opened or is damaged.",
  JournalTooNew: "The journal was written by a newer version; start that version instead.",

  PortTaken: "The port is taken; choose another ASSAY_HTTP_PORT.",
  AddressUnusable: "Nothing can listen at this address; check ASSAY_HTTP_HOST and ASSAY_HTTP_PORT.",

  RpcUnavailable: "No RPC endpoint answers; check the RPC urls, the node keeps trying.",
  RpcRefused: "The RPC endpoint refused the call.",
  RpcInconsistent: "The RPC endpoint contradicts itself about a block; it will be asked again.",
  ChainMismatch: "The RPC endpoint serves another chain than the configured one.",
  CodeMismatch: "The configured address holds no code, or not the code that was configured.",
  ReorgTooDeep: "The chain was replaced below the oldest block that the journal knows.",
  ContractReverted: "The contract refused the call.",
  FeeCapTooLow:
    "Gas costs more than the configured cap; the transaction waits for a cheaper block.",
  SenderUnfunded: "The sender's account cannot pay for gas; send it funds.",
  SenderNotAllowed: "The sender does not act for this operator; allow it in the OperatorRegistry.",

  AnswerTooLate: "The answer would not be ready within the primary window.",
  PayTooLow: "The request pays less than an answer's gas costs now.",
  BondShort: "The operator's free bond does not cover the answer.",
  GradeTooLow: "The key that judges has a lower grade than ASSAY_LEAST_GRADE.",
  JudgeUnchecked: "The key that would judge the answer is not compared with its circuit yet.",
  JudgeForeign:
    "The key that judges is not the one the release's circuit makes; its owner could take the bond.",
  JudgeUnknown: "The key that judges cannot be compared with its circuit here.",
  RerunMismatch: "A second execution gave another output; nothing was sent.",
  ProofDeadlineNear: "A challenged answer must be proven soon, or its bond is lost.",

  QueueUnavailable: "Redis does not answer; requests are journaled and wait for it.",
  QueueEvicts: "Redis may evict keys; set maxmemory-policy to noeviction.",
  QueueServerFailed: "The embedded queue server did not start; is its port in use?",
  ResultTooLarge: "The job's result is larger than a job may return.",
  JobMalformed: "The job or its result does not have the expected shape.",

  NodeUnavailable: "The node's work server does not answer; the worker tries again.",
  WorkRefused: "The node refused this worker; check its token.",
  WorkUnknown: "The node knows no such request.",

  ReleaseUnknown: "The registry knows no such release.",
  ArtefactMissing: "An artefact of the release is not in the content store; fetch or publish it.",
  ArtefactCorrupt: "The bytes of an artefact do not match its content address.",
  ManifestInvalid: "The release's manifest does not have the expected shape.",
  UnitsWrong: "The release's units of work are not those of its model; its price would be wrong.",
  ModelRefused: "The model file was refused by the checks on hostile files.",
  RuntimeInexact: "This device failed the release's known-answer test and will not serve it.",
  InputInvalid: "The input does not fit the release's schema.",
  InferenceFailed: "The model could not be run.",
  ProvingFailed: "The proof could not be made.",
  WitnessWrong: "The witness breaks a constraint of the release's circuit; nothing was proven.",
  ProofRejected: "The prover's own proof did not verify; it was not handed on.",
  OutputMismatch: "Inference and proof disagree about the output; nothing was sent.",
  ComputeCrashed: "The compute thread ended unexpectedly; the job is tried again.",
} as const;

/** Stable names of all failures. */
export type ErrorCode = keyof typeof ERROR_SENTENCES;

export interface ErrorDetails {
  /** Values that help whoever reads the log; never secrets or raw inputs. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
  /** True if the same step may succeed later without anybody changing anything. */
  readonly retryable?: boolean;
}

/** The one error class of the orchestrator. */
export class OrchestratorError extends Error {
  readonly code: ErrorCode;
  readonly data: Readonly<Record<string, unknown>>;
  readonly retryable: boolean;

  constructor(code: ErrorCode, { data = {}, cause, retryable = false }: ErrorDetails = {}) {
    super(ERROR_SENTENCES[code], cause === undefined ? {} : { cause });
    this.name = "OrchestratorError";
    this.code = code;
    this.data = data;
    this.retryable = retryable;
  }
}

/** What of an error may cross a process border (a job's failure, a journal row). */
export interface ErrorRecord {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Flattens any thrown value; an unknown error keeps its message and counts as retryable. */
export function toErrorRecord(error: unknown): ErrorRecord {
  if (error instanceof OrchestratorError) {
    const cause = error.cause instanceof Error ? { cause: error.cause.message } : {};
    const data = { ...error.data, ...cause };
    return { code: error.code, message: error.message, retryable: error.retryable, data };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: "Unexpected", message, retryable: true, data: {} };
}

/** Builds the error again on the other side of a process border. */
export function fromErrorRecord(record: ErrorRecord): Error {
  if (!isErrorCode(record.code)) return new Error(record.message);
  return new OrchestratorError(record.code, { data: record.data, retryable: record.retryable });
}

/** The sentence of a code; empty for one that is not ours, such as a contract's error. */
export function sentenceOf(code: string): string {
  return isErrorCode(code) ? ERROR_SENTENCES[code] : "";
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_SENTENCES, code);
}
