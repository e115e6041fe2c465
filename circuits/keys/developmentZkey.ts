import { createHash } from "node:crypto";
import type { Curve, Group } from "snarkjs";
import { FIELD_ORDER, toField } from "../../sdk/protocol/field.ts";
import { writeSections } from "./binaryFile.ts";
import {
  beaconParameters,
  blake2b512,
  drawPoint,
  drawScalar,
  littleEndian,
  proveKnowledge,
  uncompressed,
  word,
} from "./contribution.ts";
import { DELTA_BEACON, randomFromBeacon } from "./developmentSecret.ts";
import { type MultiplyGenerator, multiplyGenerator } from "./fixedBase.ts";
import { developmentSecret } from "./powersOfTau.ts";
import { evaluateAtTau, type WireValues } from "./qap.ts";
import { type R1csHeader, domainPower, readR1csHeader } from "./r1csHeader.ts";
import { BASE_FIELD_ORDER, geometric, inverse, lagrangeAt, power } from "./scalarField.ts";

/** Engine of one setup; `curve` must be single-threaded. */
interface Engine {
  readonly curve: Curve;
  readonly g1: MultiplyGenerator;
  readonly g2: MultiplyGenerator;
}

const GROTH16 = 1;
/** snarkjs hashes the H points in chunks of this size and rounds their number up to it. */
const HASH_CHUNK = 1 << 14;

/**
 * The proving key that `snarkjs zkey new` and one beacon make of a circuit and the development
 * ptau, byte for byte, but computed in the field from the published secret: one multiplication of
 * the generator per point, however many terms the circuit has.
 */
export async function developmentZkey(curve: Curve, r1cs: Uint8Array): Promise<Uint8Array> {
  const header = readR1csHeader(r1cs);
  const engine = { curve, g1: multiplyGenerator(curve, "G1"), g2: multiplyGenerator(curve, "G2") };
  const secret = developmentSecret(curve);
  const random = randomFromBeacon(DELTA_BEACON);
  const delta = drawScalar(curve, random);
  const values = evaluateAtTau({ r1cs, header, secret });
  const publicWires = header.publicInputs + header.publicOutputs + 1;

  const key = {
    alpha1: engine.g1([secret.alpha]),
    beta1: engine.g1([secret.beta]),
    beta2: engine.g2([secret.beta]),
    ic: engine.g1(values.sums.slice(0, publicWires)),
    a: engine.g1(values.a),
    b1: engine.g1(values.b),
    b2: engine.g2(values.b),
  };
  const c = values.sums.slice(publicWires);
  const circuitHash = await hashCircuit({ engine, key, c, tau: secret.tau, header });
  const inverseDelta = inverse(delta);
  const overDelta = (list: readonly bigint[]) => list.map((value) => toField(value * inverseDelta));
  const base = drawPoint(curve, random);
  return writeSections("zkey", [
    { id: 1, data: word(GROTH16) },
    { id: 2, data: headerSection({ engine, header, key, delta }) },
    { id: 3, data: key.ic },
    { id: 4, data: coefficients(values) },
    { id: 5, data: key.a },
    { id: 6, data: key.b1 },
    { id: 7, data: key.b2 },
    { id: 8, data: engine.g1(overDelta(c)) },
    { id: 9, data: engine.g1(overDelta(oddLagrange(secret.tau, domainPower(header)))) },
    { id: 10, data: contribution({ engine, circuitHash, delta, base }) },
  ]);
}

interface KeyPoints {
  readonly alpha1: Uint8Array;
  readonly beta1: Uint8Array;
  readonly beta2: Uint8Array;
  readonly ic: Uint8Array;
  readonly a: Uint8Array;
  readonly b1: Uint8Array;
  readonly b2: Uint8Array;
}

