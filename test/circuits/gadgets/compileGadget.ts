import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const run = promisify(execFile);

/** A use of a circom template. */
export interface GadgetCall {
  readonly template: string;
  /** File under circuits/gadgets; the template's own by default. */
  readonly file?: string;
  readonly parameters: string;
  /** 1 keeps every linear row, as our own rows do; 2 substitutes them, as Poseidon needs. */
  readonly optimization: 1 | 2;
}

export interface CompiledGadget {
  readonly r1cs: Uint8Array;
  /** A satisfying assignment, made by circom's own witness code. */
  readonly witnessFor: (inputs: Readonly<Record<string, unknown>>) => Promise<Uint8Array>;
}

/** Compiles one template as a circuit of its own; circom2 sees only files below the root. */
export async function compileGadget(call: GadgetCall, name: string): Promise<CompiledGadget> {
  const folder = `build/gadgets/${process.pid}`;
  const file = call.file ?? `../../../circuits/gadgets/${call.template}.circom`;
  await mkdir(`${ROOT}${folder}`, { recursive: true });
  await writeFile(
    `${ROOT}${folder}/${name}.circom`,
    `pragma circom 2.2.2;\ninclude "${file}";\ncomponent main = ${call.template}(${call.parameters});\n`,
  );
  await node("node_modules/circom2/cli.js", [
    `${folder}/${name}.circom`,
    "--r1cs",
    "--wasm",
    `--O${call.optimization}`,
    "-o",
    folder,
  ]);
  return {
    r1cs: await readFile(`${ROOT}${folder}/${name}.r1cs`),
    witnessFor: async (inputs) => {
      const [input, witness] = [`${folder}/${name}.json`, `${folder}/${name}.wtns`];
      const text = (_key: string, value: unknown): unknown =>
        typeof value === "bigint" ? value.toString() : value;
      await writeFile(`${ROOT}${input}`, JSON.stringify(inputs, text));
      const wasm = `${folder}/${name}_js/${name}.wasm`;
      await node("node_modules/snarkjs/build/cli.cjs", ["wtns", "calculate", wasm, input, witness]);
      return readFile(`${ROOT}${witness}`);
    },
  };
}

async function node(script: string, args: readonly string[]): Promise<void> {
  await run(process.execPath, [script, ...args], { cwd: ROOT });
}
