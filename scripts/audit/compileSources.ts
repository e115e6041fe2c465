import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import solc from "solc";
import { z } from "zod";

const output = z.object({
  errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).optional(),
  contracts: z.record(z.string(), z.record(z.string(), z.looseObject({}))),
  sources: z.record(z.string(), z.looseObject({})),
});

/** The package says that everything about it is of any type. */
interface Compiler {
  version(): string;
  compile(
    input: string,
    callbacks: { readonly import: (path: string) => { readonly contents: string } },
  ): string;
}
const compiler: Compiler = solc;

/** Slither reads sources and their syntax trees; of the code it only wants to see that it has a place. */
const NO_CODE = {
  bytecode: { object: "", sourceMap: "" },
  deployedBytecode: { object: "", sourceMap: "" },
};

/**
 * Writes what Slither needs of the contracts, without the mocks, as a build of Hardhat: `folder`/build-info.
 * Slither would otherwise look for a native solc, which no package registry has.
 * @throws Error if the contracts do not compile.
 */
export function compileSources(root: string, folder: string): void {
  const version = /^[0-9.]+/.exec(compiler.version())?.[0];
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(
      sourcePaths(root).map((path) => [path, { content: readFileSync(join(root, path), "utf8") }]),
    ),
    settings: {
      evmVersion: "osaka",
      outputSelection: { "*": { "": ["ast"], "*": ["abi", "userdoc", "devdoc"] } },
    },
  };
  const readImport = (path: string) => ({
    contents: readFileSync(join(root, "node_modules", path), "utf8"),
  });
  const compiled = output.parse(
    JSON.parse(compiler.compile(JSON.stringify(input), { import: readImport })),
  );
  const errors = (compiled.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map((each) => each.formattedMessage).join("\n"));

  for (const contracts of Object.values(compiled.contracts)) {
    for (const contract of Object.values(contracts)) contract["evm"] = NO_CODE;
  }
  mkdirSync(join(folder, "build-info"), { recursive: true });
  const build = { solcVersion: version, input, output: compiled };
  writeFileSync(join(folder, "build-info", "contracts.json"), JSON.stringify(build));
}

function sourcePaths(root: string): readonly string[] {
  return readdirSync(join(root, "contracts"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".sol"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((path) => !/^contracts\/(mocks|node_modules|artifacts)\//.test(path))
    .sort();
}
