import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Contract, getAddress } from "ethers";
import hre from "hardhat";

import { claimProver } from "../../circuits/claim/claimProver.ts";
import { deployAssay, deployContract } from "../../scripts/deploy/deploy.ts";
import { ceremonyBookAbi } from "../../sdk/protocol/abi/ceremonyBook.ts";
import { inferenceCoordinatorAbi } from "../../sdk/protocol/abi/inferenceCoordinator.ts";
import { modelRegistryAbi } from "../../sdk/protocol/abi/modelRegistry.ts";
import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { assignmentDigest, type Assignment } from "../../sdk/protocol/assignment.ts";
import { contributionDigest, contributionHash } from "../../sdk/protocol/ceremony.ts";
import { commit } from "../../sdk/protocol/commitment.ts";
import { challenge, evaluate, publicSignals } from "../../sdk/protocol/publicSignals.ts";
import { modelId, releaseId, type Release } from "../../sdk/protocol/releaseId.ts";
import { requestId } from "../../sdk/protocol/requestId.ts";
import { isShortAmount, nextShortAmount } from "../../sdk/protocol/shortAmount.ts";
import { termsHash, termsOf, type Terms } from "../../sdk/protocol/terms.ts";
import { claimWords } from "../../sdk/protocol/words.ts";
import vectors from "./vectors.json" with { type: "json" };

/** Fields in the order of the struct, numbers as bigint. */
function named<Struct extends object>(like: Struct, values: readonly string[]): Struct {
  const entries = Object.entries(like).map(([name, sample], i) => {
    const value = values[i] ?? "";
    return [name, typeof sample === "bigint" ? BigInt(value) : value];
  });
  assert.equal(entries.length, values.length);
  return Object.fromEntries(entries) as Struct;
}

const hex = (text: string): Hex => text as Hex;
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.slice(2), "hex"));

// The order of the fields is what these samples are for; their values do not matter.
const TERMS: Terms = {
  maxFee: 0n,
  maxGasPrice: 0n,
  callbackGas: 0n,
  deadline: 0n,
  delivery: 0n,
  minBond: 0n,
  minGrade: 0n,
  operatorId: 0n,
  measurement: "0x",
};
const ASSIGNMENT: Assignment = {
  operatorId: 0n,
  payer: "0x",
  verifierId: 0n,
  key: "0x",
  grade: 0n,
  price: 0n,
  royalty: 0n,
  publisher: "0x",
  escrow: 0n,
  bond: 0n,
  outputLength: 0n,
  outputPayload: 0n,
  assignedAt: 0n,
  primaryUntil: 0n,
  latePenalty: 0n,
};
const RELEASE: Release = {
  manifestDigest: "0x",
  inputLength: 0n,
  outputLength: 0n,
  inputPayload: 0n,
  outputPayload: 0n,
  computeUnits: 0n,
  proofUnits: 0n,
  byteUnits: 0n,
  royaltyBps: 0n,
  primaryWindowSeconds: 0n,
  levels: 0n,
  keyId: "0x",
  judge: 0n,
  minBond: 0n,
  minGrade: 0n,
  measurements: "0x",
};

const terms = named(TERMS, vectors.terms.terms);
const request = {
  requester: hex(vectors.request.requester),
  nonce: BigInt(vectors.request.nonce),
  releaseId: hex(vectors.request.releaseId),
  level: "Zk",
  inputHash: hex(vectors.request.inputHash),
  terms: named(TERMS, vectors.request.terms),
} as const;
const assignment = named(ASSIGNMENT, vectors.assignment.assignment);
const release = named(RELEASE, vectors.release.release);
const contribution = {
  keyId: hex(vectors.contribution.keyId),
  contributionHash: hex(vectors.contribution.contributionHash),
};
const MOST_SHORT_AMOUNT = 1_023n * 10n ** 63n;
const SHORT_AMOUNTS = [
  [0n, 1n, 1_023n, 1_024n, 1_030n, 10_230n, 10_235n, 10_240n, 10n ** 18n, 10n ** 18n + 1n],
  [2n ** 96n - 1n, MOST_SHORT_AMOUNT, MOST_SHORT_AMOUNT + 1n, 10n ** 66n, 10n ** 67n],
].flat();
const registry = {
  chainId: BigInt(vectors.release.chainId),
  registry: hex(vectors.release.registry),
};

describe("vectors in TypeScript", () => {
  it("hash terms", () => {
    assert.equal(termsHash(terms), vectors.terms.hash);
    assert.equal(termsHash(termsOf(terms)), vectors.terms.hash);
  });

  it("give requests their ids", () => {
    const place = {
      chainId: BigInt(vectors.request.chainId),
      coordinator: hex(vectors.request.coordinator),
    };
    assert.equal(requestId({ ...place, request }), vectors.request.id);
  });

  it("digest assignments", () => {
    const digest = assignmentDigest(hex(vectors.assignment.requestId), assignment);
    assert.equal(digest, BigInt(vectors.assignment.digest));
  });

  it("give models and releases their ids", () => {
    const { publisher, name, version } = vectors.release;
    const model = modelId({ ...registry, publisher: hex(publisher), name });
    assert.equal(model, vectors.release.modelId);
    const id = releaseId({ ...registry, modelId: model, version, release });
    assert.equal(id, vectors.release.releaseId);
  });

  it("digest contributions", () => {
    const { book, transcriptHash, digest } = vectors.contribution;
    assert.equal(contributionHash(bytesOf(transcriptHash)), contribution.contributionHash);
    const place = { chainId: BigInt(vectors.contribution.chainId), book: hex(book) };
    assert.equal(contributionDigest(place, contribution), digest);
  });

  for (const claim of vectors.claims) {
    const [input, output] = [bytesOf(claim.input), bytesOf(claim.output)];
    it(`sign claims of ${input.length} and ${output.length} bytes`, () => {
      const words = claimWords(input, output);
      assert.deepEqual(words.map(String), claim.words);
      assert.equal(String(commit(words)), claim.commitment);
      const binding = { requestId: BigInt(claim.requestId), payee: BigInt(claim.payee) };
      const c = challenge({ ...binding, commitment: BigInt(claim.commitment), output });
      assert.equal(String(c), claim.challenge);
      assert.equal(String(evaluate(words, c)), claim.evaluation);
      assert.deepEqual(publicSignals({ ...binding, input, output }).map(String), [
        claim.commitment,
        claim.evaluation,
        claim.challenge,
      ]);
    });
  }
});

