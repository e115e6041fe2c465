import { createHash } from "node:crypto";
import { blake2b } from "@noble/hashes/blake2.js";
import type { Curve, Group, Random } from "snarkjs";
import { toField } from "../../sdk/protocol/field.ts";
import { writeSections } from "./binaryFile.ts";
import {
  type KnowledgeProof,
  beaconParameters,
  blake2b512,
  drawPoint,
  drawScalar,
  littleEndian,
  proveKnowledge,
  uncompressed,
  word,
} from "./contribution.ts";
import { POWERS_BEACON, randomFromBeacon } from "./developmentSecret.ts";
import { type MultiplyGenerator, multiplyGenerator } from "./fixedBase.ts";
import { geometric, lagrangeAt, truncatedLagrangeAt } from "./scalarField.ts";

interface Powers {
  readonly tauG1: Uint8Array;
  readonly tauG2: Uint8Array;
  readonly alphaTauG1: Uint8Array;
  readonly betaTauG1: Uint8Array;
  readonly betaG2: Uint8Array;
}

/** The secret that the published beacon gives to every development key. */
export interface Secret {
  readonly tau: bigint;
  readonly alpha: bigint;
  readonly beta: bigint;
}

const G1_BYTES = 64;
const G2_BYTES = 128;

/**
 * A prepared ptau file for circuits of up to 2^power rows, computed from the published secret:
 * byte for byte what `snarkjs powersoftau new`, `beacon` and `prepare phase2` make of the same
 * beacon, in seconds instead of minutes. `curve` must be single-threaded.
 */
export async function developmentPowersOfTau(curve: Curve, power: number): Promise<Uint8Array> {
  const random = randomFromBeacon(POWERS_BEACON);
  const secret = drawSecret(curve, random);
  const g1 = multiplyGenerator(curve, "G1");
  const g2 = multiplyGenerator(curve, "G2");
  const size = 2 ** power;
  const powers: Powers = {
    tauG1: g1(geometric(1n, secret.tau, 2 * size - 1)),
    tauG2: g2(geometric(1n, secret.tau, size)),
    alphaTauG1: g1(geometric(secret.alpha, secret.tau, size)),
    betaTauG1: g1(geometric(secret.beta, secret.tau, size)),
    betaG2: g2([secret.beta]),
  };
  const challenge = firstChallenge(curve, power);
  const keys = [secret.tau, secret.alpha, secret.beta]
    .map((secretValue) => ({ secret: secretValue, base: drawPoint(curve, random) }))
    .map((drawn, index) =>
      proveKnowledge({
        curve,
        ...drawn,
        transcript: (...points) => blake2b512(Uint8Array.of(index), challenge, ...points),
      }),
    );
  return writeSections("ptau", [
    { id: 1, data: header(curve, power) },
    { id: 2, data: powers.tauG1 },
    { id: 3, data: powers.tauG2 },
    { id: 4, data: powers.alphaTauG1 },
    { id: 5, data: powers.betaTauG1 },
    { id: 6, data: powers.betaG2 },
    { id: 7, data: await contributions({ curve, powers, keys, challenge }) },
    ...lagrangeSections({ power, secret, g1, g2 }),
  ]);
}

export function developmentSecret(curve: Curve): Secret {
  return drawSecret(curve, randomFromBeacon(POWERS_BEACON));
}

function drawSecret(curve: Curve, random: Random): Secret {
  const tau = drawScalar(curve, random);
  const alpha = drawScalar(curve, random);
  return { tau, alpha, beta: drawScalar(curve, random) };
}

function header(curve: Curve, power: number): Uint8Array {
  const data = Buffer.alloc(44);
  data.writeUInt32LE(32, 0);
  data.set(littleEndian(curve.q), 4);
  data.writeUInt32LE(power, 36);
  data.writeUInt32LE(power, 40);
  return data;
}

