import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import type { SolidityHooks, TestHooks } from "hardhat/types/hooks";
import type { HardhatPlugin } from "hardhat/types/plugins";

import {
  HITS_LIBRARY,
  instrument,
  LIBRARY_FILE,
  librarySource,
  type Branch,
} from "./instrument.ts";

/** Where a run says which branches there are, from the root; Hardhat writes beside it which tags were hit. */
export const BRANCHES_FILE = "coverage/branches.json";

/** Everything Hardhat compiled in this process, by file. */
const branches = new Map<string, readonly Branch[]>();

const solidity: Partial<SolidityHooks> = {
  async preprocessProjectFileBeforeBuilding(context, name, path, ...rest) {
    const [content, version, next] = rest;
    const counted = await next(context, name, path, content, version);
    // Tests, and what the configuration leaves out.
    if (!counted.includes(HITS_LIBRARY)) return counted;
    const file = relative(context.config.paths.root, path).split(sep).join("/");
    const instrumented = instrument({ file, source: counted });
    branches.set(file, instrumented.branches);
    return instrumented.source;
  },

  async preprocessSolcInputBeforeBuilding(context, input, next) {
    const counted = await next(context, input);
    const hits = Object.keys(counted.sources).find((name) => name.startsWith(HITS_LIBRARY));
    if (hits === undefined) return counted;
    const sources = { ...counted.sources, [LIBRARY_FILE]: { content: librarySource(hits) } };
    return { ...counted, sources };
  },
};

const test: Partial<TestHooks> = {
  async onTestRunDone(context, id, next) {
    await next(context, id);
    const path = join(context.config.paths.root, BRANCHES_FILE);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, JSON.stringify([...branches.values()].flat()));
  },
};

/** Beside the statements that Hardhat's `--coverage` counts: which way every condition went. */
export const branchCoverage: HardhatPlugin = {
  id: "assay-branch-coverage",
  hookHandlers: {
    solidity: async () => ({ default: async () => solidity }),
    test: async () => ({ default: async () => test }),
  },
};
