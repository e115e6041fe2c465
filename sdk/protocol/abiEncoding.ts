import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";

/** Bytes as in JSON-RPC: 0x and an even number of lower-case digits. */
export type Hex = `0x${string}`;

/** A field of a struct without dynamic parts: a number or bool as bigint, bytes32 or address as hex. */
export type StaticField = bigint | Hex;

const WORD_BITS = 256n;

/** keccak256 of the bytes. */
export function keccak(bytes: Uint8Array): Hex {
  return `0x${bytesToHex(keccak_256(bytes))}`;
}

/** keccak256 of the UTF-8 bytes, as Solidity hashes a string. */
export function keccakText(text: string): Hex {
  return keccak(utf8ToBytes(text));
}

/**
 * abi.encode of fields that take one word each.
 * @throws RangeError for a field below zero or beyond 256 bits.
 */
export function encodeStatic(fields: readonly StaticField[]): Uint8Array {
  return hexToBytes(fields.map(toWord).join(""));
}

function toWord(field: StaticField): string {
  const value = BigInt(field);
  if (value < 0n || value >> WORD_BITS !== 0n) throw new RangeError(`${field} fits no word`);
  return value.toString(16).padStart(64, "0");
}