describe("vectors in Solidity", async () => {
  const { ethers, networkHelpers } = await hre.network.create();
  const [signer] = await ethers.getSigners();
  if (signer === undefined) throw new Error("no accounts");
  const addresses = await deployAssay({ signer });
  const harness = await ethers.getContractAt(
    "LibraryHarness",
    await deployContract(signer, "mocks/LibraryHarness", []),
  );
  /** Ids hold the contract's address, so its code is put where the vectors say. */
  const at = async (deployed: string, address: string): Promise<string> => {
    await networkHelpers.setCode(address, await ethers.provider.getCode(deployed));
    return getAddress(address);
  };

  it("hash terms", async () => {
    assert.equal(await harness.getFunction("termsHash")(terms), vectors.terms.hash);
  });

  it("give requests their ids", async () => {
    const address = await at(addresses.coordinator, vectors.request.coordinator);
    const coordinator = new Contract(address, inferenceCoordinatorAbi, signer);
    const id: unknown = await coordinator.getFunction("requestIdOf")({ ...request, level: 2n });
    assert.equal(id, vectors.request.id);
  });

  it("digest assignments", async () => {
    const { requestId: id, digest } = vectors.assignment;
    const call = harness.getFunction("assignmentDigest");
    const digests = (await call(assignment, id)) as readonly unknown[];
    assert.deepEqual([...digests], [BigInt(digest), BigInt(digest)]);
  });

  it("give models and releases their ids", async () => {
    const { publisher, name, version } = vectors.release;
    await networkHelpers.impersonateAccount(publisher);
    await networkHelpers.setBalance(publisher, 10n ** 18n);
    const address = await at(addresses.modelRegistry, vectors.release.registry);
    const models = new Contract(address, modelRegistryAbi, await ethers.getSigner(publisher));
    const model: unknown = await models.getFunction("registerModel").staticCall(name);
    assert.equal(model, vectors.release.modelId);
    await models.getFunction("registerModel")(name);
    const key = await registerSomeKey(addresses.keyStore);
    const served = { ...release, keyId: key };
    const id: unknown = await models
      .getFunction("publishRelease")
      .staticCall(model, version, served);
    assert.equal(
      id,
      releaseId({ ...registry, modelId: hex(vectors.release.modelId), version, release: served }),
    );
  });

  it("digest contributions", async () => {
    const address = await at(addresses.ceremonyBook, vectors.contribution.book);
    const book = new Contract(address, ceremonyBookAbi, signer);
    const call = book.getFunction("contributionDigest");
    const digest: unknown = await call(contribution.keyId, contribution.contributionHash);
    assert.equal(digest, vectors.contribution.digest);
  });

  for (const amount of SHORT_AMOUNTS) {
    it(`hold ${amount} in 16 bits where TypeScript does`, async () => {
      const isShort: unknown = await harness.getFunction("isShort")(amount);
      assert.equal(isShort, isShortAmount(amount));
      if (amount > MOST_SHORT_AMOUNT) return;
      const next = nextShortAmount(amount);
      const held: unknown = await harness.getFunction("shortAmount")(next);
      assert.equal(held, next);
      assert.equal(next === amount, isShort);
      assert.ok(next >= amount && (next - amount) * 100n <= amount);
    });
  }

  for (const claim of vectors.claims) {
    it(`evaluate claims of ${claim.input.length / 2 - 1} and ${claim.output.length / 2 - 1} bytes`, async () => {
      const y: unknown = await harness
        .getFunction("evaluate")
        .staticCall(claim.input, claim.output, claim.challenge);
      assert.equal(String(y), claim.evaluation);
    });
  }

  async function registerSomeKey(keyStore: string): Promise<Hex> {
    const { encodeVerifyingKey, verifyingKeyId } =
      await import("../../sdk/protocol/verifyingKey.ts");
    const { keyStoreAbi } = await import("../../sdk/protocol/abi/keyStore.ts");
    const { verifyingKey } = await claimProver("sixWords");
    const contract = new Contract(keyStore, keyStoreAbi, signer);
    await contract.getFunction("registerKey")(encodeVerifyingKey(verifyingKey));
    return `0x${Buffer.from(verifyingKeyId(verifyingKey)).toString("hex")}`;
  }
});

describe("vectors in circom", () => {
  it("have the signals the circuit computes", async () => {
    const prover = await claimProver("sixWords");
    const [claim] = vectors.claims;
    assert.ok(claim !== undefined && claim.words.length === 6);
    const signals = await prover.signals({
      requestId: BigInt(claim.requestId),
      payee: BigInt(claim.payee),
      input: bytesOf(claim.input),
      output: bytesOf(claim.output),
    });
    assert.deepEqual(signals.map(String), [claim.commitment, claim.evaluation, claim.challenge]);
  });
});
