import { AbiCoder, Interface, keccak256, type LogDescription, type ParamType } from "ethers";
import { z } from "zod";

import { inferenceCoordinatorAbi } from "../../sdk/protocol/abi/inferenceCoordinator.ts";
import type { Hex } from "../domain/ports.ts";
import type { Agreement, ChainEvent, EndStatus, Verification } from "../domain/request.ts";
import { rpcHex, type Log } from "./rpcSchemas.ts";

/** The contract's interface. */
export const coordinator = new Interface(inferenceCoordinatorAbi);

const coder = AbiCoder.defaultAbiCoder();

/** Order of the enum in Solidity. */
const LEVELS: readonly Verification[] = ["Optimistic", "Tee", "Zk"];

const END_STATUS: Readonly<Record<string, EndStatus>> = {
  RequestFulfilled: "Finalized",
  RequestFinalized: "Finalized",
  RequestOverturned: "Overturned",
  RequestExpired: "Expired",
  RequestFailed: "Failed",
};

/** First topics of all events the node follows. */
export const FOLLOWED_TOPICS: readonly Hex[] = [
  "InferenceRequested",
  "RequestReassigned",
  "RequestAnswered",
  "RequestChallenged",
  "OverturnCommitted",
  "VerifierRevoked",
  ...Object.keys(END_STATUS),
].map((name) => rpcHex.parse(coordinator.getEvent(name)?.topicHash));

const assignment = z.object({
  verifierId: z.bigint(),
  grade: z.bigint(),
  price: z.bigint(),
  bond: z.bigint(),
  outputLength: z.bigint(),
  assignedAt: z.bigint(),
  primaryUntil: z.bigint(),
  latePenalty: z.bigint(),
});

const terms = z.object({
  maxGasPrice: z.bigint(),
  callbackGas: z.bigint(),
  deadline: z.bigint(),
});

const requested = z.object({
  requestId: rpcHex,
  requester: rpcHex,
  operatorId: z.bigint(),
  request: z.object({ releaseId: rpcHex, level: z.bigint(), inputHash: rpcHex, terms }),
  assignment,
  input: rpcHex,
});

const reassigned = z.object({
  requestId: rpcHex,
  operatorId: z.bigint(),
  request: z.object({ terms }),
  assignment,
});

const answered = z.object({
  requestId: rpcHex,
  operatorId: z.bigint(),
  windowEnd: z.bigint(),
  output: rpcHex,
});

const challenged = z.object({
  requestId: rpcHex,
  challenger: rpcHex,
  proofDeadline: z.bigint(),
});

/** What a log says about a request; null for logs that say nothing the node acts on. */
export function decodeLog(log: Log): ChainEvent | null {
  const parsed = coordinator.parseLog(log);
  if (parsed === null) return null;
  switch (parsed.name) {
    case "InferenceRequested":
      return decodeRequested(parsed);
    case "RequestReassigned":
      return decodeReassigned(parsed);
    case "RequestAnswered":
      return decodeAnswered(parsed);
    case "RequestChallenged":
      return decodeChallenged(parsed);
    case "OverturnCommitted":
      return { kind: "committed", commitment: rpcHex.parse(parsed.args["commitment"]) };
    case "VerifierRevoked":
      return { kind: "revoked", verifierId: z.bigint().parse(parsed.args["verifierId"]) };
    default:
      return decodeEnding(parsed, log);
  }
}

function decodeEnding(parsed: LogDescription, log: Log): ChainEvent | null {
  const status = END_STATUS[parsed.name];
  if (status === undefined) return null;
  const requestId = rpcHex.parse(parsed.args["requestId"]);
  return { kind: "ended", requestId, status, transactionHash: log.transactionHash };
}

