import { decodeBytes32String } from "ethers";

/** A value of a contract's error: the name of a field is text in 32 bytes, all else is said as it is. */
export function legible(value: unknown): string {
  if (typeof value !== "string") return String(value);
  try {
    const text = decodeBytes32String(value);
    return /^[A-Za-z]+$/.test(text) ? text : value;
  } catch {
    return value;
  }
}
