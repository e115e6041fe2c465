import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { after, describe, it } from "node:test";

import { stepTeller } from "../../apps/cli/ceremony/stepTeller.ts";
import { readExchange } from "../../circuits/keys/ceremony/exchangeFile.ts";
import { endEngineAfterTests } from "../circuits/keys/engine.ts";
import { CIRCUIT, ptauFolder, someone } from "../circuits/keys/ceremony/people.ts";
import { smallCircuit } from "../circuits/keys/smallCircuit.ts";
import { assay, refused } from "./support/deployedChain.ts";

const MAIN = resolve(import.meta.dirname, "../../apps/cli/main.ts");
const BOOK = `0x${"b0".repeat(20)}`;
const BEACON = ["--hash", `0x${"5a".repeat(32)}`, "--iterations", "10"] as const;

const { folder, ptauPath, tooSmall } = await ptauFolder();
after(() => rm(folder, { recursive: true }));
endEngineAfterTests();

const at = (name: string): string => join(folder, name);
const circuit = at("small.r1cs");
await writeFile(circuit, CIRCUIT.r1cs);
const other = at("other.r1cs");
await writeFile(other, smallCircuit(21).r1cs);
const place = ["--book", BOOK, "--chain-id", "31337"] as const;
const whole = ["--circuit", circuit, "--ptau", ptauPath] as const;

const [alice, bob, eve] = [someone(), someone(), someone()];
for (const [name, { privateKey }] of Object.entries({ alice, bob, eve })) {
  await writeFile(at(`${name}.key`), privateKey);
}
const as = (name: string): readonly string[] => ["--key-file", at(`${name}.key`)];
const contribute = (file: string, name: string, ...more: readonly string[]) =>
  assay("ceremony", "contribute", file, "--name", name, ...as(name), ...more);

/** The file after each step, so that tests do not wait for each other's. */
const states = { started: at("0"), one: at("1"), two: at("2"), ended: at("3"), signed: at("4") };
await assay("ceremony", "start", circuit, "--ptau", ptauPath, "--out", states.started, ...place);
await copyFile(states.started, states.one);
await contribute(states.one, "alice");
await copyFile(states.one, states.two);
await contribute(states.two, "bob");
await copyFile(states.two, states.ended);
await assay("ceremony", "beacon", states.ended, ...BEACON);
await copyFile(states.ended, states.signed);
await assay("ceremony", "sign", states.signed, ...as("bob"));

async function copyOf(state: keyof typeof states): Promise<string> {
  const file = at(`copy-${Math.random()}`);
  await copyFile(states[state], file);
  return file;
}

describe("assay ceremony powers", () => {
  it("prints what keys of the file have in common, and refuses what is no such file", async () => {
    const { out } = await assay("ceremony", "powers", ptauPath, "--json");
    const { powersOfTau } = (await readExchange(states.started)).transcript;
    assert.deepEqual(JSON.parse(out), powersOfTau);
    assert.match((await assay("ceremony", "powers", ptauPath)).out, /^powers +2\^6$/m);
    assert.match(await refused("ceremony", "powers", circuit), /\[PtauMalformed\]/);
    const cut = at("cut.ptau");
    const bytes = await readFile(ptauPath);
    for (const length of [3, 12, 40, 1_000, bytes.length - 1]) {
      await writeFile(cut, bytes.subarray(0, length));
      assert.match(await refused("ceremony", "powers", cut), /\[PtauMalformed\]/, `${length}`);
    }
  });
});

describe("assay ceremony start", () => {
  it("refuses to write over a file that may hold contributions", async () => {
    const out = ["--out", states.one, ...place];
    const said = await refused("ceremony", "start", circuit, "--ptau", ptauPath, ...out);
    assert.match(said, /exists\.\n .*hold contributions/);
  });

  it("refuses powers of tau that are too few, or no such file, and writes nothing", async () => {
    const out = ["--out", at("none"), ...place];
    const small = await refused("ceremony", "start", circuit, "--ptau", tooSmall, ...out);
    assert.match(small, /2\^4 powers of tau, the circuit needs 2\^5\. .*\[PtauTooSmall\]/);
    const none = await refused("ceremony", "start", circuit, "--ptau", circuit, ...out);
    assert.match(none, /\[PtauMalformed\]/);
    const empty = await refused("ceremony", "start", ptauPath, "--ptau", ptauPath, ...out);
    assert.match(empty, /\[CircuitMalformed\]/);
    assert.equal((await readdir(folder)).includes("none"), false);
  });

  it("asks for the book, by file or by address", async () => {
    const out = ["--ptau", ptauPath, "--out", at("none")];
    const said = await refused("ceremony", "start", circuit, ...out);
    assert.match(said, /--addresses .* or --book and --chain-id/);
    const addresses = at("addresses.json");
    await writeFile(addresses, "{}");
    const wrong = await refused("ceremony", "start", circuit, ...out, "--addresses", addresses);
    assert.match(wrong, /needs ceremonyBook and chainId/);
    await writeFile(addresses, JSON.stringify({ ceremonyBook: BOOK, chainId: 10 }));
    const file = ["--ptau", ptauPath, "--out", at("by-file"), "--addresses", addresses];
    await assay("ceremony", "start", circuit, ...file);
    assert.equal((await readExchange(at("by-file"))).transcript.place.chainId, "10");
  });
});

