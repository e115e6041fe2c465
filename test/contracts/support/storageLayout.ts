import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../..");

/** One variable as the compiler placed it. */
export interface Placed {
  readonly label: string;
  readonly slot: string;
  readonly offset: number;
  readonly type: string;
}

/** Where a contract keeps what it stores, for ever and during a transaction. */
export interface StorageLayout {
  readonly storage: readonly Placed[];
  readonly transient: readonly Placed[];
}

interface Compiler {
  compile(
    input: string,
    readers: { readonly import: (path: string) => { readonly contents: string } },
  ): string;
}

interface Layout {
  readonly storage: readonly Placed[];
  readonly types: Readonly<Record<string, Type>> | null;
}

interface Type {
  readonly label: string;
  readonly numberOfBytes: string;
  readonly key?: string;
  readonly value?: string;
  readonly members?: readonly Placed[];
}

interface Compiled {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts: Readonly<
    Record<
      string,
      Readonly<
        Record<string, { readonly storageLayout: Layout; readonly transientStorageLayout: Layout }>
      >
    >
  >;
}

/**
 * Asks the compiler where contracts keep their state; nothing is translated to code.
 * @param paths Under contracts/, without `.sol`; the layouts are by the same names.
 */
export function storageLayouts(paths: readonly string[]): ReadonlyMap<string, StorageLayout> {
  const compiler = createRequire(import.meta.url)("solc") as Compiler;
  const sources = paths.map((path) => `contracts/${path}.sol`);
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(sources.map((source) => [source, { content: read(source) }])),
    settings: {
      evmVersion: "osaka",
      outputSelection: { "*": { "*": ["storageLayout", "transientStorageLayout"] } },
    },
  };
  const text = compiler.compile(JSON.stringify(input), {
    import: (path) => ({ contents: read(path) }),
  });
  const { contracts, errors = [] } = JSON.parse(text) as Compiled;
  const failed = errors.filter(({ severity }) => severity === "error");
  if (failed.length > 0) throw new Error(failed.map((one) => one.formattedMessage).join("\n"));
  return new Map(
    paths.map((path) => {
      const compiled = contracts[`contracts/${path}.sol`]?.[path.replace(/^.*\//, "")];
      if (compiled === undefined) throw new Error(`${path} was not compiled`);
      const { storageLayout, transientStorageLayout } = compiled;
      return [
        path,
        { storage: placesOf(storageLayout), transient: placesOf(transientStorageLayout) },
      ];
    }),
  );
}

function placesOf({ storage, types }: Layout): readonly Placed[] {
  return storage.map(({ label, slot, offset, type }) => ({
    label,
    slot,
    offset,
    type: described(types ?? {}, type),
  }));
}

/** A type with the types of its parts: the compiler's own names carry ids that differ by run. */
function described(types: Readonly<Record<string, Type>>, id: string): string {
  const type = types[id];
  if (type === undefined) throw new Error(`the compiler does not describe ${id}`);
  const { label, numberOfBytes, value, members = [] } = type;
  const parts = members.map(
    (member) => `${member.label}@${member.slot}+${member.offset}: ${described(types, member.type)}`,
  );
  const to = value === undefined ? "" : ` -> ${described(types, value)}`;
  const inside = parts.length === 0 ? "" : ` { ${parts.join(", ")} }`;
  return `${label} (${numberOfBytes})${to}${inside}`;
}

function read(path: string): string {
  const file = path.startsWith("contracts/") ? path : join("node_modules", path);
  return readFileSync(join(ROOT, file), "utf8");
}
