import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, describe, it } from "node:test";
import { groth16, zKey } from "snarkjs";

import {
  CeremonyError,
  type CeremonyErrorCode,
} from "../../../../circuits/keys/ceremony/ceremonyError.ts";
import type { Exchange } from "../../../../circuits/keys/ceremony/exchangeFile.ts";
import { factsOf } from "../../../../circuits/keys/ceremony/keyFacts.ts";
import {
  addSignature,
  applyBeacon,
  contributeTo,
  contributionOf,
} from "../../../../circuits/keys/ceremony/steps.ts";
import {
  requireOutside,
  signersOf,
  verifyCeremony,
} from "../../../../circuits/keys/ceremony/verifyCeremony.ts";
import type { IsSigned } from "../../../../circuits/keys/ceremony/signatureCheck.ts";
import type { Hex } from "../../../../sdk/protocol/abiEncoding.ts";
import { toSnarkjsVerifyingKey } from "../../../../sdk/protocol/verifyingKey.ts";
import { endEngineAfterTests } from "../engine.ts";
import { smallCircuit } from "../smallCircuit.ts";
import {
  BEACON,
  CIRCUIT,
  contribute,
  onStep,
  ptauFolder,
  signerFor,
  someone,
  start,
} from "./people.ts";

const { folder, ptauPath, tooSmall } = await ptauFolder();
after(() => rm(folder, { recursive: true }));
endEngineAfterTests();

const [alice, bob] = [someone(), someone()];
const started = await start(ptauPath);
const first = await contribute(started, alice);
const second = await contribute(first, bob, "Bob");
const ended = await applyBeacon(second, { beacon: BEACON, onStep });

const address = ({ address: text }: { readonly address: string }): Hex => text.toLowerCase() as Hex;
const refusal = (code: CeremonyErrorCode) => (error: unknown) =>
  error instanceof CeremonyError && error.code === code;
const verify = (exchange: Exchange) =>
  verifyCeremony(exchange, { r1cs: CIRCUIT.r1cs, ptauPath, onStep });
async function signed(exchange: Exchange, wallet: typeof alice): Promise<Exchange> {
  const signature = await signerFor(wallet)(contributionOf(exchange, wallet.address as Hex));
  return (await addSignature(exchange, { signature })).exchange;
}

describe("startCeremony", () => {
  it("makes what snarkjs makes, and names circuit and powers of tau", async () => {
    const made: { type: "mem"; data?: Uint8Array } = { type: "mem" };
    await zKey.newZKey({ type: "mem", data: CIRCUIT.r1cs }, ptauPath, made);
    assert.deepEqual(Buffer.from(started.zkey), Buffer.from(made.data ?? []));
    assert.equal(started.transcript.powersOfTau.power, 6);
    assert.equal(factsOf(started.zkey).isBare, true);
  });

  it("refuses powers of tau that are too few", async () => {
    await assert.rejects(start(tooSmall), refusal("PtauTooSmall"));
  });

  it("refuses another file in their place", async () => {
    await assert.rejects(start(import.meta.filename), refusal("PtauMalformed"));
  });
});

describe("contributeTo", () => {
  it("changes the key, and says whose contribution it was", () => {
    const ids = [started, first, second].map(({ zkey }) => factsOf(zkey).keyId);
    assert.equal(new Set(ids).size, 3);
    const { contributions } = second.transcript;
    assert.deepEqual(
      contributions.map(({ name, contributor }) => [name, contributor]),
      [
        ["Alice", address(alice)],
        ["Bob", address(bob)],
      ],
    );
    assert.equal(contributions[1]?.handover.keyId, ids[2]);
  });

  it("draws another secret every time", async () => {
    const again = await contribute(started, alice);
    assert.notEqual(factsOf(again.zkey).keyId, factsOf(first.zkey).keyId);
  });

  it("refuses a signature that is not the contributor's", async () => {
    const contributor = alice.address as Hex;
    const who = { name: "Alice", contributor, typed: "", sign: signerFor(bob), onStep };
    await assert.rejects(contributeTo(started, who), refusal("SignatureInvalid"));
  });

  it("refuses a contributor twice, and anybody after the beacon", async () => {
    await assert.rejects(contribute(second, alice), refusal("ContributorTwice"));
    await assert.rejects(contribute(ended, someone()), refusal("ContributionAfterBeacon"));
  });
});

describe("applyBeacon", () => {
  it("gives everybody the same final key", async () => {
    const again = await applyBeacon(second, { beacon: BEACON, onStep });
    assert.equal(again.transcript.keyId, ended.transcript.keyId);
    assert.equal(factsOf(ended.zkey).keyId, ended.transcript.keyId);
  });

  it("refuses to end a ceremony without contributions, or twice", async () => {
    const beacon = { beacon: BEACON, onStep };
    await assert.rejects(applyBeacon(started, beacon), refusal("KeyWithoutContribution"));
    await assert.rejects(applyBeacon(ended, beacon), refusal("BeaconInvalid"));
  });

  it("refuses what is no hash, and too few or too many iterations", async () => {
    for (const beacon of [
      { ...BEACON, hash: "0x5" },
      { ...BEACON, hash: `0x${"5a".repeat(31)}` },
      { ...BEACON, hash: `0x${"5a".repeat(256)}` },
      { ...BEACON, iterationsExponent: 9 },
      { ...BEACON, iterationsExponent: 31 },
    ] as const) {
      await assert.rejects(applyBeacon(second, { beacon, onStep }), refusal("BeaconInvalid"));
    }
  });
});

