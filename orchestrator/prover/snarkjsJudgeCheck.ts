import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

import { fromErrorRecord, OrchestratorError } from "../domain/errors.ts";
import type { JudgeCheck } from "../domain/nodePorts.ts";
import type { ContentStore } from "../domain/ports.ts";
import { readArtefact, readManifest } from "../domain/releaseFiles.ts";
import type { JudgeReply, JudgeRequest } from "./judgeMessages.ts";

const SCRIPT = fileURLToPath(new URL("./judgeProcess.ts", import.meta.url));

/** Compares keys, each in a process of its own that ends with it. */
export class SnarkjsJudgeCheck implements JudgeCheck {
  readonly #store: ContentStore;
  readonly #ptauFile: string | null;

  /** @param input.ptauFile prepared powers of tau; null: only development keys can be compared */
  constructor(input: { readonly store: ContentStore; readonly ptauFile: string | null }) {
    this.#store = input.store;
    this.#ptauFile = input.ptauFile;
  }

  async check(
    manifestCid: string,
    keyId: JudgeRequest["keyId"],
    signal?: AbortSignal,
  ): Promise<void> {
    const manifest = await readManifest(this.#store, manifestCid, signal);
    if (manifest.keyId !== keyId) {
      const data = { reason: "key on chain", keyId, manifest: manifest.keyId };
      throw new OrchestratorError("JudgeForeign", { data });
    }
    const { integerModel, provingKey } = manifest.artefacts;
    const request: JudgeRequest = {
      keyId,
      circuitDigest: manifest.circuit.digest,
      integerModel: await readArtefact(this.#store, integerModel, signal),
      provingKey: await readArtefact(this.#store, provingKey, signal),
      ptauFile: this.#ptauFile,
    };
    const reply = await ask(request, signal);
    if (reply !== null) throw fromErrorRecord(reply);
  }
}

function ask(request: JudgeRequest, signal?: AbortSignal): Promise<JudgeReply> {
  const child = fork(SCRIPT, [], {
    serialization: "advanced",
    execArgv: ["--no-warnings"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const onAbort = () => child.kill("SIGKILL");
  signal?.addEventListener("abort", onAbort);
  return new Promise<JudgeReply>((resolve, reject) => {
    child.once("message", ({ answer }: { readonly answer: JudgeReply }) => {
      resolve(answer);
      child.disconnect();
    });
    child.once("exit", (exitCode, signalCode) => {
      const data = { process: "judge", exitCode, signalCode };
      reject(new OrchestratorError("ComputeCrashed", { data, retryable: true }));
    });
    child.once("error", reject);
    child.send(request);
  }).finally(() => signal?.removeEventListener("abort", onAbort));
}