function decodeRequested(parsed: LogDescription): ChainEvent | null {
  const fields = requested.parse(parsed.args.toObject(true));
  // Nobody else compares them at level Optimistic: an endpoint that shows another input would have the
  // node stake its bond on a wrong answer.
  if (keccak256(fields.input) !== fields.request.inputHash) return null;
  const level = LEVELS[Number(fields.request.level)];
  if (level === undefined) return null;
  return {
    kind: "requested",
    request: {
      requestId: fields.requestId,
      releaseId: fields.request.releaseId,
      level,
      requester: fields.requester,
      operatorId: fields.operatorId,
      input: toBytes(fields.input),
      primaryUntil: toSeconds(fields.assignment.primaryUntil),
      deadline: toSeconds(fields.request.terms.deadline),
      agreement: agreementIn(fields),
      preimage: preimageIn(parsed),
    },
  };
}

function decodeReassigned(parsed: LogDescription): ChainEvent {
  const fields = reassigned.parse(parsed.args.toObject(true));
  const { requestId, operatorId } = fields;
  const primaryUntil = toSeconds(fields.assignment.primaryUntil);
  const agreement = agreementIn(fields);
  const preimage = preimageIn(parsed);
  return {
    kind: "reassigned",
    reassignment: { requestId, operatorId, primaryUntil, agreement, preimage },
  };
}

function decodeAnswered(parsed: LogDescription): ChainEvent {
  const { requestId, operatorId, windowEnd, output } = answered.parse(parsed.args.toObject(true));
  const [until, bytes] = [toSeconds(windowEnd), toBytes(output)];
  const record = recordIn(parsed);
  return {
    kind: "answered",
    answer: { requestId, operatorId, windowEnd: until, record, output: bytes },
  };
}

function decodeChallenged(parsed: LogDescription): ChainEvent {
  const { requestId, challenger, proofDeadline } = challenged.parse(parsed.args.toObject(true));
  const record = recordIn(parsed);
  const until = toSeconds(proofDeadline);
  return { kind: "challenged", challenge: { requestId, challenger, proofDeadline: until, record } };
}

function agreementIn(fields: z.infer<typeof reassigned>): Agreement {
  const { terms: asked } = fields.request;
  const { verifierId, grade, price, bond, latePenalty, assignedAt, outputLength } =
    fields.assignment;
  return {
    assignedAt: toSeconds(assignedAt),
    verifierId,
    price,
    latePenalty,
    maxGasPrice: asked.maxGasPrice,
    callbackGas: Number(asked.callbackGas),
    outputLength: Number(outputLength),
    bond,
    grade,
  };
}

/** Both events carry the request and its assignment. */
function preimageIn(parsed: LogDescription): string {
  return coder.encode(preimageTypes(), [parsed.args["request"], parsed.args["assignment"]]);
}

/** Times beyond JavaScript's integers mean "never" as well as any other far time. */
function toSeconds(time: bigint): number {
  return Number(time < 2n ** 50n ? time : 2n ** 50n);
}

function recordIn(parsed: LogDescription): string {
  return coder.encode([recordType()], [parsed.args["record"]]);
}

/** Request and assignment, as an event's were encoded. */
export function decodePreimage(preimage: string): readonly unknown[] {
  return coder.decode(preimageTypes(), preimage).toArray();
}

/** The release that a request of such a preimage asked for. */
export function releaseIdOf(preimage: string): Hex {
  return rpcHex.parse(coder.decode(preimageTypes(), preimage)[0].releaseId);
}

/** The record of an answer, as an event's was encoded. */
export function decodeRecord(record: string): unknown {
  return coder.decode([recordType()], record).toArray()[0];
}

function preimageTypes(): readonly ParamType[] {
  return coordinator.getFunction("decline")?.inputs ?? [];
}

function recordType(): ParamType {
  const type = coordinator.getFunction("failAnswered")?.inputs[2];
  if (type === undefined) throw new Error("the ABI has no record of answers");
  return type;
}

function toBytes(text: Hex): Uint8Array {
  return Uint8Array.from(Buffer.from(text.slice(2), "hex"));
}
