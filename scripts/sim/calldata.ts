import { Interface } from "ethers";

import { encodeStatic, type Hex } from "../../sdk/protocol/abiEncoding.ts";
import { inferenceCoordinatorAbi } from "../../sdk/protocol/abi/inferenceCoordinator.ts";
import type { Terms } from "../../sdk/protocol/terms.ts";

/** Words as events show them and calls take them: 64 digits each, no 0x. What is static is handed on
 * as it came, since decoding and encoding it again for each of a hundred thousand calls takes minutes. */
export type Words = string;

/** The preimages of a request's slot, from its events. */
export interface Preimage {
  readonly request: Words;
  readonly assignment: Words;
}

export type AnsweredPreimage = Preimage & { readonly record: Words };

export interface AnswerContent {
  readonly payee: bigint;
  readonly input: Hex;
  readonly output: Hex;
  readonly evidence: Hex;
}

/** What a request asks for. */
export interface Asking {
  readonly releaseId: Hex;
  /** Number of the level. */
  readonly level: bigint;
  readonly input: Hex;
  readonly terms: Terms;
}

export type PreimageCall = "decline" | "expire" | "fail" | "fallbackOf";
export type RecordCall = "challenge" | "closeChallenge" | "failAnswered";

const WORD_DIGITS = 64;
const coordinator = new Interface(inferenceCoordinatorAbi);
const selectors = new Map<string, Hex>();

/** Words `from` to `from + count` of some data. */
export function wordsOf(data: Hex, from: number, count: number): Words {
  return data.slice(2 + from * WORD_DIGITS, 2 + (from + count) * WORD_DIGITS);
}

export function numberOf(words: Words, index: number): bigint {
  return BigInt(`0x${words.slice(index * WORD_DIGITS, (index + 1) * WORD_DIGITS)}`);
}

/** Bytes whose length stands at word `index` of some data. */
export function bytesAt(data: Hex, index: number): Hex {
  const length = Number(numberOf(wordsOf(data, index, 1), 0));
  const start = 2 + (index + 1) * WORD_DIGITS;
  return `0x${data.slice(start, start + 2 * length)}`;
}

export function requestCall({ releaseId, level, input, terms }: Asking): Hex {
  const headWords = 3n + 9n;
  const head = words([
    releaseId,
    level,
    headWords * 32n,
    terms.maxFee,
    terms.maxGasPrice,
    terms.callbackGas,
    terms.deadline,
    terms.delivery,
    terms.minBond,
    terms.minGrade,
    terms.operatorId,
    terms.measurement,
  ]);
  return `${selectorOf("requestInference")}${head}${bytesTail(input)}`;
}

export function preimageCall(name: PreimageCall, { request, assignment }: Preimage): Hex {
  return `${selectorOf(name)}${request}${assignment}`;
}

export function recordCall(name: RecordCall, preimage: AnsweredPreimage): Hex {
  return `${selectorOf(name)}${answeredWords(preimage)}`;
}

export function fulfillCall({ request, assignment }: Preimage, answer: AnswerContent): Hex {
  const fixed = request + assignment;
  return `${selectorOf("fulfill")}${fixed}${offsetAfter(fixed, 1)}${answerTail(answer)}`;
}

/** A proof that the answer is right. */
export function escalateCall(preimage: AnsweredPreimage, answer: AnswerContent): Hex {
  const fixed = answeredWords(preimage);
  return `${selectorOf("escalate")}${fixed}${offsetAfter(fixed, 1)}${answerTail(answer)}`;
}

/** A proof that another output is. */
export function overturnCall(
  preimage: AnsweredPreimage,
  rightAnswer: AnswerContent,
  salt: Hex,
): Hex {
  const fixed = answeredWords(preimage);
  const head = `${fixed}${offsetAfter(fixed, 2)}${words([salt])}`;
  return `${selectorOf("overturn")}${head}${answerTail(rightAnswer)}`;
}

/** Answers become final; outputs are left out, which needs delivery when answered. */
export function finalizeManyCall(items: readonly AnsweredPreimage[]): Hex {
  const encoded = items.map((item) => {
    const fixed = answeredWords(item);
    return `${fixed}${offsetAfter(fixed, 1)}${bytesTail("0x")}`;
  });
  let offset = items.length * 32;
  const offsets = encoded.map((item) => {
    const here = offset;
    offset += item.length / 2;
    return BigInt(here);
  });
  const head = words([32n, BigInt(items.length), ...offsets]);
  return `${selectorOf("finalizeMany")}${head}${encoded.join("")}`;
}

/** Any function of the coordinator, for what is called seldom. */
export function coordinatorCall(name: string, values: readonly unknown[]): Hex {
  return coordinator.encodeFunctionData(name, values) as Hex;
}

export function topicOf(event: string): Hex {
  const fragment = coordinator.getEvent(event);
  if (fragment === null) throw new Error(`The coordinator has no event ${event}; see its ABI`);
  return fragment.topicHash as Hex;
}

function answeredWords({ request, assignment, record }: AnsweredPreimage): Words {
  return request + assignment + record;
}

function answerTail({ payee, input, output, evidence }: AnswerContent): Words {
  const parts = [input, output, evidence].map(bytesTail);
  const [first = "", second = ""] = parts;
  const start = 4 * 32;
  const secondStart = start + first.length / 2;
  const thirdStart = secondStart + second.length / 2;
  return words([payee, BigInt(start), BigInt(secondStart), BigInt(thirdStart)]) + parts.join("");
}

function bytesTail(bytes: Hex): Words {
  const digits = bytes.slice(2);
  const padded = Math.ceil(digits.length / WORD_DIGITS) * WORD_DIGITS;
  return words([BigInt(digits.length / 2)]) + digits.padEnd(padded, "0");
}

/** Where the dynamic part begins after static words and `more` words of head. */
function offsetAfter(fixed: Words, more: number): Words {
  return words([BigInt(fixed.length / 2 + more * 32)]);
}

function words(values: readonly (bigint | Hex)[]): Words {
  return Buffer.from(encodeStatic(values)).toString("hex");
}

function selectorOf(name: string): Hex {
  const known = selectors.get(name);
  if (known !== undefined) return known;
  const fragment = coordinator.getFunction(name);
  if (fragment === null) throw new Error(`The coordinator has no function ${name}; see its ABI`);
  const selector = fragment.selector as Hex;
  selectors.set(name, selector);
  return selector;
}
