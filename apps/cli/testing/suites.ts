import { add, NO_TESTS, type Counts } from "./counts.ts";
import { buildContracts, runHardhatSuite } from "./hardhatSuite.ts";
import { runNodeSuite } from "./nodeSuite.ts";
import { runProverSuite } from "./proverSuite.ts";

export type SuiteName = "prover" | "contracts" | "unit" | "commands" | "e2e" | "faults";

/** In the order they run: what everything stands on first, whole processes last. */
export const SUITE_NAMES: readonly SuiteName[] = [
  "prover",
  "contracts",
  "unit",
  "commands",
  "e2e",
  "faults",
];

interface Setting {
  readonly root: string;
  readonly print: (line: string) => void;
}

const suites: Readonly<Record<SuiteName, (setting: Setting) => Promise<Counts>>> = {
  prover: runProverSuite,
  contracts: async ({ root }) =>
    add(await runHardhatSuite(root, "solidity"), await runHardhatSuite(root, "mocha")),
  unit: async ({ root, print }) =>
    runNodeSuite({
      root,
      print,
      files: ["test/{house,sdk,parity,circuits,orchestrator,prover}/**/*.test.ts"],
      concurrency: 2,
    }),
  // Most of them against a chain of their own.
  commands: async ({ root, print }) =>
    runNodeSuite({ root, print, files: ["test/{cli,scripts}/**/*.test.ts"], concurrency: 2 }),
  // Real processes under real deadlines: one scenario at a time.
  e2e: async ({ root, print }) =>
    runNodeSuite({ root, print, files: ["test/e2e/**/*.test.ts"], concurrency: 1 }),
  faults: async ({ root, print }) =>
    runNodeSuite({ root, print, files: ["test/faults/**/*.test.ts"], concurrency: 1 }),
};

/**
 * Compiles the contracts, runs the suites named, prints what they say, and returns the sum. The
 * others need the compiled contracts, so nothing runs without them; only the prover's suite can.
 */
export async function runSuites(names: readonly SuiteName[], setting: Setting): Promise<Counts> {
  const needsContracts = names.some((name) => name !== "prover");
  if (needsContracts && !(await buildContracts(setting.root))) {
    setting.print("FAILED: the contracts do not compile.");
    return { ...NO_TESTS, failed: 1 };
  }
  let sum = NO_TESTS;
  for (const name of names) {
    const start = performance.now();
    setting.print(`\n== ${name}`);
    const counts = await suites[name](setting);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    setting.print(`== ${name}: ${counts.passed} passed, ${counts.failed} failed, ${seconds} s`);
    sum = add(sum, counts);
  }
  return sum;
}
