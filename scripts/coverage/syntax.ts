import solc from "solc";
import { z } from "zod";

/** The package says that everything about it is of any type. */
interface Compiler {
  compile(
    input: string,
    callbacks: { readonly import: (path: string) => { readonly contents: string } },
  ): string;
}
const compiler: Compiler = solc;

const node = z.looseObject({ nodeType: z.string(), src: z.string() });
const output = z.object({
  errors: z.array(z.object({ severity: z.string(), formattedMessage: z.string() })).default([]),
  sources: z.record(z.string(), z.object({ ast: node })).default({}),
});

/** A node of solc's syntax tree. */
export class SyntaxNode {
  readonly nodeType: string;
  /** In bytes of the source. */
  readonly start: number;
  readonly end: number;
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(fields: z.infer<typeof node>) {
    const [start = 0, length = 0] = fields.src.split(":").map(Number);
    this.nodeType = fields.nodeType;
    this.start = start;
    this.end = start + length;
    this.#fields = fields;
  }

  /** Empty if it has no such text. */
  text(name: string): string {
    const value = this.#fields[name];
    return typeof value === "string" ? value : "";
  }

  /** The nodes in one field, or in all of them. */
  children(name?: string): readonly SyntaxNode[] {
    const values: readonly unknown[] =
      name === undefined ? Object.values(this.#fields) : [this.#fields[name]];
    return values.flat().flatMap((value) => {
      const read = node.safeParse(value);
      return read.success ? [new SyntaxNode(read.data)] : [];
    });
  }
}

/**
 * The syntax tree of one file; what it imports is not read.
 * @throws Error if solc cannot parse it.
 */
export function parseSource(source: string): SyntaxNode {
  const input = {
    language: "Solidity",
    sources: { source: { content: source } },
    settings: { stopAfter: "parsing", outputSelection: { "*": { "": ["ast"] } } },
  };
  const parsed = output.parse(
    JSON.parse(compiler.compile(JSON.stringify(input), { import: () => ({ contents: "" }) })),
  );
  const errors = parsed.errors.filter(({ severity }) => severity === "error");
  const tree = parsed.sources["source"]?.ast;
  if (errors.length > 0 || tree === undefined) {
    throw new Error(errors.map((each) => each.formattedMessage).join("\n"));
  }
  return new SyntaxNode(tree);
}
