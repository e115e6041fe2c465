import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { after, describe, it } from "node:test";
import { Contract, TypedDataEncoder, type Wallet } from "ethers";

import { keysOf } from "../../apps/cli/ceremony/publishing.ts";
import { readExchange } from "../../circuits/keys/ceremony/exchangeFile.ts";
import { transact } from "../../scripts/account/transact.ts";
import { deployContract } from "../../scripts/deploy/deploy.ts";
import { ceremonyBookAbi } from "../../sdk/protocol/abi/ceremonyBook.ts";
import { endEngineAfterTests } from "../circuits/keys/engine.ts";
import { CIRCUIT, ptauFolder, someone } from "../circuits/keys/ceremony/people.ts";
import { assay, refused, startDeployedChain } from "./support/deployedChain.ts";

const MAIN = resolve(import.meta.dirname, "../../apps/cli/main.ts");
const BEACON = ["--hash", `0x${"5a".repeat(32)}`, "--iterations", "10"] as const;

const chain = await startDeployedChain();
const { folder, ptauPath } = await ptauFolder();
after(async () => {
  await rm(folder, { recursive: true });
  await chain.stop();
});
endEngineAfterTests();

const at = (name: string): string => join(folder, name);
const circuit = at("small.r1cs");
await writeFile(circuit, CIRCUIT.r1cs);
const whole = ["--circuit", circuit, "--ptau", ptauPath] as const;
const rpc = ["--rpc", chain.rpcUrl] as const;
const [owner, alice, hardware] = [someone(), someone(), someone()];
await writeFile(at("alice.key"), alice.privateKey);
/** Takes what its owner signed for what it signs. */
const wallet = await deployContract(chain.owner.wallet, "mocks/ContractContributor", [
  owner.address,
]);
const contributor = wallet.toLowerCase();

const started = at("started");
const place = ["--addresses", chain.addressesFile] as const;
await assay("ceremony", "start", circuit, "--ptau", ptauPath, "--out", started, ...place);

const signDigest = (signer: Wallet, digest: string): string =>
  signer.signingKey.sign(digest).serialized;

/** Contributes in a process of its own, which is told the signature of what it asks for. */
async function contribute(
  file: string,
  {
    as,
    answer,
    more = rpc,
  }: {
    readonly as: string;
    readonly answer: (digest: string) => string | null;
    readonly more?: readonly string[];
  },
): Promise<{ readonly status: number | null; readonly said: string }> {
  const args = [MAIN, "ceremony", "contribute", file, "--name", "wallet", "--contributor", as];
  const child = spawn(process.execPath, [...args, ...more], { stdio: ["pipe", "ignore", "pipe"] });
  const ended = once(child, "close");
  let said = "";
  let isAsked = false;
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    const digest = /digest +(0x[0-9a-f]{64})/.exec(said)?.[1];
    if (digest === undefined || isAsked) return;
    isAsked = true;
    const line = answer(digest);
    child.stdin.end(line === null ? "" : `${line}\n`);
  });
  await ended;
  return { status: child.exitCode, said };
}

const contributed = at("contributed");
await copyFile(started, contributed);
const made = await contribute(contributed, {
  as: wallet,
  answer: (digest) => signDigest(owner, digest),
});
assert.equal(made.status, 0, made.said);

