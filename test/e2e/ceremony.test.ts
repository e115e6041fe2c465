import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Contract, hexlify } from "ethers";

import { readExchange } from "../../circuits/keys/ceremony/exchangeFile.ts";
import { readZkeyHeader } from "../../circuits/keys/zkeyHeader.ts";
import { LocalStore } from "../../orchestrator/storage/localStore.ts";
import { operatorEnvironment } from "../../scripts/demo/operatorEnvironment.ts";
import { toAccountError, transact } from "../../scripts/account/transact.ts";
import { namedRelease } from "../../scripts/demo/namedRelease.ts";
import { publishRelease } from "../../scripts/deploy/publishRelease.ts";
import { ceremonyBookAbi } from "../../sdk/protocol/abi/ceremonyBook.ts";
import { keyStoreAbi } from "../../sdk/protocol/abi/keyStore.ts";
import { modelRegistryAbi } from "../../sdk/protocol/abi/modelRegistry.ts";
import { decodeKnownAnswers } from "../../sdk/protocol/knownAnswers.ts";
import { encodeVerifyingKey, type VerifyingKey } from "../../sdk/protocol/verifyingKey.ts";
import { anyKey } from "../cli/support/deployedChain.ts";
import { cleanupOf } from "../orchestrator/support/cleanup.ts";
import { handOver, MODEL, setUpProduction, type Person } from "./support/ceremony.ts";
import { OperatorProcesses } from "./support/operatorProcesses.ts";

const FILE = "volatility.ceremony";
const WEEK_SECONDS = 7 * 86_400;

