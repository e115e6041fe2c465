/** ABI types of our structs' fields, written out once more: independent of contracts and protocol. */
export const TERMS_TYPES: readonly string[] = [
  "uint256",
  "uint256",
  "uint256",
  "uint256",
  "uint8",
  "uint256",
  "uint256",
  "uint256",
  "bytes32",
];

export const ASSIGNMENT_TYPES: readonly string[] = [
  "uint256",
  "address",
  "uint256",
  "address",
  "uint256",
  "uint256",
  "uint256",
  "address",
  "uint256",
  "uint256",
  "uint256",
  "uint8",
  "uint256",
  "uint256",
  "uint256",
];

export const RELEASE_TYPES: readonly string[] = [
  "bytes32",
  "uint256",
  "uint256",
  "uint8",
  "uint8",
  "uint256",
  "uint256",
  "uint256",
  "uint256",
  "uint256",
  "uint256",
  "bytes32",
  "uint8",
  "uint256",
  "uint256",
  "bytes32",
];