describe("assay ceremony contribute, for a contract", () => {
  it("asks for the signature of what it shows, and has the chain check it", async () => {
    const { contributions } = (await readExchange(contributed)).transcript;
    assert.deepEqual(
      contributions.map((each) => each.contributor),
      [contributor],
    );
    assert.match(made.said, /typed data +\{"types":\{"EIP712Domain"/);
  });

  it("leaves the file if the contract did not sign that, or nobody signs", async () => {
    for (const [answer, why] of [
      [(digest: string) => signDigest(alice, digest), /\[SignatureInvalid\]/],
      [() => "0x", /\[SignatureInvalid\]/],
      [() => "what?", /is no signature/],
      [() => null, /ended without a signature/],
    ] as const) {
      const file = at("refused");
      await copyFile(started, file);
      const { status, said } = await contribute(file, { as: wallet, answer });
      assert.equal(status, 1, said);
      assert.match(said, why);
      assert.deepEqual(await readFile(file), await readFile(started));
    }
  });

  it("takes an account that signs elsewhere without a chain", async () => {
    const file = at("hardware");
    await copyFile(started, file);
    const answer = (digest: string) => signDigest(hardware, digest);
    const { status, said } = await contribute(file, { as: hardware.address, answer, more: [] });
    assert.equal(status, 0, said);
    await assay("ceremony", "beacon", file, ...BEACON);
  });

  it("wants one contributor", async () => {
    const args = ["ceremony", "contribute", started, "--name", "nobody"];
    assert.match(await refused(...args), /needs one contributor/);
    const both = ["--contributor", wallet, "--key-file", at("alice.key")];
    assert.match(await refused(...args, ...both), /needs one contributor/);
  });
});

describe("a ceremony in which a contract contributed", () => {
  const file = at("ceremony");
  const key = ["--key-file", at("alice.key")] as const;
  const signFor = ["ceremony", "sign", file] as const;

  it("is gone on with where its chain is named", async () => {
    await copyFile(contributed, file);
    const own = ["ceremony", "contribute", file, "--name", "alice", ...key];
    assert.match(await refused(...own), /name its chain with --rpc\. \[SignatureInvalid\]/);
    await assay(...own, ...rpc);
    assert.match(await refused("ceremony", "beacon", file, ...BEACON), /\[SignatureInvalid\]/);
    await assay("ceremony", "beacon", file, ...BEACON, ...rpc);
    await assay(...signFor, ...key, ...rpc);
  });

  it("shows the contract's message, and takes its signature from a file", async () => {
    const asked = [...signFor, "--message", "--contributor", wallet];
    const message = JSON.parse((await assay(...asked, "--json")).out) as {
      readonly digest: string;
      readonly typedData: {
        readonly domain: object;
        readonly types: Readonly<Record<string, { name: string; type: string }[]>>;
        readonly message: Readonly<Record<string, unknown>>;
      };
    };
    const { domain, types, message: value } = message.typedData;
    const { Contribution = [] } = types;
    assert.equal(TypedDataEncoder.hash(domain, { Contribution }, value), message.digest);
    assert.match((await assay(...asked)).out, new RegExp(`digest +${message.digest}`));
    assert.match(await refused(...signFor, "--message"), /Whose message/);

    const given = at("signature");
    await writeFile(given, `${signDigest(alice, message.digest)}\n`);
    const add = [...signFor, "--signature", given];
    assert.match(await refused(...add, ...rpc), /\[SignatureInvalid\]/);
    await writeFile(given, `${signDigest(owner, message.digest)}\n`);
    assert.match(await refused(...add), /\[SignatureInvalid\]/);
    assert.match(await refused(...add, "--contributor", alice.address, ...rpc), /SignatureInvalid/);
    assert.match(await refused(...signFor, "--signature", at("none")), /no file that can be read/);
    assert.match((await assay(...add, ...rpc)).out, new RegExp(`${contributor} signed`));
  });

  it("is verified on its chain only", async () => {
    const verify = ["ceremony", "verify", file, ...whole];
    assert.match(await refused(...verify), /\[SignatureInvalid\]/);
    const other = await startDeployedChain();
    try {
      const { provider } = other;
      await provider.send("anvil_setChainId", [31_338]);
      assert.match(await refused(...verify, "--rpc", other.rpcUrl), /\[ChainForeign\]/);
    } finally {
      await other.stop();
    }
    assert.match((await assay(...verify, ...rpc)).out, /^verified: /m);
  });

  it("has the contract in its grade, as the book checks the signature the same way", async () => {
    const { provider, owner: publisher, addresses } = chain;
    const book = new Contract(addresses.ceremonyBook, ceremonyBookAbi, publisher.wallet);
    for (const address of [wallet, alice.address]) {
      await transact(book, { method: "proposeContributor", values: [address] });
    }
    await provider.send("evm_increaseTime", [3_600]);
    await provider.send("evm_mine", []);
    const signing = [...rpc, "--key-file", publisher.keyFile, "--record"];
    const record = ["ceremony", "export", file, ...whole, "--out", at("keys"), ...signing];
    assert.match((await assay(...record)).out, /^grade of the key: 2$/m);
  });

  it("gives a key that publish takes where the chain is named", async () => {
    const ceremony = { ceremony: at("keys"), ptau: ptauPath, publisher: null };
    const circuit = { r1cs: CIRCUIT.r1cs, name: "small" };
    const offline = keysOf(ceremony);
    const online = keysOf({ ...ceremony, rpc: chain.rpcUrl });
    assert.ok(offline !== null && online !== null);
    await assert.rejects(offline(circuit), /not of 0x/);
    const { zkey } = await online(circuit);
    assert.deepEqual(Buffer.from(zkey), await readFile(at("keys/key.zkey")));
  });
});