describe("addSignature", () => {
  it("takes contributors' signatures for the final key, in any order", async () => {
    const both = await signed(await signed(ended, bob), alice);
    assert.deepEqual(signersOf(both.transcript), [address(alice), address(bob)]);
  });

  it("refuses to sign before the key is final, or for who did not contribute", () => {
    assert.throws(() => contributionOf(second, alice.address as Hex), refusal("BeaconMissing"));
    const stranger = someone().address as Hex;
    assert.throws(() => contributionOf(ended, stranger), refusal("ContributorUnknown"));
  });

  it("refuses another's signature, one for another key, and no signature", async () => {
    const own = contributionOf(ended, alice.address as Hex);
    const forged = await signerFor(someone())(own);
    const handover = first.transcript.contributions[0]?.handover.signature ?? "0x";
    const elsewhere = await signerFor(alice, { chainId: 1n, book: `0x${"b0".repeat(20)}` })(own);
    for (const signature of [forged, handover, elsewhere, "0x", "0x12"] as const) {
      await assert.rejects(addSignature(ended, { signature }), refusal("SignatureInvalid"));
    }
  });
});

describe("addSignature, where a chain is asked", async () => {
  const signature = await signerFor(bob)(contributionOf(ended, bob.address as Hex));

  it("knows an account's signature before a contract that takes any", async () => {
    const isSigned = () => Promise.resolve(true);
    const { contributor } = await addSignature(ended, { signature, isSigned });
    assert.equal(contributor, address(bob));
    const given = { signature: "0x", contributor: bob.address as Hex, isSigned } as const;
    const { exchange } = await addSignature(ended, given);
    assert.equal(exchange.transcript.contributions[1]?.signature, "0x");
    await assert.rejects(addSignature(exchange, { signature }), refusal("SignatureInvalid"));
  });

  it("refuses what the chain does not take, though an account signed it", async () => {
    const { keyId } = ended.transcript;
    const isSigned: IsSigned = (claim) => Promise.resolve(claim.keyId !== keyId);
    const added = addSignature(ended, { signature, isSigned });
    await assert.rejects(added, refusal("SignatureInvalid"));
  });
});

describe("verifyCeremony", () => {
  it("accepts every state a file is handed on in", async () => {
    for (const exchange of [started, first, second, ended]) await verify(exchange);
  });

  it("agrees with snarkjs, and the key proves", async () => {
    const zkey = { type: "mem", data: ended.zkey } as const;
    const r1cs = { type: "mem", data: CIRCUIT.r1cs } as const;
    assert.equal(await zKey.verifyFromR1cs(r1cs, ptauPath, zkey), true);
    const wtns = { type: "mem", data: CIRCUIT.wtns } as const;
    const { proof, publicSignals } = await groth16.prove(zkey, wtns);
    const key = toSnarkjsVerifyingKey(factsOf(ended.zkey).verifyingKey);
    assert.equal(await groth16.verify(key, publicSignals, proof), true);
  });

  it("refuses another circuit and another file of powers of tau", async () => {
    const { r1cs } = smallCircuit(21);
    const other = verifyCeremony(ended, { r1cs, ptauPath, onStep });
    await assert.rejects(other, refusal("CircuitForeign"));
    const small = verifyCeremony(ended, { r1cs: CIRCUIT.r1cs, ptauPath: tooSmall, onStep });
    await assert.rejects(small, refusal("PtauForeign"));
  });
});

describe("requireOutside", () => {
  const requires = ({ zkey, transcript }: Exchange, publisher: Hex | null = null) =>
    requireOutside(factsOf(zkey), { transcript, publisher });

  it("names who signed, without the publisher", async () => {
    const both = await signed(await signed(ended, bob), alice);
    assert.deepEqual(requires(both), [address(alice), address(bob)]);
    assert.deepEqual(requires(both, alice.address as Hex), [address(bob)]);
  });

  it("refuses a key nobody contributed to, that is not final, or nobody else signed for", async () => {
    assert.throws(() => requires(started), refusal("KeyWithoutContribution"));
    assert.throws(() => requires(second), refusal("BeaconMissing"));
    assert.throws(() => requires(ended), refusal("OutsideContributionMissing"));
    const own = await signed(ended, alice);
    const publisher = alice.address as Hex;
    assert.throws(() => requires(own, publisher), refusal("OutsideContributionMissing"));
  });
});
