import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { cp, readdir, truncate } from "node:fs/promises";
import path from "node:path";
import { after, describe, it } from "node:test";
import { groth16 } from "snarkjs";
import { interpret } from "../../../circuits/compiler/integer/interpret.ts";
import { parseModel } from "../../../circuits/compiler/integer/modelFile.ts";
import { decodeInputs, encodeOutputs } from "../../../circuits/compiler/integer/payload.ts";
import { ensureDevelopmentKeys } from "../../../circuits/keys/developmentKeys.ts";
import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import type { Groth16Proof } from "../../../orchestrator/domain/ports.ts";
import { ProverChild } from "../../../orchestrator/prover/proverChild.ts";
import { loadNativeModule } from "../../../circuits/native/nativeModule.ts";
import { ProcessProver } from "../../../orchestrator/prover/processProver.ts";
import type { ProverSettings } from "../../../orchestrator/prover/proverMessages.ts";
import { LocalStore } from "../../../orchestrator/storage/localStore.ts";
import { silentLogger } from "../../../orchestrator/telemetry/logger.ts";
import { encodeManifest } from "../../../sdk/protocol/manifest.ts";
import { publicSignals } from "../../../sdk/protocol/publicSignals.ts";
import { toSnarkjsVerifyingKey } from "../../../sdk/protocol/verifyingKey.ts";
import { eventually } from "../support/ports.ts";
import { endEngineAfterTests } from "../../circuits/keys/engine.ts";
import { smallCircuit } from "../../circuits/keys/smallCircuit.ts";
import { altered } from "../../circuits/release/altered.ts";
import { digitsRelease } from "../../circuits/release/digits.ts";

const release = await digitsRelease();
const { store, manifest, manifestCid } = release;
const native = loadNativeModule();
const BACKENDS = [
  { backend: "snarkjs", skip: false },
  {
    backend: "auto",
    skip: typeof native === "string" ? `native prover: skipped: ${native}` : false,
  },
] as const;
const input = Uint8Array.from({ length: 64 }, (_, index) => (index * 5) % 17);
const work = {
  requestId: `0x${"1f".repeat(32)}`,
  manifestCid,
  payee: 42n,
  input,
} as const;

function verifies(proof: Groth16Proof, signals: readonly bigint[]): Promise<boolean> {
  const [b0, b1] = proof.b;
  return groth16.verify(toSnarkjsVerifyingKey(release.verifyingKey), signals.map(String), {
    pi_a: [`${proof.a[0]}`, `${proof.a[1]}`, "1"],
    pi_b: [
      [`${b0[0]}`, `${b0[1]}`],
      [`${b1[0]}`, `${b1[1]}`],
      ["1", "0"],
    ],
    pi_c: [`${proof.c[0]}`, `${proof.c[1]}`, "1"],
    protocol: "groth16",
    curve: "bn128",
  });
}

function fails(code: string, data: Readonly<Record<string, unknown>> = {}) {
  return (error: unknown) => {
    assert(error instanceof OrchestratorError, String(error));
    assert.equal(error.code, code);
    for (const [key, value] of Object.entries(data)) assert.equal(error.data[key], value);
    return true;
  };
}

endEngineAfterTests();

