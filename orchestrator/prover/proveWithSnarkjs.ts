import { type FileLike, type Groth16Proof as SnarkjsProof, groth16 } from "snarkjs";
import { CompilerError } from "../../circuits/compiler/compilerError.ts";
import type { IntegerModel } from "../../circuits/compiler/integer/integerModel.ts";
import { parseModel } from "../../circuits/compiler/integer/modelFile.ts";
import {
  type Witness,
  calculateWitness,
} from "../../circuits/compiler/witness/calculateWitness.ts";
import { encodeWtns } from "../../circuits/compiler/witness/writeWtns.ts";
import { type ZkeyHeader, readZkeyHeader } from "../../circuits/keys/zkeyHeader.ts";
import { challenge } from "../../sdk/protocol/publicSignals.ts";
import {
  type SnarkjsVerifyingKey,
  type VerifyingKey,
  parseVerifyingKey,
  toSnarkjsVerifyingKey,
  verifyingKeyId,
} from "../../sdk/protocol/verifyingKey.ts";
import { OrchestratorError } from "../domain/errors.ts";
import type { Groth16Proof } from "../domain/ports.ts";
import type { ProcessAnswer, ProverRequest } from "./proverMessages.ts";

/** A release ready to prove. */
export interface WarmRelease {
  readonly model: IntegerModel;
  readonly provingKey: FileLike;
  readonly verifyingKey: SnarkjsVerifyingKey;
}

type LoadRequest = Extract<ProverRequest, { kind: "load" }>;

/** @throws OrchestratorError ModelRefused, ProvingFailed */
export function loadRelease(request: LoadRequest): WarmRelease {
  requireProvingKey(request);
  const verifyingKey = readVerifyingKey(request.verifyingKey);
  requireKeyId(verifyingKey, request, "verifying key");
  return {
    model: readModelFile(request.integerModel),
    provingKey: { type: "mem", data: request.provingKey },
    verifyingKey: toSnarkjsVerifyingKey(verifyingKey),
  };
}

/**
 * Witness, proof, and the check of that proof against the release's own verifying key.
 * @throws OrchestratorError InputInvalid, ProvingFailed, ProofRejected
 */
export async function prove(
  release: WarmRelease,
  request: Extract<ProverRequest, { kind: "prove" }>,
): Promise<ProcessAnswer> {
  const { requestId, payee } = request;
  const witness = witnessOf(release.model, request.input, (claim) =>
    challenge({ requestId, payee, ...claim }),
  );
  const start = performance.now();
  const { proof, publicSignals } = await snarkjsProof(release.provingKey, witness);
  const proveMs = performance.now() - start;
  const expected = [witness.commitment, witness.evaluation, witness.challenge].map(String);
  const isValid =
    publicSignals.every((signal, index) => signal === expected[index]) &&
    (await groth16.verify(release.verifyingKey, expected, proof));
  if (!isValid)
    throw new OrchestratorError("ProofRejected", { data: { release: request.release } });
  const { output, commitment } = witness;
  return { output, commitment, proof: affine(proof), proveMs };
}

function readModelFile(file: Uint8Array): IntegerModel {
  try {
    return parseModel(file);
  } catch (cause) {
    if (!(cause instanceof CompilerError)) throw cause;
    throw new OrchestratorError("ModelRefused", { data: { reason: cause.code }, cause });
  }
}

/** Sizes are checked before snarkjs allocates by them. */
function requireProvingKey(request: LoadRequest): void {
  let header: ZkeyHeader;
  try {
    header = readZkeyHeader(request.provingKey);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OrchestratorError("ProvingFailed", { data: { reason }, cause });
  }
  const { wires, domainSize } = header;
  if (wires !== request.circuit.wires || domainSize !== request.circuit.domainSize) {
    const data = { reason: "proving key of another circuit", wires, domainSize };
    throw new OrchestratorError("ProvingFailed", { data });
  }
  requireKeyId(header.verifyingKey, request, "proving key");
}

function requireKeyId(key: VerifyingKey, { keyId }: LoadRequest, file: string): void {
  const actual = `0x${Buffer.from(verifyingKeyId(key)).toString("hex")}`;
  if (actual === keyId) return;
  const reason = `${file} has another id than the manifest says`;
  throw new OrchestratorError("ProvingFailed", { data: { reason, actual, keyId } });
}

function readVerifyingKey(file: Uint8Array) {
  try {
    return parseVerifyingKey(JSON.parse(new TextDecoder().decode(file)));
  } catch (cause) {
    throw new OrchestratorError("ProvingFailed", { data: { reason: "verifying key" }, cause });
  }
}

function witnessOf(
  model: IntegerModel,
  input: Uint8Array,
  challengeOf: Parameters<typeof calculateWitness>[0]["challengeOf"],
): Witness {
  try {
    return calculateWitness({ model, input, challengeOf });
  } catch (cause) {
    if (!(cause instanceof CompilerError) || cause.code !== "PayloadLengthWrong") throw cause;
    throw new OrchestratorError("InputInvalid", { data: cause.data, cause });
  }
}

async function snarkjsProof(provingKey: FileLike, witness: Witness) {
  const file: FileLike = { type: "mem", data: encodeWtns(witness.values) };
  try {
    return await groth16.prove(provingKey, file);
  } catch (cause) {
    // snarkjs tells a damaged key, another curve and another circuit apart in words only.
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OrchestratorError("ProvingFailed", { data: { reason }, cause });
  }
}

function affine({ pi_a: a, pi_b: b, pi_c: c }: SnarkjsProof): Groth16Proof {
  const pair = ([x, y]: readonly string[]) => [BigInt(x ?? 0), BigInt(y ?? 0)] as const;
  return { a: pair(a), b: [pair(b[0]), pair(b[1])], c: pair(c) };
}