describe("a ceremony among people on different machines", { timeout: 480_000 }, () => {
  it("makes a key that a production registry takes, and a proof under it settles", async (t) => {
    const cleanup = cleanupOf(t);
    const folder = await mkdtemp(join(tmpdir(), "assay-ceremony-"));
    cleanup.add(() => rm(folder, { recursive: true, force: true }));
    const bench = await setUpProduction(folder, cleanup);
    const { network, rpcUrl, ptau, development } = bench;
    const { provider, addresses } = network;
    const publisher = await bench.person("publisher", 0);
    const operator = await bench.person("operator", 1);
    const user = await bench.person("user", 3);
    const contributors: readonly Person[] = [
      await bench.person("alice"),
      await bench.person("bob"),
      await bench.person("carol"),
    ];
    const circuit = ["--circuit", MODEL, "--ptau", ptau];
    const at = ["--rpc", rpcUrl];
    const signing = ["--rpc", rpcUrl, "--key-file", publisher.keyFile];
    const publisherSigner = publisher.wallet.connect(provider);

    await t.test("everybody contributes in his own folder, to the one file", async () => {
      const place = ["--book", addresses.ceremonyBook, "--chain-id", "31337"];
      await publisher.assay("ceremony", "start", MODEL, "--ptau", ptau, "--out", FILE, ...place);
      let holder = publisher;
      for (const [index, person] of contributors.entries()) {
        await handOver(holder, person, FILE);
        const own = ["--name", `person ${index + 1}`, "--key-file", person.keyFile];
        await person.assay("ceremony", "contribute", FILE, ...own);
        holder = person;
      }
      await handOver(holder, publisher, FILE);
      const hash = `0x${"5a".repeat(32)}`;
      await publisher.assay("ceremony", "beacon", FILE, "--hash", hash, "--iterations", "10");
    });

    await t.test("everybody signs for the final key, and sends 65 bytes back", async () => {
      for (const person of contributors) {
        await handOver(publisher, person, FILE);
        const own = ["--key-file", person.keyFile, "--json"];
        const said = await person.assay("ceremony", "sign", FILE, ...own);
        const { signature } = JSON.parse(said) as { readonly signature: string };
        await publisher.assay("ceremony", "sign", FILE, "--signature", signature);
      }
    });

    await t.test(
      "anybody verifies it; without recognised contributors its grade is 0",
      async () => {
        const verify = ["ceremony", "verify", FILE, ...circuit, ...at, "--json"];
        const said = await publisher.assay(...verify);
        const { grade } = JSON.parse(said) as { readonly grade: object };
        assert.deepEqual(grade, { grade: "0", reachable: "0" });
      },
    );

    const keys = join(folder, "keys");
    const publish = async (...options: readonly string[]): Promise<string> => {
      const store = ["--store", join(folder, "store"), "--keys", join(folder, "unused")];
      const where = [...signing, "--coordinator", addresses.coordinator];
      const levels = ["--levels", "optimistic,zk"];
      return publisher.assay("publish", MODEL, ...store, ...where, ...levels, ...options);
    };
    const ceremony = (from: string) => ["--ceremony", from, "--ptau", ptau];

    await t.test("publish refuses every other key before it sends anything", async () => {
      await publisher.assay("ceremony", "export", FILE, ...circuit, "--out", keys);
      const nonce = await publisherSigner.getNonce();
      await assert.rejects(publish(), /\[DevelopmentKey\]/);
      await assert.rejects(
        publish(...ceremony(keys)),
        /grade 0, releases need 3 .*\[GradeTooLow\]/,
      );
      for (const [name, forge, refusal] of forgeries(publisher)) {
        const forged = join(folder, name);
        await cp(keys, forged, { recursive: true });
        await forge(forged);
        await assert.rejects(publish(...ceremony(forged)), refusal, name);
      }
      assert.equal(await publisherSigner.getNonce(), nonce);
    });

    await t.test("the contracts refuse them as well", async () => {
      const keys = new Contract(addresses.keyStore, keyStoreAbi, publisherSigner);
      const { verifyingKey } = development;
      const bare: VerifyingKey = { ...verifyingKey, delta: verifyingKey.gamma };
      await assert.rejects(register(keys, bare), /KeyWithoutContribution/);
      await assert.rejects(register(keys, anyKey()), /KeyOfOtherSetup/);
      for (const levels of [["Optimistic", "Zk"], ["Zk"]] as const) {
        const { name, version, release } = namedRelease(development, levels);
        const sent = { signer: publisherSigner, addresses, name, version, release };
        const refused = publishRelease(sent).catch((error: unknown) => {
          throw toAccountError(error);
        });
        await assert.rejects(refused, /ReleaseGradeTooLow\(0, 3\)/);
      }
      const registry = new Contract(addresses.modelRegistry, modelRegistryAbi, publisherSigner);
      const events = await registry.queryFilter("ReleasePublished");
      assert.equal(events.length, 0);
    });

    await t.test("recorded signatures of recognised contributors are its grade", async () => {
      const book = new Contract(addresses.ceremonyBook, ceremonyBookAbi, publisherSigner);
      for (const { address } of contributors) {
        await transact(book, { method: "proposeContributor", values: [address] });
      }
      await provider.send("evm_increaseTime", [WEEK_SECONDS]);
      await provider.send("evm_mine", []);
      const record = [
        "ceremony",
        "export",
        FILE,
        ...circuit,
        "--out",
        keys,
        ...signing,
        "--record",
      ];
      assert.match(await publisher.assay(...record), /^grade of the key: 3$/m);
      // Run again it records nothing twice.
      const again = await publisher.assay(...record);
      assert.equal([...again.matchAll(/was recorded before$/gm)].length, 3);
    });

    const said = await publish(...ceremony(keys));
    const releaseId = /^release {2}(0x[0-9a-f]{64})$/m.exec(said)?.[1];
    const manifestCid = /^manifest (\w+)$/m.exec(said)?.[1];
    assert(releaseId !== undefined && manifestCid !== undefined, said);

    await t.test("the release names the transcript, and has the grade", async () => {
      const registry = new Contract(addresses.modelRegistry, modelRegistryAbi, provider);
      assert.equal(await registry.getFunction("gradeOf")(releaseId), 3n);
      const store = new LocalStore(join(folder, "store"));
      const manifest = JSON.parse(new TextDecoder().decode(await store.get(manifestCid))) as {
        readonly artefacts: Readonly<Record<"ceremony", { readonly cid: string }>>;
        readonly keyId: string;
      };
      const transcript = await store.get(manifest.artefacts.ceremony.cid);
      assert.deepEqual(Buffer.from(transcript), await readFile(join(keys, "ceremony.json")));
      assert.notEqual(manifest.keyId, development.manifest.keyId);
      assert.equal(manifest.keyId, (await readExchange(publisher.file(FILE))).transcript.keyId);
    });

    await t.test("a request is proven under the key and settles", async () => {
      const where = ["--rpc", rpcUrl, "--coordinator", addresses.coordinator];
      const own = [...where, "--key-file", operator.keyFile];
      await operator.assay("operator", "serve", releaseId, ...own);
      const { variables } = await operatorEnvironment({ rpcUrl, network, folder });
      const processes = new OperatorProcesses({ environment: variables, logFolder: folder });
      cleanup.add(() => processes.stop());
      processes.startAll();
      const answers = decodeKnownAnswers(
        await new LocalStore(join(folder, "store")).get(
          development.manifest.artefacts.knownAnswers.cid,
        ),
      );
      const [known] = answers;
      assert(known !== undefined);
      const asked = ["request", releaseId, "--level", "zk", "--input", hexlify(known.input)];
      const asUser = [...where, "--key-file", user.keyFile, "--json"];
      const outcome = JSON.parse(await user.assay(...asked, ...asUser)) as {
        readonly status: string;
        readonly output: string;
      };
      assert.equal(outcome.status, "Finalized");
      assert.equal(outcome.output, hexlify(known.output));
    });
  });
});