for (const { backend, skip } of BACKENDS)
  describe(`ProcessProver, ${backend}`, { skip }, () => {
    const prover = new ProcessProver({ store, settings: { backend } });
    after(() => prover.stop());

    it("proves the integer model's output for this request and payee", async () => {
      const { output, proof, commitment } = await prover.prove(work);
      const model = parseModel(await store.get(manifest.artefacts.integerModel.cid));
      const expected = encodeOutputs(model, interpret(model, decodeInputs(model, input)));
      assert.deepEqual(output, expected);
      const binding = { requestId: BigInt(work.requestId), payee: work.payee, input, output };
      const signals = publicSignals(binding);
      assert.equal(commitment, signals[0]);
      assert.equal(await verifies(proof, signals), true);
      for (const other of [{ payee: 43n }, { requestId: 1n }, { input: input.toReversed() }]) {
        assert.equal(await verifies(proof, publicSignals({ ...binding, ...other })), false);
      }
    });

    it("refuses an input of another length, and proves the next one", async () => {
      const short = { ...work, input: input.subarray(1) };
      await assert.rejects(prover.prove(short), fails("InputInvalid", { expected: 64 }));
      assert.equal((await prover.prove(work)).output.length, 20);
    });

    it("takes its turn when several proofs are asked at once", async () => {
      const inputs = [0, 1, 2].map((fill) => new Uint8Array(64).fill(fill));
      const answers = await Promise.all(
        inputs.map((each) => prover.prove({ ...work, input: each })),
      );
      const commitments = new Set(answers.map((answer) => answer.commitment));
      assert.equal(commitments.size, 3);
    });

    it("refuses a proving key that is cut short", async () => {
      const zkey = await store.get(manifest.artefacts.provingKey.cid);
      for (const length of [0, 10, 500, 100_000, zkey.length - 1]) {
        const cid = await altered(release, { provingKey: zkey.slice(0, length) });
        await assert.rejects(prover.prove({ ...work, manifestCid: cid }), fails("ProvingFailed"));
      }
    });

    it("refuses the proving key of another circuit", async () => {
      const { zkey } = await ensureDevelopmentKeys({
        r1cs: smallCircuit(20).r1cs,
        name: "other",
        cacheDirectory: path.join(release.directory, "keys"),
      });
      const cid = await altered(release, { provingKey: zkey });
      await assert.rejects(
        prover.prove({ ...work, manifestCid: cid }),
        fails("ProvingFailed", { reason: "proving key of another circuit" }),
      );
    });

    it("refuses keys that are not the ones the manifest names", async () => {
      const ofOther = { ...release.verifyingKey, delta: release.verifyingKey.gamma };
      const verifyingKey = new TextEncoder().encode(JSON.stringify(toSnarkjsVerifyingKey(ofOther)));
      await assert.rejects(
        prover.prepare(await altered(release, { verifyingKey })),
        fails("ProvingFailed", { reason: "verifying key has another id than the manifest says" }),
      );
      const keyId = `0x${"00".repeat(32)}`;
      await assert.rejects(
        prover.prepare(await altered(release, {}, { keyId })),
        fails("ProvingFailed", { reason: "proving key has another id than the manifest says" }),
      );
    });

    it("hands on no proof that its own check rejects", async () => {
      // One bit of the last points of H: the file is as long and as readable as before.
      const damaged = await store.get(manifest.artefacts.provingKey.cid);
      const at = damaged.length - 900;
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      const cid = await altered(release, { provingKey: damaged });
      await assert.rejects(prover.prove({ ...work, manifestCid: cid }), fails("ProofRejected"));
    });

    it("refuses artefacts that are no model and no key", async () => {
      const junk = new TextEncoder().encode("{}");
      await assert.rejects(
        prover.prepare(await altered(release, { integerModel: junk })),
        fails("ModelRefused", { reason: "ModelMalformed" }),
      );
      await assert.rejects(
        prover.prepare(await altered(release, { verifyingKey: junk })),
        fails("ProvingFailed"),
      );
      await assert.rejects(prover.prepare(await store.put(junk)), fails("ManifestInvalid"));
    });

    it("loads nothing whose bytes do not match their address", async () => {
      const key = toSnarkjsVerifyingKey(release.verifyingKey);
      const verifyingKey = new TextEncoder().encode(`${JSON.stringify(key)}\n`);
      const cid = await altered(release, { verifyingKey });
      await truncate(path.join(release.directory, "store", await store.put(verifyingKey)), 100);
      await assert.rejects(prover.prepare(cid), fails("ArtefactCorrupt"));
      const missing = { ...manifest.artefacts.provingKey, cid: manifestCid.replace(/..$/, "aa") };
      const artefacts = { ...manifest.artefacts, provingKey: missing };
      await assert.rejects(
        async () => prover.prepare(await store.put(encodeManifest({ ...manifest, artefacts }))),
        fails("ArtefactMissing"),
      );
    });

    it("stops a proof when asked, and proves again afterwards", async () => {
      await prover.prepare(manifestCid);
      const controller = new AbortController();
      const onPhase = () => {
        controller.abort(new Error("no longer wanted"));
      };
      const proof = prover.prove(work, { signal: controller.signal, onPhase });
      await assert.rejects(proof, /no longer wanted/);
      await assert.rejects(prover.prove(work, { signal: controller.signal }), /no longer wanted/);
      assert.equal((await prover.prove(work)).output.length, 20);
    });

    it("keeps more releases than it holds warm apart", async () => {
      const cids = [manifestCid];
      for (const description of ["one", "two", "three", "four"]) {
        cids.push(await store.put(encodeManifest({ ...manifest, description })));
      }
      for (const cid of [...cids, manifestCid]) {
        assert.equal((await prover.prove({ ...work, manifestCid: cid })).output.length, 20);
      }
    });

    it("says which phase a proof is in, and in the end how long each took", async () => {
      const heard: string[] = [];
      const { making } = await prover.prove(work, { onPhase: (phase) => heard.push(phase) });
      const phases = Object.keys(making.phases);
      assert.equal(making.backend, backend === "auto" ? "native" : "snarkjs");
      assert.equal(making.quarantined, null);
      assert.equal(heard[0], "witness");
      assert.ok(phases.includes("verify"), phases.join());
      for (const phase of heard) assert.ok(phases.includes(phase), phase);
      for (const ms of Object.values(making.phases)) assert.ok(ms >= 0 && ms < 60_000);
    });

    it("proves in several groups at the same time, each with a process of its own", async () => {
      const two = new ProcessProver({ store, settings: { backend }, groups: 2 });
      try {
        await two.prepare(manifestCid);
        const running = new Set<number>();
        let most = 0;
        const proofs = [0, 1, 2, 3].map(async (each) => {
          const onPhase = () => {
            running.add(each);
            most = Math.max(most, running.size);
          };
          const answer = await two.prove({ ...work, payee: BigInt(each) }, { onPhase });
          running.delete(each);
          return answer;
        });
        const answers = await Promise.all(proofs);
        assert.equal(new Set(answers.map(({ commitment }) => commitment)).size, 1);
        assert.equal(new Set(answers.map(({ proof }) => proof.c[0])).size, 4);
        assert.equal(most, 2);
      } finally {
        await two.stop();
      }
    });

    it("starts again after it was stopped", async () => {
      await prover.stop();
      assert.equal((await prover.prove(work)).output.length, 20);
    });
  });

