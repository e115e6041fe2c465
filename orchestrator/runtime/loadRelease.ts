import { CompilerError } from "../../circuits/compiler/compilerError.ts";
import type { IntegerModel } from "../../circuits/compiler/integer/integerModel.ts";
import { parseModel } from "../../circuits/compiler/integer/modelFile.ts";
import { decodeInputs, encodeOutputs } from "../../circuits/compiler/integer/payload.ts";
import { unitsOf } from "../../circuits/compiler/integer/units.ts";
import { type KnownAnswer, decodeKnownAnswers } from "../../sdk/protocol/knownAnswers.ts";
import type { Manifest } from "../../sdk/protocol/manifest.ts";
import { OrchestratorError } from "../domain/errors.ts";
import type { ContentStore } from "../domain/ports.ts";
import { readArtefact, readManifest } from "../domain/releaseFiles.ts";
import { type FloatSession, openFloatSession } from "./floatSession.ts";
import { type IntegerSession, openInterpreter, openOnnxSession } from "./integerSession.ts";

/** A release that has passed its checks on this device. */
export interface WarmRelease {
  readonly model: IntegerModel;
  readonly session: IntegerSession;
  /** Null where the float model cannot be run here. */
  readonly float: FloatSession | null;
}

/** How the release's execution becomes a session; another device's runtime takes this place. */
export type OpenSession = (model: IntegerModel) => Promise<IntegerSession>;

/**
 * Fetches a release, checks it as the hostile file it may be, and tests this device on its known
 * answers.
 * @throws OrchestratorError ArtefactMissing, ArtefactCorrupt, ManifestInvalid, ModelRefused,
 *   UnitsWrong, RuntimeInexact
 */
export async function loadRelease(input: {
  readonly store: ContentStore;
  readonly manifestCid: string;
  readonly openSession?: OpenSession;
  readonly signal?: AbortSignal;
}): Promise<WarmRelease> {
  const { store, manifestCid, openSession = openOnnxSession, signal } = input;
  const manifest = await readManifest(store, manifestCid, signal);
  const { artefacts } = manifest;
  const model = readModelFile(await readArtefact(store, artefacts.integerModel, signal), manifest);
  const answers = readAnswers(await readArtefact(store, artefacts.knownAnswers, signal), manifest);
  const floatModel = await readArtefact(store, artefacts.floatModel, signal);
  signal?.throwIfAborted();
  const session =
    manifest.execution === "interpreter" ? openInterpreter(model) : await openSession(model);
  try {
    await requireKnownAnswers({ model, session, answers, manifestCid });
  } catch (error) {
    await session.release();
    throw error;
  }
  return { model, session, float: await openFloat(manifest, floatModel) };
}

/** Runs a payload through a session. @throws OrchestratorError InputInvalid, InferenceFailed */
export async function runPayload(
  { model, session }: Pick<WarmRelease, "model" | "session">,
  payload: Uint8Array,
): Promise<{
  readonly inputs: readonly Float64Array[];
  readonly outputs: readonly Float64Array[];
  readonly output: Uint8Array;
}> {
  const inputs = decoded(model, payload);
  try {
    const outputs = await session.run(inputs);
    return { inputs, outputs, output: encodeOutputs(model, outputs) };
  } catch (cause) {
    throw new OrchestratorError("InferenceFailed", { cause });
  }
}

function decoded(model: IntegerModel, payload: Uint8Array): Float64Array[] {
  try {
    return decodeInputs(model, payload);
  } catch (cause) {
    if (!(cause instanceof CompilerError)) throw cause;
    throw new OrchestratorError("InputInvalid", { data: cause.data, cause });
  }
}

/** The manifest's schema must be the model's own: prices and the contract go by the manifest. */
function readModelFile(file: Uint8Array, manifest: Manifest): IntegerModel {
  let model: IntegerModel;
  try {
    model = parseModel(file);
  } catch (cause) {
    if (!(cause instanceof CompilerError)) throw cause;
    throw new OrchestratorError("ModelRefused", { data: { reason: cause.code }, cause });
  }
  for (const [side, declared, actual] of [
    ["inputs", manifest.inputs, model.inputs],
    ["outputs", manifest.outputs, model.outputs],
  ] as const) {
    if (layout(declared) === layout(actual)) continue;
    throw new OrchestratorError("ModelRefused", { data: { reason: `${side} differ` } });
  }
  requireUnits(model, manifest);
  return model;
}

/** The size of the domain is the prover's to check: only the key tells it. */
function requireUnits(model: IntegerModel, { units: declared, circuit }: Manifest): void {
  const units = unitsOf(model, circuit.domainSize);
  const { compute, proof, byte } = units;
  if (compute === declared.compute && proof === declared.proof && byte === declared.byte) return;
  throw new OrchestratorError("UnitsWrong", { data: { declared, units } });
}

function layout(
  tensors: readonly { readonly shape: readonly number[]; readonly elementType: string }[],
): string {
  return JSON.stringify(tensors.map(({ shape, elementType }) => [shape, elementType]));
}

function readAnswers(file: Uint8Array, { inputLength }: Manifest): KnownAnswer[] {
  let answers: KnownAnswer[];
  try {
    answers = decodeKnownAnswers(file);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new OrchestratorError("ModelRefused", { data: { reason: "known answers" }, cause });
  }
  if (answers.every(({ input }) => input.length === inputLength)) return answers;
  throw new OrchestratorError("ModelRefused", { data: { reason: "known answers' length" } });
}

async function requireKnownAnswers(input: {
  readonly model: IntegerModel;
  readonly session: IntegerSession;
  readonly answers: readonly KnownAnswer[];
  readonly manifestCid: string;
}): Promise<void> {
  for (const [index, answer] of input.answers.entries()) {
    const { output } = await runPayload(input, answer.input);
    const isRight =
      output.length === answer.output.length &&
      output.every((byte, at) => byte === answer.output[at]);
    if (isRight) continue;
    throw new OrchestratorError("RuntimeInexact", {
      data: { manifestCid: input.manifestCid, knownAnswer: index },
    });
  }
}

/** The float model is a yardstick: a release is served without it where it cannot be run. */
async function openFloat(manifest: Manifest, floatModel: Uint8Array): Promise<FloatSession | null> {
  try {
    return await openFloatSession({ ...manifest, floatModel });
  } catch (cause) {
    if (!(cause instanceof CompilerError)) return null;
    throw new OrchestratorError("ModelRefused", { data: { reason: cause.code }, cause });
  }
}
