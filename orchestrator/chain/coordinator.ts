import { AbiCoder, Interface, type LogDescription, type ParamType } from "ethers";
import { z } from "zod";

import { inferenceCoordinatorAbi } from "../../sdk/protocol/abi/inferenceCoordinator.ts";
import type { ContractCall, Fulfilment, JournaledProof } from "../domain/nodePorts.ts";
import type { Hex } from "../domain/ports.ts";
import type { Agreement, ChainEvent, EndStatus, Verification } from "../domain/request.ts";
import { rpcHex, type Log } from "./rpcSchemas.ts";

const coordinator = new Interface(inferenceCoordinatorAbi);
const coder = AbiCoder.defaultAbiCoder();

/** Order of the enum in Solidity. */
const LEVELS: readonly Verification[] = ["Optimistic", "Tee", "Zk"];

const END_STATUS: Readonly<Record<string, EndStatus>> = {
  RequestFulfilled: "Finalized",
  RequestExpired: "Expired",
  RequestFailed: "Failed",
};

/** First topics of all events the node follows. */
export const FOLLOWED_TOPICS: readonly Hex[] = [
  "InferenceRequested",
  "RequestReassigned",
  "VerifierRevoked",
  ...Object.keys(END_STATUS),
].map((name) => rpcHex.parse(coordinator.getEvent(name)?.topicHash));

const assignment = z.object({
  verifierId: z.bigint(),
  price: z.bigint(),
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
  request: z.object({ releaseId: rpcHex, level: z.bigint(), terms }),
  assignment,
  input: rpcHex,
});

const reassigned = z.object({
  requestId: rpcHex,
  operatorId: z.bigint(),
  request: z.object({ terms }),
  assignment,
});

/** What a log says about a request; null for logs that say nothing the node acts on. */
export function decodeLog(log: Log): ChainEvent | null {
  const parsed = coordinator.parseLog(log);
  if (parsed === null) return null;
  if (parsed.name === "InferenceRequested") return decodeRequested(parsed);
  if (parsed.name === "RequestReassigned") return decodeReassigned(parsed);
  if (parsed.name === "VerifierRevoked") {
    return { kind: "revoked", verifierId: z.bigint().parse(parsed.args["verifierId"]) };
  }
  const status = END_STATUS[parsed.name];
  if (status === undefined) return null;
  const requestId = rpcHex.parse(parsed.args["requestId"]);
  return { kind: "ended", requestId, status, transactionHash: log.transactionHash };
}

function decodeRequested(parsed: LogDescription): ChainEvent | null {
  const fields = requested.parse(parsed.args.toObject(true));
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
      input: Uint8Array.from(Buffer.from(fields.input.slice(2), "hex")),
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

function agreementIn(fields: z.infer<typeof reassigned>): Agreement {
  const { terms: asked } = fields.request;
  const { verifierId, price, latePenalty, assignedAt, outputLength } = fields.assignment;
  return {
    assignedAt: toSeconds(assignedAt),
    verifierId,
    price,
    latePenalty,
    maxGasPrice: asked.maxGasPrice,
    callbackGas: Number(asked.callbackGas),
    outputLength: Number(outputLength),
  };
}

/** Both events carry the request and its assignment. */
function preimageIn(parsed: LogDescription): string {
  return coder.encode(preimageTypes(), [parsed.args["request"], parsed.args["assignment"]]);
}

/** Calldata of a call of the coordinator. */
export function encodeCall(call: Exclude<ContractCall, { readonly purpose: "noteBaseFee" }>): Hex {
  const preimage: readonly unknown[] = coder.decode(preimageTypes(), call.request.preimage);
  const values = call.purpose === "fulfill" ? [...preimage, answerOf(call)] : preimage;
  return rpcHex.parse(coordinator.encodeFunctionData(call.purpose, values));
}

function answerOf({ request, output, proof, payee }: Fulfilment) {
  return { payee, input: request.input, output, evidence: encodeEvidence(proof) };
}

/** h, A, B, C; coordinates of G2 imaginary part first, as the precompiles read them. */
export function encodeEvidence({
  proof,
  commitment,
}: Pick<JournaledProof, "proof" | "commitment">): Hex {
  const { a, b, c } = proof;
  const [[xReal, xImaginary], [yReal, yImaginary]] = b;
  const words = [commitment, ...a, xImaginary, xReal, yImaginary, yReal, ...c];
  return `0x${words.map((word) => word.toString(16).padStart(64, "0")).join("")}`;
}

function preimageTypes(): readonly ParamType[] {
  return coordinator.getFunction("fulfill")?.inputs.slice(0, 2) ?? [];
}

/** Times beyond JavaScript's integers mean "never" as well as any other far time. */
function toSeconds(time: bigint): number {
  return Number(time < 2n ** 50n ? time : 2n ** 50n);
}
