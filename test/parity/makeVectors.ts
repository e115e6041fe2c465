// Writes vectors.json with libraries that share nothing with our code: ethers' ABI coder and
// circomlibjs. Usage: node test/parity/makeVectors.ts
import { buildPoseidonReference } from "circomlibjs";
import { AbiCoder, id, keccak256, TypedDataEncoder } from "ethers";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { RELEASE_TYPES, TERMS_TYPES, ASSIGNMENT_TYPES } from "./vectorTypes.ts";

const coder = AbiCoder.defaultAbiCoder();
const FIELD_ORDER = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;
const poseidon = await buildPoseidonReference();

const hash = (types: readonly string[], values: readonly unknown[]): string =>
  keccak256(coder.encode(types, values));
const bytes = (length: number, step: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, i) => (i * step + 1) % 256));
const hex = (buffer: Buffer): string => `0x${buffer.toString("hex")}`;
const words = (count: number, first: number): string[] =>
  Array.from({ length: count }, (_, i) => `0x${(first + i).toString(16).padStart(64, "0")}`);

const CHAIN_ID = "31337";
const CONTRACT = "0x00000000000000000000000000000000000c0ffe";
const ACCOUNT = "0x00000000000000000000000000000000deadbeef";

function termsVector() {
  const fields = ["1000000000000000000", "5000000000", "100000", "1900000000", "1"];
  const rest = ["7", "2", "81985529216486895", `0x${"c4".repeat(32)}`];
  const terms = [...fields, ...rest];
  return { terms, hash: hash(TERMS_TYPES, terms) };
}

function requestVector(terms: ReturnType<typeof termsVector>) {
  const [releaseId, inputHash] = [id("a release"), id("an input")];
  const types = ["bytes32", "uint256", "address", "address", "uint256", "bytes32", "uint8"];
  const values = [id("assay.request.v1"), CHAIN_ID, CONTRACT, ACCOUNT, "12", releaseId, "2"];
  return {
    chainId: CHAIN_ID,
    coordinator: CONTRACT,
    requester: ACCOUNT,
    nonce: "12",
    releaseId,
    level: "Zk",
    inputHash,
    terms: terms.terms,
    id: hash([...types, "bytes32", "bytes32"], [...values, inputHash, terms.hash]),
  };
}

function assignmentVector() {
  const requestId = id("a request");
  const people = ["81985529216486895", ACCOUNT, "3", CONTRACT, "4"];
  const money = ["5000", "250", ACCOUNT, "900000", "0"];
  const assignment = [...people, ...money, "20", "0", "1800000000", "1800000060", "77"];
  const full = hash(["bytes32", ...ASSIGNMENT_TYPES], [requestId, ...assignment]);
  return { requestId, assignment, digest: `0x${full.slice(4)}` };
}

function releaseVector() {
  const modelTypes = ["bytes32", "uint256", "address", "address", "bytes32"];
  const tag = id("assay.model.v1");
  const model = hash(modelTypes, [tag, CHAIN_ID, CONTRACT, ACCOUNT, id("digits-mlp")]);
  const sizes = ["128", "20", "0", "0", "300", "20", "1", "250", "60", "4"];
  const release = [id("a manifest"), ...sizes, id("a key"), "0", "0", "0", words(1, 0)[0]];
  const inner = hash(RELEASE_TYPES, release);
  const types = ["bytes32", "uint256", "address", "bytes32", "bytes32", "bytes32"];
  const values = [id("assay.release.v1"), CHAIN_ID, CONTRACT, model, id("1.0.0"), inner];
  const names = { publisher: ACCOUNT, name: "digits-mlp", version: "1.0.0" };
  const registry = { chainId: CHAIN_ID, registry: CONTRACT };
  return { ...registry, ...names, release, modelId: model, releaseId: hash(types, values) };
}

function contributionVector() {
  const domain = { name: "Assay Ceremony", version: "1", chainId: CHAIN_ID };
  const fields = ["keyId", "contributionHash"].map((name) => ({ name, type: "bytes32" }));
  const transcriptHash = bytes(64, 3);
  const contribution = { keyId: id("a key"), contributionHash: keccak256(transcriptHash) };
  const digest = TypedDataEncoder.hash(
    { ...domain, verifyingContract: CONTRACT },
    { Contribution: fields },
    contribution,
  );
  const place = { chainId: CHAIN_ID, book: CONTRACT };
  return { ...place, transcriptHash: hex(transcriptHash), ...contribution, digest };
}

/** 31-byte words, the last one filled with zeros. */
function cut(payload: Buffer): bigint[] {
  const cuts: bigint[] = [];
  for (let at = 0; at < payload.length; at += 31) {
    const chunk = payload
      .subarray(at, at + 31)
      .toString("hex")
      .padEnd(62, "0");
    cuts.push(BigInt(`0x${chunk}`));
  }
  return cuts;
}

function claimVector(input: Buffer, output: Buffer, payee: string) {
  const claimed = [...cut(input), ...cut(output)];
  const tag = BigInt(`0x${Buffer.from("assay.words.v1").toString("hex")}`);
  let h = tag * 2n ** 32n + BigInt(claimed.length);
  for (let at = 0; at < claimed.length; at += 16) {
    h = poseidon.F.toObject(poseidon(claimed.slice(at, at + 16), h));
  }
  const requestId = id(`request of ${input.length} and ${output.length}`);
  const types = ["bytes32", "bytes32", "uint256", "uint256", "bytes32"];
  const values = [id("assay.challenge.v1"), requestId, payee, h, keccak256(output)];
  const c = BigInt(hash(types, values)) % FIELD_ORDER;
  let y = 0n;
  for (const [i, word] of claimed.entries()) y += word * power(c, i);
  return {
    requestId,
    payee,
    input: hex(input),
    output: hex(output),
    words: claimed.map(String),
    commitment: String(h),
    evaluation: String(y % FIELD_ORDER),
    challenge: String(c),
  };
}

function power(base: bigint, exponent: number): bigint {
  let result = 1n;
  for (let i = 0; i < exponent; i++) result = (result * base) % FIELD_ORDER;
  return result;
}

const terms = termsVector();
const vectors = {
  madeBy: "node test/parity/makeVectors.ts",
  terms,
  request: requestVector(terms),
  assignment: assignmentVector(),
  release: releaseVector(),
  contribution: contributionVector(),
  claims: [
    claimVector(bytes(128, 7), bytes(20, 3), "81985529216486895"),
    claimVector(bytes(1, 1), bytes(1, 1), "0"),
    claimVector(bytes(31, 5), bytes(62, 11), "1"),
    claimVector(bytes(32, 5), bytes(30, 11), "18446744073709551615"),
    claimVector(Buffer.alloc(64), Buffer.alloc(10, 255), "3"),
    claimVector(bytes(496, 13), bytes(31, 17), "4"),
    claimVector(bytes(500, 13), bytes(700, 19), "5"),
  ],
};
const file = join(import.meta.dirname, "vectors.json");
await writeFile(file, `${JSON.stringify(vectors, null, 2)}\n`);