function lagrangeSections(input: {
  readonly power: number;
  readonly secret: Secret;
  readonly g1: MultiplyGenerator;
  readonly g2: MultiplyGenerator;
}) {
  const { power, secret, g1, g2 } = input;
  const basis: bigint[] = [];
  for (let domain = 0; domain <= power; domain += 1) basis.push(...lagrangeAt(secret.tau, domain));
  const times = (factor: bigint) => basis.map((value) => toField(value * factor));
  return [
    { id: 12, data: g1([...basis, ...truncatedLagrangeAt(secret.tau, power + 1)]) },
    { id: 13, data: g2(basis) },
    { id: 14, data: g1(times(secret.alpha)) },
    { id: 15, data: g1(times(secret.beta)) },
  ];
}

/** The hash of an accumulator in which every power is still the generator. */
function firstChallenge(curve: Curve, power: number): Uint8Array {
  const size = 2 ** power;
  const hash = createHash("blake2b512").update(createHash("blake2b512").digest());
  const g1 = uncompressed(curve.G1, curve.G1.g);
  const g2 = uncompressed(curve.G2, curve.G2.g);
  const repeat = (point: Uint8Array, count: number) => {
    for (let index = 0; index < count; index += 1) hash.update(point);
  };
  repeat(g1, 2 * size - 1);
  repeat(g2, size);
  repeat(g1, 2 * size);
  return hash.update(g2).digest();
}

async function contributions(input: {
  readonly curve: Curve;
  readonly powers: Powers;
  readonly keys: readonly KnowledgeProof[];
  readonly challenge: Uint8Array;
}): Promise<Uint8Array> {
  const { curve, powers, keys, challenge } = input;
  const { G1, G2 } = curve;
  const response = blake2b.create({ dkLen: 64 }).update(challenge);
  for (const [group, points] of sectionPoints(curve, powers)) {
    response.update(await group.batchLEMtoC(points));
  }
  const partial = partialState(response);
  const keyPoints: (readonly [Group, Uint8Array])[] = [
    ...keys.flatMap((key) => [[G1, key.base] as const, [G1, key.multiple] as const]),
    ...keys.map((key) => [G2, key.multipleG2] as const),
  ];
  for (const [group, point] of keyPoints) response.update(uncompressed(group, point));
  const next = createHash("blake2b512").update(response.digest());
  for (const [group, points] of sectionPoints(curve, powers)) {
    next.update(await group.batchLEMtoU(points));
  }
  return Buffer.concat([
    word(1),
    powers.tauG1.subarray(G1_BYTES, 2 * G1_BYTES),
    powers.tauG2.subarray(G2_BYTES, 2 * G2_BYTES),
    powers.alphaTauG1.subarray(0, G1_BYTES),
    powers.betaTauG1.subarray(0, G1_BYTES),
    powers.betaG2,
    ...keyPoints.map(([, point]) => point),
    partial,
    next.digest(),
    word(1),
    beaconParameters(POWERS_BEACON),
  ]);
}

function sectionPoints(curve: Curve, powers: Powers): (readonly [Group, Uint8Array])[] {
  return [
    [curve.G1, powers.tauG1],
    [curve.G2, powers.tauG2],
    [curve.G1, powers.alphaTauG1],
    [curve.G1, powers.betaTauG1],
    [curve.G2, powers.betaG2],
  ];
}

/** The file format stores a blake2b state before its last block: snarkjs reads it back. */
function partialState(hash: object): Uint8Array {
  const field = (name: string): unknown => Reflect.get(hash, name);
  const number = (name: string): number => Number(field(name));
  const buffer = field("buffer");
  if (!(buffer instanceof Uint8Array) || !("v0l" in hash)) {
    throw new TypeError("@noble/hashes keeps its blake2b state differently: adapt partialState");
  }
  const state = Buffer.alloc(216);
  state.set(buffer);
  for (let index = 0; index < 8; index += 1) {
    state.writeInt32LE(number(`v${index}l`), 128 + 8 * index);
    state.writeInt32LE(number(`v${index}h`), 132 + 8 * index);
  }
  state.writeUInt32LE(number("length") - number("pos"), 192);
  state.writeUInt32LE(number("pos"), 200);
  return state;
}