describe("assay ceremony contribute", () => {
  it("prints the hash to keep, and who it belongs to", async () => {
    const file = await copyOf("started");
    const { out } = await contribute(file, "alice", "--json");
    const report = JSON.parse(out) as Readonly<Record<string, string>>;
    assert.equal(report["contributor"], alice.address.toLowerCase());
    const { transcript } = await readExchange(file);
    assert.equal(transcript.contributions[0]?.hash, report["hash"]);
    assert.equal(transcript.contributions[0]?.handover.keyId, report["keyId"]);
  });

  it("refuses one contributor twice, and anybody after the beacon; the file stays", async () => {
    for (const [state, name, code] of [
      ["two", "alice", /\[ContributorTwice\]/],
      ["ended", "eve", /\[ContributionAfterBeacon\]/],
    ] as const) {
      const file = await copyOf(state);
      const before = await readFile(file);
      assert.match(
        await refused("ceremony", "contribute", file, "--name", name, ...as(name)),
        code,
      );
      assert.deepEqual(await readFile(file), before);
    }
  });

  it("refuses a damaged file, a key file without a key and an empty name", async () => {
    const file = await copyOf("one");
    const bytes = await readFile(file);
    await writeFile(file, bytes.subarray(0, -1));
    const cut = await refused("ceremony", "contribute", file, "--name", "bob", ...as("bob"));
    assert.match(cut, /cut short or changed.*\[ExchangeDamaged\]/);
    const fine = ["ceremony", "contribute", states.one, "--name"];
    assert.match(await refused(...fine, "bob", "--key-file", circuit), /\[KeyFileInvalid\]/);
    assert.match(await refused(...fine, "", ...as("bob")), /"" is no name/);
  });

  it("takes a typed line, in a process that ends, and leaves no secret on the disk", async () => {
    const file = await copyOf("started");
    const before = new Set(await readdir(folder));
    const typed = "correct horse battery staple";
    const args = [MAIN, "ceremony", "contribute", file, "--name", "bob", ...as("bob"), "--typed"];
    const { status, stderr } = spawnSync(process.execPath, args, {
      encoding: "utf8",
      input: `${typed}\n`,
      timeout: 60_000,
    });
    assert.equal(status, 0, stderr);
    assert.match(stderr, /Applying key: L Section/);
    assert.deepEqual(new Set(await readdir(folder)), before);
    assert.equal((await readFile(file)).includes(typed), false);
    assert.equal((await readExchange(file)).transcript.contributions.length, 1);
  });
});

describe("assay ceremony contribute, killed", () => {
  it("leaves the file it was given, and is run again", async () => {
    const file = await copyOf("started");
    const before = await readFile(file);
    const args = [MAIN, "ceremony", "contribute", file, "--name", "alice", ...as("alice")];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    const ended = once(child, "exit");
    child.stderr.once("data", () => child.kill("SIGKILL"));
    await ended;
    assert.equal(child.signalCode, "SIGKILL");
    assert.deepEqual(await readFile(file), before);
    await contribute(file, "alice");
    assert.equal((await readExchange(file)).transcript.contributions.length, 1);
  });
});

describe("assay ceremony beacon", () => {
  it("refuses a second one, and a hash that is none", async () => {
    const twice = await refused("ceremony", "beacon", await copyOf("ended"), ...BEACON);
    assert.match(twice, /has ended with the beacon 0x5a.*\[BeaconInvalid\]/);
    const none = await refused("ceremony", "beacon", await copyOf("two"), "--hash", "moon");
    assert.match(none, /moon is no hash.*\[BeaconInvalid\]/);
    const bare = await refused("ceremony", "beacon", await copyOf("started"), ...BEACON);
    assert.match(bare, /\[KeyWithoutContribution\]/);
  });
});

