import { expect } from "chai";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, "../..");

const CONFIG = `import { defineConfig } from "hardhat/config";
import { fileURLToPath } from "node:url";
export default defineConfig({
  solidity: {
    version: "0.8.37",
    path: fileURLToPath(import.meta.resolve("solc/soljson.js")),
    settings: { evmVersion: "osaka", optimizer: { enabled: true, runs: 200 }, viaIR: true },
  },
});
`;

const CONSUMER = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.37;

import {InferenceConsumer} from "@assay/contracts/consumer/InferenceConsumer.sol";
import {TensorLib} from "@assay/contracts/libraries/TensorLib.sol";
import {MockCoordinator} from "@assay/contracts/mocks/MockCoordinator.sol";
import {Delivery, Terms} from "@assay/contracts/types/Terms.sol";
import {Verification} from "@assay/contracts/types/Verification.sol";

contract Weather is InferenceConsumer {
    int256 public celsius;

    constructor(address coordinator) InferenceConsumer(msg.sender, coordinator) {}

    function ask(bytes32 releaseId, bytes calldata input) external payable returns (bytes32) {
        Terms memory terms = Terms({
            maxFee: msg.value,
            maxGasPrice: 0,
            callbackGas: 100_000,
            deadline: block.timestamp + 1 hours,
            delivery: Delivery.WhenAnswered,
            minBond: 0,
            minGrade: 0,
            operatorId: 0,
            measurement: 0
        });
        return _requestInference(releaseId, Verification.Zk, input, terms, msg.value);
    }

    function _onInference(bytes32, bytes calldata output, uint256, bool) internal override {
        celsius = TensorLib.readInt(output, 2, 0);
    }
}

contract WeatherTest {
    function test_keepsTheTemperature() external {
        MockCoordinator mock = new MockCoordinator();
        Weather weather = new Weather(address(mock));
        bytes32 requestId = weather.ask(keccak256("weather"), hex"0102");
        mock.answer(requestId, hex"fff6");
        require(weather.celsius() == -10);
    }
}
`;

/** An empty Hardhat project in which the packed workspace is installed. */
async function installInto(project: string): Promise<void> {
  await run("npm", ["pack", "--pack-destination", project], { cwd: join(ROOT, "contracts") });
  const target = join(project, "node_modules/@assay/contracts");
  await mkdir(target, { recursive: true });
  const tarball = join(project, "assay-contracts-0.1.0.tgz");
  await run("tar", ["-xzf", tarball, "--strip-components=1", "-C", target]);
  for (const dependency of ["hardhat", "solc", "@openzeppelin/contracts"]) {
    const link = join(project, "node_modules", dependency);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(ROOT, "node_modules", dependency), link);
  }
  await writeFile(join(project, "package.json"), `{ "name": "weather", "type": "module" }\n`);
  await writeFile(join(project, "hardhat.config.ts"), CONFIG);
  await mkdir(join(project, "contracts"));
  await writeFile(join(project, "contracts/Weather.t.sol"), CONSUMER);
}

/** Without what Hardhat told this process: it would be asked for our own project again. */
function environment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith("HARDHAT"));
  return Object.fromEntries(entries);
}

describe("packed @assay/contracts", () => {
  it("serves a consumer and its test in an empty Hardhat project", async function () {
    this.timeout(120_000);
    const project = await mkdtemp(join(tmpdir(), "assay-contracts-"));
    try {
      await installInto(project);
      const tool = join(project, "node_modules/hardhat/dist/src/cli.js");
      const options = { cwd: project, env: environment() };
      const tested = await run(process.execPath, [tool, "test", "solidity"], options);
      expect(tested.stdout).to.match(/1 passing/, tested.stdout + tested.stderr);
    } finally {
      await rm(project, { recursive: true, force: true });
    }
  });

  it("holds no test's own contracts, and its licence", async () => {
    const pack = await run("npm", ["pack", "--dry-run", "--json"], {
      cwd: join(ROOT, "contracts"),
    });
    expect(pack.stdout).to.match(/"InferenceCoordinator\.sol/);
    expect(pack.stdout).to.match(/InferenceConsumer\.sol/);
    expect(pack.stdout).to.match(/LICENSE/);
    expect(pack.stdout).to.not.match(/HostileConsumer|TestToken|LibraryHarness|SlotConsumer/);
    expect(await readFile(join(ROOT, "contracts/LICENSE"), "utf8")).to.match(/^MIT License/);
  });
});
