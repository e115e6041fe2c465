import { CompilerError } from "../../circuits/compiler/compilerError.ts";
import type { IntegerModel } from "../../circuits/compiler/integer/integerModel.ts";
import { parseModel } from "../../circuits/compiler/integer/modelFile.ts";
import {
  type ZkeyHeader,
  readZkeyFileHeader,
  readZkeyHeader,
} from "../../circuits/keys/zkeyHeader.ts";
import {
  type VerifyingKey,
  parseVerifyingKey,
  verifyingKeyId,
} from "../../sdk/protocol/verifyingKey.ts";
import { OrchestratorError } from "../domain/errors.ts";
import type { ProverRequest } from "./proverMessages.ts";

/** A release's files, checked against each other and against its manifest. */
export interface WarmRelease {
  readonly model: IntegerModel;
  /** A file's path, or what is in it. */
  readonly provingKey: Uint8Array | string;
  readonly verifyingKey: VerifyingKey;
}

type LoadRequest = Extract<ProverRequest, { kind: "load" }>;

/** @throws OrchestratorError ModelRefused, ProvingFailed */
export async function loadRelease(request: LoadRequest): Promise<WarmRelease> {
  await requireProvingKey(request);
  const verifyingKey = readVerifyingKey(request.verifyingKey);
  requireKeyId(verifyingKey, request, "verifying key");
  const { provingKey } = request;
  return { model: readModelFile(request.integerModel), provingKey, verifyingKey };
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
async function requireProvingKey(request: LoadRequest): Promise<void> {
  const { provingKey } = request;
  let header: ZkeyHeader;
  try {
    header =
      typeof provingKey === "string"
        ? await readZkeyFileHeader(provingKey)
        : readZkeyHeader(provingKey);
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