describe("assay ceremony sign", () => {
  it("gives a signature that whoever collects adds to his own copy", async () => {
    const { out } = await assay(
      "ceremony",
      "sign",
      await copyOf("ended"),
      ...as("alice"),
      "--json",
    );
    const { signature } = JSON.parse(out) as { readonly signature: string };
    const file = await copyOf("signed");
    await assay("ceremony", "sign", file, "--signature", signature);
    const { contributions } = (await readExchange(file)).transcript;
    assert.ok(contributions.every((each) => each.signature !== null));
  });

  it("verifies the whole key first where it is told with what", async () => {
    const file = await copyOf("ended");
    const signing = ["ceremony", "sign", file, ...as("bob")];
    const foreign = await refused(...signing, "--circuit", other, "--ptau", ptauPath);
    assert.match(foreign, /\[CircuitForeign\]/);
    assert.match(await refused(...signing, "--circuit", circuit), /Give both, or neither/);
    assert.doesNotMatch((await assay(...signing, ...whole)).err, /without a look/);
    assert.match((await assay(...signing)).err, /without a look at circuit/);
  });

  it("refuses who did not contribute, a wrong signature, and a key that is not final", async () => {
    const file = await copyOf("ended");
    assert.match(await refused("ceremony", "sign", file, ...as("eve")), /\[ContributorUnknown\]/);
    const wrong = ["--signature", `0x${"12".repeat(65)}`];
    assert.match(await refused("ceremony", "sign", file, ...wrong), /\[SignatureInvalid\]/);
    const early = await refused("ceremony", "sign", await copyOf("two"), ...as("bob"));
    assert.match(early, /\[BeaconMissing\]/);
    assert.match(await refused("ceremony", "sign", file), /needs one signature/);
  });
});

describe("assay ceremony verify", () => {
  it("says who made the key from what", async () => {
    const { out } = await assay("ceremony", "verify", states.signed, ...whole);
    assert.match(out, /^contributor 1 +alice, 0x[0-9a-f]{40}, not signed for the final key$/m);
    assert.match(out, /^contributor 2 +bob, 0x[0-9a-f]{40}, signed$/m);
    assert.match(out, /^verified: /m);
    const { out: json } = await assay("ceremony", "verify", states.signed, ...whole, "--json");
    const report = JSON.parse(json) as { readonly grade: null; readonly keyId: string };
    assert.equal(report.grade, null);
    assert.equal(report.keyId, (await readExchange(states.signed)).transcript.keyId);
  });

  it("takes an unfinished file only when told so", async () => {
    const unfinished = ["ceremony", "verify", states.two, ...whole];
    assert.match(await refused(...unfinished), /\[BeaconMissing\]/);
    assert.match((await assay(...unfinished, "--unfinished")).out, /^key +not final$/m);
    const bare = await refused("ceremony", "verify", states.started, ...whole);
    assert.match(bare, /\[KeyWithoutContribution\]/);
  });

  it("refuses another circuit, other powers of tau, and nobody outside", async () => {
    const verify = ["ceremony", "verify", states.signed];
    const foreign = await refused(...verify, "--circuit", other, "--ptau", ptauPath);
    assert.match(foreign, /\[CircuitForeign\]/);
    const powers = await refused(...verify, "--circuit", circuit, "--ptau", tooSmall);
    assert.match(powers, /\[PtauForeign\]/);
    const own = await refused(...verify, ...whole, "--publisher", bob.address);
    assert.match(own, /Nobody but the publisher signed.*\[OutsideContributionMissing\]/);
  });
});

describe("assay ceremony export", () => {
  it("writes all files, and the calls that record the signatures", async () => {
    const { out } = await assay("ceremony", "export", states.signed, ...whole, "--out", at("keys"));
    assert.deepEqual((await readdir(at("keys"))).toSorted(), [
      "ceremony.json",
      "circuit.r1cs",
      "key.zkey",
      "verifying_key.json",
    ]);
    assert.match(out, new RegExp(`send these to ${BOOK} on chain 31337`));
    assert.match(out, new RegExp(`^${bob.address.toLowerCase()} 0x[0-9a-f]+$`, "m"));
    assert.doesNotMatch(out, new RegExp(`^${alice.address.toLowerCase()}`, "m"));
  });

  it("writes nothing of a ceremony that nobody signed, and wants a chain to record", async () => {
    const out = ["--out", at("refused")];
    const said = await refused("ceremony", "export", states.ended, ...whole, ...out);
    assert.match(said, /\[OutsideContributionMissing\]/);
    const record = [...whole, ...out, "--record"];
    const alone = await refused("ceremony", "export", states.signed, ...record);
    assert.match(alone, /needs a chain and an account/);
    assert.equal((await readdir(folder)).includes("refused"), false);
  });
});

describe("stepTeller", () => {
  it("says what is new at once, and what goes on now and then", () => {
    const said: string[] = [];
    let now = 0;
    const tell = stepTeller(
      (line) => said.push(line),
      () => now,
    );
    tell("L Section: 0/9");
    now += 4_999;
    tell("L Section: 3/9");
    now += 1;
    tell("L Section: 6/9");
    tell("H Section: 0/9");
    assert.deepEqual(said, ["  L Section: 0/9", "  L Section: 6/9", "  H Section: 0/9"]);
  });
});
