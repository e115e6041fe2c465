import { createHash } from "node:crypto";

import { curves, zKey } from "snarkjs";

import { parseModel } from "../../circuits/compiler/integer/modelFile.ts";
import { buildCircuit } from "../../circuits/compiler/r1cs/buildCircuit.ts";
import { writeR1cs } from "../../circuits/compiler/r1cs/writeR1cs.ts";
import { CompilerError } from "../../circuits/compiler/compilerError.ts";
import { developmentZkey } from "../../circuits/keys/developmentZkey.ts";
import { domainPower, readR1csHeader } from "../../circuits/keys/r1csHeader.ts";
import { readZkeyHeader } from "../../circuits/keys/zkeyHeader.ts";
import { verifyingKeyId } from "../../sdk/protocol/verifyingKey.ts";
import { OrchestratorError } from "../domain/errors.ts";
import type { JudgeRequest } from "./judgeMessages.ts";

/** Development keys of larger circuits are not made. */
const LARGEST_POWER = 18;

/**
 * Makes the circuit of the model anew and looks whether the key is its: the one the published
 * development secret makes, or one that the ceremony's powers of tau and contributions lead to.
 *
 * @throws OrchestratorError JudgeForeign, JudgeUnknown, ModelRefused
 */
export async function compareKey(request: JudgeRequest): Promise<void> {
  const { keyId, circuitDigest, provingKey, ptauFile } = request;
  const r1cs = circuitOf(request.integerModel);
  const digest = `0x${createHash("sha256").update(r1cs).digest("hex")}`;
  if (digest !== circuitDigest) throw foreign({ reason: "circuit", digest, circuitDigest });
  if (idOf(provingKey) !== keyId) throw foreign({ reason: "proving key", keyId });
  if (await isDevelopmentKey(r1cs, keyId)) return;
  if (ptauFile === null) throw new OrchestratorError("JudgeUnknown", { data: { keyId } });
  const inMemory = (data: Uint8Array) => ({ type: "mem", data }) as const;
  if (await zKey.verifyFromR1cs(inMemory(r1cs), ptauFile, inMemory(provingKey))) return;
  throw foreign({ reason: "ceremony", keyId });
}

function circuitOf(integerModel: Uint8Array): Uint8Array {
  try {
    const chunks: Uint8Array[] = [];
    writeR1cs(buildCircuit(parseModel(integerModel)), (chunk) => chunks.push(chunk.slice()));
    return new Uint8Array(Buffer.concat(chunks));
  } catch (cause) {
    if (!(cause instanceof CompilerError)) throw cause;
    throw new OrchestratorError("ModelRefused", { data: { reason: cause.code }, cause });
  }
}

async function isDevelopmentKey(r1cs: Uint8Array, keyId: string): Promise<boolean> {
  if (domainPower(readR1csHeader(r1cs)) > LARGEST_POWER) return false;
  const curve = await curves.getCurveFromName("bn128", { singleThread: true });
  return idOf(await developmentZkey(curve, r1cs)) === keyId;
}

function idOf(zkey: Uint8Array): string {
  return `0x${Buffer.from(verifyingKeyId(readZkeyHeader(zkey).verifyingKey)).toString("hex")}`;
}

function foreign(data: Readonly<Record<string, unknown>>): OrchestratorError {
  return new OrchestratorError("JudgeForeign", { data });
}