describe("ProcessProver, native settings", { skip: BACKENDS[1].skip }, () => {
  const proves = async (settings: Omit<ProverSettings, "backend">) => {
    const notices: string[] = [];
    const logger = { ...silentLogger, info: (event: string) => void notices.push(event) };
    const prover = new ProcessProver({ store, settings: { backend: "auto", ...settings }, logger });
    try {
      const { proof, making } = await prover.prove(work);
      return { proof, making, notices };
    } finally {
      await prover.stop();
    }
  };

  it("goes without AVX-512 when asked, as where there is none", async () => {
    const { proof, making, notices } = await proves({ isPortable: true });
    assert.equal(making.backend, "native");
    assert.equal(notices.length, 1);
    assert.match(notices[0] ?? "", /^native prover: in use: (avx2-fma|portable)$/);
    const model = parseModel(await store.get(manifest.artefacts.integerModel.cid));
    const output = encodeOutputs(model, interpret(model, decodeInputs(model, input)));
    const binding = { requestId: BigInt(work.requestId), payee: work.payee, input, output };
    assert.equal(await verifies(proof, publicSignals(binding)), true);
  });

  it("makes a table when a release is made warm, or when nobody waits after its proof", async () => {
    const isTable = (event: string) =>
      /^native prover: a table of \d+\.\d MB was made$/.test(event);
    const notices: string[] = [];
    const logger = { ...silentLogger, info: (event: string) => void notices.push(event) };
    const settings: ProverSettings = { backend: "auto", tableBytes: 2 ** 26 };
    const [early, late] = [0, 1].map(() => new ProcessProver({ store, settings, logger }));
    assert(early !== undefined && late !== undefined);
    try {
      await early.prepare(manifestCid);
      assert.equal(notices.filter(isTable).length, 1);
      const model = parseModel(await store.get(manifest.artefacts.integerModel.cid));
      const output = encodeOutputs(model, interpret(model, decodeInputs(model, input)));
      const binding = { requestId: BigInt(work.requestId), payee: work.payee, input, output };
      const { proof, making } = await early.prove(work);
      assert.equal(making.backend, "native");
      assert.equal(await verifies(proof, publicSignals(binding)), true);
      await late.prove(work);
      const isMade = () => notices.filter(isTable).length === 2;
      await eventually(isMade, { withinMs: 30_000, what: "a table after a proof" });
    } finally {
      await Promise.all([early.stop(), late.stop()]);
    }
  });

  it("fails with a code of its own above the memory limit, and asks nobody else", async () => {
    await assert.rejects(
      proves({ memoryLimitBytes: 2 ** 20 }),
      fails("ProvingFailed", { native: "MemoryLimit" }),
    );
  });

  it("maps a key that lies in a file instead of holding it", async () => {
    const prover = new ProcessProver({ store });
    try {
      await prover.prepare(manifestCid);
      const file = path.join(release.directory, "store", manifest.artefacts.provingKey.cid);
      const holders = (await readdir("/proc")).filter((name) => {
        try {
          return readFileSync(`/proc/${name}/maps`, "utf8").includes(file);
        } catch {
          return false;
        }
      });
      assert.equal(holders.length, 1);
    } finally {
      await prover.stop();
    }
  });
});

describe("a mapped key that is cut short", { skip: BACKENDS[1].skip }, () => {
  it("ends its process only, is refused then, and proves once it was fetched again", async () => {
    const folder = path.join(release.directory, "mapped");
    await cp(path.join(release.directory, "store"), folder, { recursive: true });
    const { cid } = manifest.artefacts.provingKey;
    const key = await store.get(cid);
    const own = new LocalStore(folder);
    const prover = new ProcessProver({ store: own });
    try {
      await prover.prepare(manifestCid);
      await truncate(path.join(folder, cid), 1000);
      await assert.rejects(prover.prove(work), fails("ComputeCrashed", { signalCode: "SIGBUS" }));
      await assert.rejects(prover.prove(work), fails("ArtefactCorrupt"));
      await own.put(key);
      assert.equal((await prover.prove(work)).output.length, 20);
    } finally {
      await prover.stop();
    }
  });
});

describe("ProverChild", () => {
  it("reports a process that ends, as something to try again", async () => {
    const child = new ProverChild();
    const asked = child.ask({ kind: "unload", release: "none" });
    await child.kill();
    await assert.rejects(asked, fails("ComputeCrashed"));
    await assert.rejects(child.ask({ kind: "unload", release: "none" }), fails("ComputeCrashed"));
  });
});
