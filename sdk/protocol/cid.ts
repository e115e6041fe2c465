import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";

/** CIDv1, raw bytes, sha-256 of 32 bytes: the only kind of address artefacts have here. */
const PREFIX = Uint8Array.of(0x01, 0x55, 0x12, 0x20);
const DIGEST_BYTES = 32;
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
/** 36 bytes in base32, and the multibase letter before them. */
const CID_PATTERN = /^bafkrei[a-z2-7]{52}$/;

/** The content address of some bytes, e.g. `bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku`. */
export function cidOf(bytes: Uint8Array): string {
  return cidOfDigest(sha256(bytes));
}

/** The address of the bytes with this sha-256 digest (32 bytes, or 0x and 64 hexadecimal digits). */
export function cidOfDigest(digest: Uint8Array | `0x${string}`): string {
  const bytes = typeof digest === "string" ? hexToBytes(digest.slice(2)) : digest;
  if (bytes.length !== DIGEST_BYTES)
    throw new RangeError(`a digest has 32 bytes, not ${bytes.length}`);
  return `b${toBase32(Uint8Array.of(...PREFIX, ...bytes))}`;
}

/**
 * The sha-256 digest inside an address, as 0x and 64 hexadecimal digits.
 * @throws RangeError when it is no CIDv1 of raw bytes with sha-256
 */
export function digestOfCid(cid: string): `0x${string}` {
  if (!isCid(cid))
    throw new RangeError(`${JSON.stringify(cid)} is no CIDv1 of raw bytes and sha-256`);
  return `0x${bytesToHex(fromBase32(cid.slice(1)).subarray(PREFIX.length))}`;
}

/** Whether a string is such an address in its one canonical spelling. */
export function isCid(cid: string): boolean {
  return CID_PATTERN.test(cid) && `b${toBase32(fromBase32(cid.slice(1)))}` === cid;
}

function toBase32(bytes: Uint8Array): string {
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += ALPHABET.charAt((buffer >> (bits - 5)) & 31);
    buffer &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + ALPHABET.charAt((buffer << (5 - bits)) & 31);
}

function fromBase32(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let buffer = 0;
  let bits = 0;
  let offset = 0;
  for (const letter of text) {
    buffer = ((buffer << 5) | ALPHABET.indexOf(letter)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[offset] = (buffer >> bits) & 0xff;
    offset += 1;
  }
  return bytes;
}