async function register(keys: Contract, key: VerifyingKey): Promise<void> {
  await transact(keys, { method: "registerKey", values: [encodeVerifyingKey(key)] });
}

type Forgery = readonly [name: string, forge: (folder: string) => Promise<void>, refusal: RegExp];

/** Folders that look like a ceremony's. */
function forgeries(publisher: Person): readonly Forgery[] {
  const key = (folder: string) => join(folder, "key.zkey");
  const transcript = (folder: string) => join(folder, "ceremony.json");
  const edit = async (folder: string, change: (text: string) => string) => {
    const file = transcript(folder);
    await writeFile(file, change(await readFile(file, "utf8")));
  };
  return [
    [
      "without contribution",
      async (folder) => {
        const zkey = await readFile(key(folder));
        // Gamma over delta in the header of section 2, where both have 128 bytes.
        const { verifyingKey } = readZkeyHeader(zkey);
        assert.notDeepEqual(verifyingKey.gamma, verifyingKey.delta);
        const start = 12 + 12 + 4 + 12 + 84 + 128 + 128;
        zkey.copyWithin(start + 128 + 64, start, start + 128);
        assert.deepEqual(readZkeyHeader(zkey).verifyingKey.delta, verifyingKey.gamma);
        await writeFile(key(folder), zkey);
      },
      /\[KeyWithoutContribution\]/,
    ],
    [
      "nobody signed",
      (folder) =>
        edit(folder, (text) =>
          text.replaceAll(/"signature":"0x\w+"\}(?!,"hash")/g, `"signature":null}`),
        ),
      /\[OutsideContributionMissing\]/,
    ],
    [
      "wrong signature",
      (folder) =>
        edit(folder, (text) =>
          text.replace(/(?<="signature":"0x)./, (digit) => (digit === "0" ? "1" : "0")),
        ),
      /\[SignatureInvalid\]/,
    ],
    [
      "development transcript",
      (folder) => writeFile(transcript(folder), '{"kind":"development"}'),
      /\[DevelopmentKey\]/,
    ],
    [
      "cut transcript",
      (folder) => edit(folder, (text) => text.slice(0, -1)),
      /\[TranscriptMalformed\]/,
    ],
    [
      "another key",
      async (folder) => {
        const { zkey } = await readExchange(publisher.file(FILE));
        const copy = Buffer.from(zkey);
        copy.writeUInt8((copy[copy.length - 3] ?? 0) ^ 1, copy.length - 3);
        await writeFile(key(folder), copy);
      },
      /another beacon.*\[TranscriptForeign\]/,
    ],
  ];
}
