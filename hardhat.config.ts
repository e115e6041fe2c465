import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { defineConfig } from "hardhat/config";
import { fileURLToPath } from "node:url";

export default defineConfig({
  plugins: [toolbox],
  paths: { sources: "contracts", tests: { mocha: "test/contracts", solidity: "test/contracts" } },
  solidity: {
    version: "0.8.37",
    // solc from npm: nothing is downloaded outside the package registry.
    path: fileURLToPath(import.meta.resolve("solc/soljson.js")),
    settings: { evmVersion: "osaka", optimizer: { enabled: true, runs: 15_000 }, viaIR: true },
  },
  // The ABI that everybody uses is sdk/protocol/abi; types of a second one would only differ.
  typechain: { dontOverrideCompile: true },
  test: { solidity: { fuzz: { runs: 256 }, invariant: { runs: 32, depth: 200 } } },
  networks: { default: { type: "edr-simulated", chainType: "l1", hardfork: "osaka" } },
});
