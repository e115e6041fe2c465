import { spawn } from "node:child_process";
import { join } from "node:path";

import { readCounts, type Counts } from "./counts.ts";

/** Runs `hardhat <args>` and returns its exit code and output, which it also passes through. */
async function hardhat(
  root: string,
  args: readonly string[],
  { isQuiet = false }: { readonly isQuiet?: boolean } = {},
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const tool = join(root, "node_modules/hardhat/dist/src/cli.js");
  const child = spawn(process.execPath, [tool, ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", isQuiet ? "ignore" : "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
    if (!isQuiet) process.stdout.write(chunk);
  });
  const exitCode = await new Promise<number>((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => {
      done(code ?? 1);
    });
  });
  return { exitCode, output };
}

/** Compiles the contracts, not the Solidity tests, which take twice as long; false if they do not compile. */
export async function buildContracts(
  root: string,
  options: { readonly isQuiet?: boolean } = {},
): Promise<boolean> {
  return (await hardhat(root, ["build", "--no-tests"], options)).exitCode === 0;
}

/** Runs the contract tests of one kind of runner. */
export async function runHardhatSuite(root: string, kind: "solidity" | "mocha"): Promise<Counts> {
  const { exitCode, output } = await hardhat(root, ["test", kind]);
  return readCounts(output, exitCode);
}
