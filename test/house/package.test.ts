import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";

const root = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

/** Packs a workspace and unpacks it as a dependency of an empty project. */
async function install(workspace: "sdk", project: string): Promise<void> {
  await run("npm", ["pack", "--pack-destination", project], { cwd: join(root, workspace) });
  const target = join(project, "node_modules/@assay", workspace);
  await mkdir(target, { recursive: true });
  const tarball = join(project, `assay-${workspace}-0.1.0.tgz`);
  await run("tar", ["-xzf", tarball, "--strip-components=1", "-C", target]);
  for (const dependency of ["@noble", "zod"]) {
    await symlink(
      join(root, "node_modules", dependency),
      join(project, "node_modules", dependency),
    );
  }
}

describe("packed @assay/sdk", () => {
  it("computes a commitment in an empty project", async () => {
    const project = await mkdtemp(join(tmpdir(), "assay-sdk-"));
    try {
      await install("sdk", project);
      const program = `
        import { toWords } from "@assay/sdk/protocol/words";
        import { commit } from "@assay/sdk/protocol/commitment";
        console.log(commit(toWords(new Uint8Array(40))).toString());`;
      const { stdout } = await run(process.execPath, ["--input-type=module", "-e", program], {
        cwd: project,
      });
      const { toWords } = await import("../../sdk/protocol/words.ts");
      const { commit } = await import("../../sdk/protocol/commitment.ts");
      assert.equal(stdout.trim(), commit(toWords(new Uint8Array(40))).toString());
    } finally {
      await rm(project, { recursive: true, force: true });
    }
  });

  it("carries its types and its licence", async () => {
    const { stdout } = await run("npm", ["pack", "--dry-run", "--json"], {
      cwd: join(root, "sdk"),
    });
    const licence = await readFile(join(root, "sdk/LICENSE"), "utf8");
    assert.match(stdout, /dist\/protocol\/commitment\.d\.ts/);
    assert.match(stdout, /LICENSE/);
    assert.match(licence, /^MIT License/);
  });
});
