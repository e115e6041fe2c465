import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import {
  bytesAt,
  numberOf,
  topicOf,
  wordsOf,
  type AnsweredPreimage,
  type Preimage,
  type Words,
} from "./calldata.ts";
import type { Log, Outcome } from "./chain.ts";
import { rightOutput } from "./evidence.ts";

export type Status =
  "Open" | "Answered" | "Challenged" | "Finalized" | "Failed" | "Expired" | "Overturned";

export const TERMINAL: ReadonlySet<Status> = new Set([
  "Finalized",
  "Failed",
  "Expired",
  "Overturned",
]);

/** An optimistic answer, as its events say it. */
export interface Answered {
  readonly record: Words;
  readonly payee: bigint;
  readonly isRight: boolean;
  /** Second from which it is final, or, once challenged, fallen. */
  readonly windowEnd: number;
}

/** A request and all that its events said so far. */
export interface Tracked extends Preimage {
  readonly id: Hex;
  readonly requester: Hex;
  readonly input: Hex;
  /** Number of its level. */
  readonly level: bigint;
  /** Assigned now; 0: nobody. */
  readonly operatorId: bigint;
  readonly primaryUntil: number;
  readonly deadline: number;
  readonly escrow: bigint;
  readonly status: Status;
  readonly answer?: Answered;
}

/** An answer that can be disputed. */
export type Disputable = Tracked & { readonly answer: Answered };

const REQUEST_WORDS = 14;
const ASSIGNMENT_WORDS = 15;
const RECORD_WORDS = 6;
/** Words inside a request and an assignment. */
const LEVEL = 3;
const DEADLINE = 8;
const ESCROW = 8;
const PRIMARY_UNTIL = 13;

/** What happened to all requests of a chain, read off its events. */
export class RequestBook {
  readonly #requests = new Map<Hex, Tracked>();
  readonly #readers: ReadonlyMap<Hex, (log: Log, id: Hex) => void>;

  constructor() {
    const ending = (status: Status) => (_log: Log, id: Hex) => this.#change(id, { status });
    this.#readers = new Map([
      [topicOf("InferenceRequested"), (log, id) => this.#open(log, id)],
      [topicOf("RequestReassigned"), (log, id) => this.#reassign(log, id)],
      [topicOf("RequestAnswered"), (log, id) => this.#answer(log, id)],
      [topicOf("RequestChallenged"), (log, id) => this.#challenge(log, id)],
      [topicOf("RequestFulfilled"), ending("Finalized")],
      [topicOf("RequestFinalized"), ending("Finalized")],
      [topicOf("RequestOverturned"), ending("Overturned")],
      [topicOf("RequestExpired"), ending("Expired")],
      [topicOf("RequestFailed"), ending("Failed")],
    ]);
  }

  get all(): readonly Tracked[] {
    return [...this.#requests.values()];
  }

  note(outcomes: readonly Outcome[]): void {
    for (const { logs } of outcomes) {
      for (const log of logs) {
        const [topic, id] = log.topics;
        if (topic === undefined || id === undefined) continue;
        this.#readers.get(topic)?.(log, id);
      }
    }
  }

  /** The same requests as they are now, those in one of the states. */
  now(requests: readonly Tracked[], ...states: readonly Status[]): readonly Tracked[] {
    return requests
      .map(({ id }) => this.get(id))
      .filter(({ status }) => states.length === 0 || states.includes(status));
  }

  /** Of these, the answers that are not final yet. */
  disputable(requests: readonly Tracked[], ...states: readonly Status[]): readonly Disputable[] {
    return this.now(requests, ...states).filter((request) => hasAnswer(request));
  }

  /** @throws Error for an id no event named. */
  get(id: Hex): Tracked {
    const found = this.#requests.get(id);
    if (found === undefined) throw new Error(`No event told of request ${id}`);
    return found;
  }

  #open(log: Log, id: Hex): void {
    const request = wordsOf(log.data, 0, REQUEST_WORDS);
    this.#requests.set(id, {
      id,
      requester: addressOf(log.topics[2]),
      request,
      input: bytesAt(log.data, REQUEST_WORDS + ASSIGNMENT_WORDS + 1),
      level: numberOf(request, LEVEL),
      deadline: Number(numberOf(request, DEADLINE)),
      status: "Open",
      ...assigned(log),
    });
  }

  #reassign(log: Log, id: Hex): void {
    this.#change(id, assigned(log));
  }

  #answer(log: Log, id: Hex): void {
    const record = wordsOf(log.data, 2, RECORD_WORDS);
    const output = bytesAt(log.data, 2 + RECORD_WORDS + 1);
    const answer = {
      record,
      payee: numberOf(record, 0),
      isRight: output === rightOutput(this.get(id).input),
      windowEnd: Number(numberOf(wordsOf(log.data, 0, 1), 0)),
    };
    this.#change(id, { status: "Answered", answer });
  }

  #challenge(log: Log, id: Hex): void {
    const { answer } = this.get(id);
    if (answer === undefined)
      throw new Error(`Request ${id} was challenged before it was answered`);
    const windowEnd = Number(numberOf(wordsOf(log.data, 0, 1), 0));
    const record = wordsOf(log.data, 1, RECORD_WORDS);
    this.#change(id, { status: "Challenged", answer: { ...answer, windowEnd, record } });
  }

  #change(id: Hex, changes: Partial<Tracked>): void {
    this.#requests.set(id, { ...this.get(id), ...changes });
  }
}

/** What a call about an answer hands in. */
export function answeredPreimage({ request, assignment, answer }: Disputable): AnsweredPreimage {
  return { request, assignment, record: answer.record };
}

function hasAnswer(request: Tracked): request is Disputable {
  return request.answer !== undefined;
}

function assigned(
  log: Log,
): Pick<Tracked, "assignment" | "operatorId" | "primaryUntil" | "escrow"> {
  const assignment = wordsOf(log.data, REQUEST_WORDS, ASSIGNMENT_WORDS);
  return {
    assignment,
    operatorId: numberOf(assignment, 0),
    primaryUntil: Number(numberOf(assignment, PRIMARY_UNTIL)),
    escrow: numberOf(assignment, ESCROW),
  };
}

function addressOf(topic: Hex | undefined): Hex {
  if (topic === undefined) throw new Error("An event names no requester");
  return `0x${topic.slice(26)}`;
}
