const BASE_GAS = 21_000n;

/** What bytes of calldata cost: 4 or 16 each (EIP-2028). */
export function calldataGas(data: string): bigint {
  const bytes = Buffer.from(data.slice(2), "hex");
  return bytes.reduce((gas, byte) => gas + (byte === 0 ? 4n : 16n), 0n);
}

/** What a transaction costs before it executes. */
export function intrinsicGas(data: string): bigint {
  return BASE_GAS + calldataGas(data);
}
