import { readdir, readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { expect } from "chai";
import { skipUnderCoverage } from "./support/underCoverage.ts";

const ARTIFACTS = resolve(import.meta.dirname, "../../artifacts/contracts");
/** EIP-170. */
const MAXIMUM_CODE = 24_576;
/** EIP-3860, of code and constructor before its arguments. */
const MAXIMUM_INIT_CODE = 49_152;
/** What has to be among them, so that an empty folder does not pass. */
const DEPLOYED = [
  "CeremonyBook",
  "CoordinatorExtension",
  "InferenceCoordinator",
  "KeyStore",
  "ModelRegistry",
  "OperatorRegistry",
  "ZkVerifier",
];

interface Sized {
  readonly contractName: string;
  readonly bytecode: string;
  readonly deployedBytecode: string;
}

/** Everything that has code and is not a mock. */
async function deployable(): Promise<readonly Sized[]> {
  const files = await readdir(ARTIFACTS, { recursive: true });
  const paths = files.filter(
    (file) => /\.sol\/\w+\.json$/.test(file) && !file.startsWith("mocks/"),
  );
  const artifacts = await Promise.all(
    paths.map(
      async (path) => JSON.parse(await readFile(resolve(ARTIFACTS, path), "utf8")) as Sized,
    ),
  );
  return artifacts.filter(({ deployedBytecode }) => deployedBytecode !== "0x");
}

const bytesOf = (code: string): number => (code.length - 2) / 2;

describe("code that is deployed", () => {
  it("fits into what a chain takes", async function () {
    skipUnderCoverage(this);
    const contracts = await deployable();
    expect(contracts.map(({ contractName }) => contractName)).to.include.members(DEPLOYED);
    for (const { contractName, bytecode, deployedBytecode } of contracts) {
      expect(bytesOf(deployedBytecode), contractName).to.be.at.most(MAXIMUM_CODE);
      expect(bytesOf(bytecode) + 1_000, contractName).to.be.at.most(MAXIMUM_INIT_CODE);
    }
  });
});
