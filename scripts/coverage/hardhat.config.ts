import { defineConfig } from "hardhat/config";

import base from "../../hardhat.config.ts";
import { branchCoverage } from "./branchCoverage.ts";

const ARTIFACTS = "build/coverage/artifacts";
// Tests deploy in this process, and some not through Hardhat: scripts/deploy/deploy.ts.
process.env["ASSAY_ARTIFACTS"] = ARTIFACTS;

/** A build of its own, as the ordinary one shall not count anything. */
export default defineConfig({
  ...base,
  plugins: [...(base.plugins ?? []), branchCoverage],
  paths: {
    ...base.paths,
    artifacts: ARTIFACTS,
    cache: "build/coverage/cache",
  },
  coverage: { skipFiles: ["contracts/mocks/**"] },
});