function headerSection(input: {
  readonly engine: Engine;
  readonly header: R1csHeader;
  readonly key: KeyPoints;
  readonly delta: bigint;
}): Uint8Array {
  const { engine, header, key, delta } = input;
  return Buffer.concat([
    word(32),
    littleEndian(BASE_FIELD_ORDER),
    word(32),
    littleEndian(FIELD_ORDER),
    word(header.wires),
    word(header.publicInputs + header.publicOutputs),
    word(2 ** domainPower(header)),
    key.alpha1,
    key.beta1,
    key.beta2,
    engine.g2([1n]),
    engine.g1([delta]),
    engine.g2([delta]),
  ]);
}

/** Section 4: the terms of A and B, each value twice in Montgomery form (v·R²). */
function coefficients(values: WireValues): Uint8Array {
  const squared = power(2n, 512n);
  const section = Buffer.alloc(4 + 44 * values.terms.length);
  section.writeUInt32LE(values.terms.length);
  values.terms.forEach(({ matrix, row, wire, coefficient }, index) => {
    const offset = 4 + 44 * index;
    section.writeUInt32LE(matrix, offset);
    section.writeUInt32LE(row, offset + 4);
    section.writeUInt32LE(wire, offset + 8);
    section.set(littleEndian(toField(coefficient * squared)), offset + 12);
  });
  return section;
}

/** Section 9: the basis of the domain twice as large, at its odd points, without dividing by Z. */
function oddLagrange(tau: bigint, domain: number): bigint[] {
  return lagrangeAt(tau, domain + 1).filter((_, index) => index % 2 === 1);
}

/** snarkjs's hash over the key before any contribution (delta still one). */
async function hashCircuit(input: {
  readonly engine: Engine;
  readonly key: KeyPoints;
  readonly c: readonly bigint[];
  readonly tau: bigint;
  readonly header: R1csHeader;
}): Promise<Uint8Array> {
  const { engine, key, c, tau, header } = input;
  const { G1, G2 } = engine.curve;
  const hash = createHash("blake2b512");
  const add = async (group: Group, points: Uint8Array) =>
    hash.update(await group.batchLEMtoU(points));
  const addCounted = async (group: Group, points: Uint8Array) => {
    hash.update(bigEndianWord(points.length / (2 * group.F.n8)));
    await add(group, points);
  };
  const generator2 = engine.g2([1n]);
  await add(G1, key.alpha1);
  await add(G1, key.beta1);
  await add(G2, key.beta2);
  await add(G2, generator2);
  await add(G1, engine.g1([1n]));
  await add(G2, generator2);
  await addCounted(G1, key.ic);
  const size = 2 ** domainPower(header);
  hash.update(bigEndianWord(size - 1));
  await add(G1, engine.g1(powersTimesVanishing(tau, size)));
  await addCounted(G1, engine.g1(c));
  await addCounted(G1, key.a);
  await addCounted(G1, key.b1);
  await addCounted(G2, key.b2);
  return hash.digest();
}

/** τ^i·(τ^n − 1): n − 1 of them, but n from the domain on where snarkjs rounds up. */
function powersTimesVanishing(tau: bigint, size: number): bigint[] {
  const vanishing = toField(power(tau, BigInt(size)) - 1n);
  return geometric(vanishing, tau, size - 1 > HASH_CHUNK ? size : size - 1);
}

function contribution(input: {
  readonly engine: Engine;
  readonly circuitHash: Uint8Array;
  readonly delta: bigint;
  readonly base: Uint8Array;
}): Uint8Array {
  const { engine, circuitHash, delta, base } = input;
  const { G1 } = engine.curve;
  const hashed = (...points: readonly Uint8Array[]) => blake2b512(circuitHash, ...points);
  const proof = proveKnowledge({ curve: engine.curve, base, secret: delta, transcript: hashed });
  return Buffer.concat([
    circuitHash,
    word(1),
    engine.g1([delta]),
    proof.base,
    proof.multiple,
    proof.multipleG2,
    hashed(uncompressed(G1, proof.base), uncompressed(G1, proof.multiple)),
    word(1),
    beaconParameters(DELTA_BEACON),
  ]);
}

function bigEndianWord(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
