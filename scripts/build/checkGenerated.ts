/** Fails when a generated file is not what its generator makes today. Needs the compiled contracts. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

/** Each says what differs and how to remake it. */
const generators = ["scripts/build/generateAbi.ts"];

const stale = generators.filter((script) => {
  const { status } = spawnSync(process.execPath, [join(root, script), "--check"], {
    cwd: root,
    stdio: "inherit",
  });
  return status !== 0;
});
if (readFileSync(join(root, "package-lock.json"), "utf8").includes(`"resolved": "http`)) {
  console.error("package-lock.json names the addresses of a registry; keep .npmrc as it is");
  stale.push("package-lock.json");
}
if (stale.length > 0) process.exitCode = 1;
else console.log(`${generators.length} generators, all files fresh`);
