import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig } from "hardhat/config";
import { fileURLToPath } from "node:url";

/** solc from npm: nothing is downloaded outside the package registry. */
const compilerWith = (optimizer: { readonly runs: number }) => ({
  version: "0.8.37",
  path: fileURLToPath(import.meta.resolve("solc/soljson.js")),
  settings: { evmVersion: "osaka", optimizer: { enabled: true, ...optimizer }, viaIR: true },
});

/** No step of a campaign reverts by itself, so one that does is a finding. */
const campaign = (size: { readonly runs: number; readonly depth: number }) => ({
  fuzz: { runs: 256 },
  invariant: { ...size, failOnRevert: true },
});
const isLong = process.env["ASSAY_LONG_TESTS"] !== undefined;

export default defineConfig({
  plugins: [toolbox],
  paths: {
    sources: "contracts",
    tests: { mocha: "test/contracts", solidity: "test/contracts" },
    ignition: "deploy/ignition",
  },
  solidity: {
    // What is called seldom has to fit into 24,576 bytes; what every request runs shall be fast.
    compilers: [compilerWith({ runs: 5_000 })],
    overrides: {
      ...Object.fromEntries(
        ["InferenceCoordinator", "KeyStore", "ModelRegistry", "OperatorRegistry", "ZkVerifier"].map(
          (name) => [`contracts/${name}.sol`, compilerWith({ runs: 1_000_000 })],
        ),
      ),
      "contracts/CoordinatorExtension.sol": compilerWith({ runs: 500 }),
    },
  },
  // The ABI that everybody uses is sdk/protocol/abi; types of a second one would only differ.
  typechain: { dontOverrideCompile: true },
  test: {
    solidity: {
      profiles: {
        default: campaign(isLong ? { runs: 2_048, depth: 1_000 } : { runs: 256, depth: 500 }),
        // Where each step costs many times as much: coverage.
        short: campaign({ runs: 8, depth: 250 }),
      },
    },
  },
  // docs/deployment.md; read when sources are verified.
  verify: { etherscan: { apiKey: configVariable("ETHERSCAN_API_KEY") } },
  networks: {
    default: { type: "edr-simulated", chainType: "l1", hardfork: "osaka" },
    // A rollup with the OP stack's predeploys.
    rollup: { type: "edr-simulated", chainType: "op", hardfork: "isthmus" },
    // Whatever chain is deployed to: docs/deployment.md. Read when it is used, from keystore or environment.
    remote: {
      type: "http",
      url: configVariable("ASSAY_DEPLOY_RPC_URL"),
      accounts: [configVariable("ASSAY_DEPLOY_KEY")],
    },
  },
});
