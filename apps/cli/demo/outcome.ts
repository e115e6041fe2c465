/** One request of the demo, as `--json` prints it. Times in milliseconds. */
export interface RequestOutcome {
  readonly model: string;
  readonly verification: "Zk";
  readonly status: string;
  /** The image's label. */
  readonly expected: number;
  /** What the consumer contract was told; null if it was told nothing. */
  readonly answer: number | null;
  readonly requestGas: number;
  readonly fulfillGas: number | null;
  readonly proveMs: number | null;
  /** From sending the request to its callback. */
  readonly totalMs: number | null;
}

export interface DemoOutcome {
  readonly ok: boolean;
  readonly seconds: number;
  readonly requests: readonly RequestOutcome[];
}

/** True if the chain finalized every request; a wrongly read digit is a right answer of the model. */
export function isSuccess(requests: readonly RequestOutcome[]): boolean {
  return requests.length > 0 && requests.every((request) => request.status === "Finalized");
}
