// npm run bench -- gas|groups|path|prove|setup [--json]: figures, not tests. With --json the last line of stdout is one object.
import { parseArgs } from "node:util";

interface Options {
  readonly json: boolean;
  /** Compare with the committed figures and the goals. */
  readonly check: boolean;
  /** Make them the committed figures. */
  readonly write: boolean;
  /** One row, by its name. */
  readonly only?: string | undefined;
}

const benches: Readonly<Record<string, () => Promise<{ run(options: Options): Promise<void> }>>> = {
  gas: async () => import("./gas.ts"),
  groups: async () => import("./proveGroups.ts"),
  path: async () => import("./path.ts"),
  prove: async () => import("./prove.ts"),
  setup: async () => import("./setup.ts"),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    check: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    only: { type: "string" },
  },
});
const bench = benches[positionals[0] ?? ""];
if (bench === undefined || positionals.length !== 1) {
  console.error(`Usage: npm run bench -- ${Object.keys(benches).join("|")} [--json] [--only NAME]`);
  process.exitCode = 1;
} else {
  try {
    await (await bench()).run(values);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
