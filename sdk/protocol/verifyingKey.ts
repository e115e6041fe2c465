import { keccak_256 } from "@noble/hashes/sha3.js";
import { hexToBytes } from "@noble/hashes/utils.js";

/** Affine x, y over BN254's base field. */
export type G1Point = readonly [x: bigint, y: bigint];

/** Affine x, y over the quadratic extension; each coordinate is [real, imaginary], as in snarkjs. */
export type G2Point = readonly [x: readonly [bigint, bigint], y: readonly [bigint, bigint]];

/** A Groth16 verifying key: what a verifier needs and what stands on chain, nothing else. */
export interface VerifyingKey {
  readonly alpha: G1Point;
  readonly beta: G2Point;
  readonly gamma: G2Point;
  readonly delta: G2Point;
  /** One point for the constant one and one per public signal. */
  readonly ic: readonly G1Point[];
}

/** snarkjs's `verification_key.json`, without the pairing it caches in `vk_alphabeta_12`. */
export interface SnarkjsVerifyingKey {
  readonly protocol: "groth16";
  readonly curve: "bn128";
  readonly nPublic: number;
  readonly vk_alpha_1: readonly string[];
  readonly vk_beta_2: readonly (readonly string[])[];
  readonly vk_gamma_2: readonly (readonly string[])[];
  readonly vk_delta_2: readonly (readonly string[])[];
  readonly IC: readonly (readonly string[])[];
}

const MAX_PUBLIC_SIGNALS = 64;
/** Alpha, beta and gamma of an encoded key. */
const SETUP_BYTES = 320;

export function toSnarkjsVerifyingKey(key: VerifyingKey): SnarkjsVerifyingKey {
  return {
    protocol: "groth16",
    curve: "bn128",
    nPublic: key.ic.length - 1,
    vk_alpha_1: g1Strings(key.alpha),
    vk_beta_2: g2Strings(key.beta),
    vk_gamma_2: g2Strings(key.gamma),
    vk_delta_2: g2Strings(key.delta),
    IC: key.ic.map(g1Strings),
  };
}

/**
 * The bytes that `KeyStore.registerKey` takes: alpha, beta, gamma, delta, then all of ic; 32
 * big-endian bytes a coordinate, those of G2 imaginary part first (EIP-197).
 */
export function encodeVerifyingKey(key: VerifyingKey): Uint8Array {
  const g2 = [key.beta, key.gamma, key.delta].flatMap((point) =>
    point.flatMap(([real, imaginary]) => [imaginary, real]),
  );
  const coordinates = [...key.alpha, ...g2, ...key.ic.flat()];
  const encoded = new Uint8Array(coordinates.length * 32);
  coordinates.forEach((value, index) => encoded.set(toBytes32(value), index * 32));
  return encoded;
}

/** keccak256 of the encoded key: its id on chain. */
export function verifyingKeyId(key: VerifyingKey): Uint8Array {
  return keccak_256(encodeVerifyingKey(key));
}

/** keccak256(alpha, beta, gamma): shared by all keys of one powers-of-tau file; registries pin it. */
export function setupOf(key: Pick<VerifyingKey, "alpha" | "beta" | "gamma">): Uint8Array {
  const { alpha, beta, gamma } = key;
  const encoded = encodeVerifyingKey({ alpha, beta, gamma, delta: gamma, ic: [] });
  return keccak_256(encoded.subarray(0, SETUP_BYTES));
}

/**
 * Reads a snarkjs verification key. Whether the points lie on the curve is left to whoever
 * verifies or registers; this checks the shape only.
 * @throws TypeError naming the field that is missing or malformed.
 */
export function parseVerifyingKey(json: unknown): VerifyingKey {
  const field = (name: string): unknown =>
    typeof json === "object" && json !== null ? Reflect.get(json, name) : undefined;
  if (field("protocol") !== "groth16" || field("curve") !== "bn128") {
    throw new TypeError("verifying key: protocol and curve must be groth16 and bn128");
  }
  const ic = list(field("IC"), "IC").map((point, index) => g1Point(point, `IC[${index}]`));
  if (ic.length < 1 || ic.length > MAX_PUBLIC_SIGNALS + 1 || field("nPublic") !== ic.length - 1) {
    throw new TypeError(`verifying key: nPublic must be the ${ic.length - 1} that IC shows`);
  }
  return {
    alpha: g1Point(field("vk_alpha_1"), "vk_alpha_1"),
    beta: g2Point(field("vk_beta_2"), "vk_beta_2"),
    gamma: g2Point(field("vk_gamma_2"), "vk_gamma_2"),
    delta: g2Point(field("vk_delta_2"), "vk_delta_2"),
    ic,
  };
}

function g1Strings([x, y]: G1Point): readonly string[] {
  return [`${x}`, `${y}`, "1"];
}

function g2Strings([x, y]: G2Point): readonly (readonly string[])[] {
  return [x.map(String), y.map(String), ["1", "0"]];
}

function toBytes32(value: bigint): Uint8Array {
  return hexToBytes(value.toString(16).padStart(64, "0"));
}

function g1Point(value: unknown, name: string): G1Point {
  const [x, y, z, ...rest] = list(value, name);
  if (z !== "1" || rest.length > 0) throw new TypeError(`verifying key: ${name} is not affine`);
  return [integer(x, name), integer(y, name)];
}

function g2Point(value: unknown, name: string): G2Point {
  const [x, y, z, ...rest] = list(value, name);
  const [one, zero] = list(z, name);
  if (one !== "1" || zero !== "0" || rest.length > 0) {
    throw new TypeError(`verifying key: ${name} is not affine`);
  }
  return [pair(x, name), pair(y, name)];
}

function pair(value: unknown, name: string): readonly [bigint, bigint] {
  const [first, second, ...rest] = list(value, name);
  if (rest.length > 0) throw new TypeError(`verifying key: ${name} has too many coordinates`);
  return [integer(first, name), integer(second, name)];
}

function list(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`verifying key: ${name} must be an array`);
  return value;
}

function integer(value: unknown, name: string): bigint {
  if (typeof value !== "string" || !/^(0|[1-9][0-9]{0,77})$/.test(value)) {
    throw new TypeError(`verifying key: ${name} must hold decimal strings`);
  }
  return BigInt(value);
}
