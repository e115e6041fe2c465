import { Contract } from "ethers";

import { encodeEvidence } from "../../orchestrator/chain/coordinatorCalls.ts";
import { OrchestratorError } from "../../orchestrator/domain/errors.ts";
import { readManifest } from "../../orchestrator/domain/releaseFiles.ts";
import { ProcessProver } from "../../orchestrator/prover/processProver.ts";
import { openInterpreter } from "../../orchestrator/runtime/integerSession.ts";
import { OnnxInference } from "../../orchestrator/runtime/onnxInference.ts";
import { LocalStore } from "../../orchestrator/storage/localStore.ts";
import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { keyStoreAbi } from "../../sdk/protocol/abi/keyStore.ts";
import { cidOfDigest } from "../../sdk/protocol/cid.ts";
import { ContractRefusal } from "../account/accountError.ts";
import type { Deployment } from "../account/deployment.ts";
import type { RequestRecord } from "../account/requestRecord.ts";
import { view } from "../account/transact.ts";
import { DisputeError } from "./disputeError.ts";

/** The release of one request, with its artefacts at hand. */
export interface LocalRelease {
  /** The one right output of the request: what the reference interpreter computes. */
  rightOutput(): Promise<Hex>;
  /** Loads the proving key, so that what is missing or broken is known before anything is sent. */
  prepareProof(): Promise<void>;
  /**
   * Proves that `output` is the right one.
   * @param claim.payee Operator id, or an overturner's address as a number
   * @throws OrchestratorError OutputMismatch, ProvingFailed, ProofRejected
   */
  prove(claim: { readonly output: Hex; readonly payee: bigint }): Promise<ProvenOutput>;
}

/** An `Answer` as the coordinator's functions take it. */
export interface ProvenOutput {
  readonly payee: bigint;
  readonly input: Hex;
  readonly output: Hex;
  readonly evidence: Hex;
}

type Subject = Pick<RequestRecord, "requestId" | "releaseId" | "input" | "key">;

/**
 * Works with the release a request asked, as a node does; ends the prover's process after it.
 * @param place.storeFolder Holds the artefacts by their content address.
 * @throws DisputeError ReleaseUnavailable, KeyForeign; OrchestratorError for artefacts that are
 *   broken or refused; AccountError
 */
export async function withLocalRelease<Result>(
  deployment: Deployment,
  place: { readonly request: Subject; readonly storeFolder: string },
  work: (release: LocalRelease) => Promise<Result>,
): Promise<Result> {
  const { request, storeFolder } = place;
  const store = new LocalStore(storeFolder);
  const openSession = (model: Parameters<typeof openInterpreter>[0]) =>
    Promise.resolve(openInterpreter(model));
  const inference = new OnnxInference({ store, openSession });
  const prover = new ProcessProver({ store });
  try {
    const manifestCid = await manifestOf(deployment, request);
    const { keyId } = await readManifest(store, manifestCid);
    await requireKey(deployment, request, keyId);
    return await work(localRelease({ request, manifestCid, inference, prover }));
  } catch (error) {
    throw unavailable(error, place);
  } finally {
    await prover.stop();
    await inference.stop();
  }
}

function localRelease(parts: {
  readonly request: Subject;
  readonly manifestCid: string;
  readonly inference: OnnxInference;
  readonly prover: ProcessProver;
}): LocalRelease {
  const { request, manifestCid, inference, prover } = parts;
  const { requestId } = request;
  const input = Uint8Array.from(Buffer.from(request.input.slice(2), "hex"));
  return {
    rightOutput: async () => toHex((await inference.run({ manifestCid, input })).output),
    prepareProof: () => prover.prepare(manifestCid),
    prove: async ({ output, payee }) => {
      const proven = await prover.prove({ requestId, manifestCid, payee, input });
      // Interpreter and witness disagree on a machine that is broken.
      if (toHex(proven.output) !== output) throw new OrchestratorError("OutputMismatch");
      return { payee, input: request.input, output, evidence: encodeEvidence(proven) };
    },
  };
}

async function manifestOf({ modelRegistry }: Deployment, { releaseId }: Subject): Promise<string> {
  return cidOfDigest((await view(modelRegistry, "releaseManifest", [releaseId])) as Hex);
}

/** A publisher can name a manifest whose key is not the release's: no proof of it would be accepted. */
async function requireKey(
  { modelRegistry, provider }: Deployment,
  { releaseId, key }: Subject,
  keyId: string,
): Promise<void> {
  const keyStore = String(await view(modelRegistry, "keyStore"));
  const keys = new Contract(keyStore, keyStoreAbi, provider);
  const named = await view(keys, "keyAddress", [keyId]).catch((error: unknown) => {
    if (error instanceof ContractRefusal) return null;
    throw error;
  });
  if (String(named).toLowerCase() === key.toLowerCase()) return;
  const message =
    `The manifest of release ${releaseId} names another verifying key than the chain, so nothing ` +
    "proven from its artefacts is accepted. Ask for a proof instead: assay challenge.";
  throw new DisputeError("KeyForeign", message, { data: { releaseId, keyId } });
}

function unavailable(
  error: unknown,
  { request, storeFolder }: { readonly request: Subject; readonly storeFolder: string },
): unknown {
  if (!(error instanceof OrchestratorError) || error.code !== "ArtefactMissing") return error;
  const { requestId, releaseId } = request;
  const cid = String(error.data["cid"]);
  const message =
    `The store ${storeFolder} lacks ${cid} of release ${releaseId}. Name the store that has its ` +
    `artefacts with --store, or ask for a proof: assay challenge ${requestId}.`;
  return new DisputeError("ReleaseUnavailable", message, { data: { cid }, cause: error });
}

function toHex(bytes: Uint8Array): Hex {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}
