import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { defineConfig } from "hardhat/config";
import { fileURLToPath } from "node:url";

/** solc from npm: nothing is downloaded outside the package registry. */
const compilerWith = (optimizer: { readonly runs: number }) => ({
  version: "0.8.37",
  path: fileURLToPath(import.meta.resolve("solc/soljson.js")),
  settings: { evmVersion: "osaka", optimizer: { enabled: true, ...optimizer }, viaIR: true },
});

export default defineConfig({
  plugins: [toolbox],
  paths: { sources: "contracts", tests: { mocha: "test/contracts", solidity: "test/contracts" } },
  solidity: {
    // What is called seldom has to fit into 24,576 bytes; what every request runs shall be fast.
    compilers: [compilerWith({ runs: 5_000 })],
    overrides: Object.fromEntries(
      ["InferenceCoordinator", "ModelRegistry", "OperatorRegistry", "ZkVerifier"].map((name) => [
        `contracts/${name}.sol`,
        compilerWith({ runs: 1_000_000 }),
      ]),
    ),
  },
  // The ABI that everybody uses is sdk/protocol/abi; types of a second one would only differ.
  typechain: { dontOverrideCompile: true },
  test: { solidity: { fuzz: { runs: 256 }, invariant: { runs: 32, depth: 200 } } },
  networks: { default: { type: "edr-simulated", chainType: "l1", hardfork: "osaka" } },
});
