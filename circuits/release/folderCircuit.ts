import { type Compilation, compile } from "../compiler/compile.ts";
import { buildCircuit } from "../compiler/r1cs/buildCircuit.ts";
import { encodeR1cs } from "../compiler/r1cs/writeR1cs.ts";
import { type ModelFolder, readModelFolder } from "./modelFolder.ts";

/** @throws CompilerError */
export function compileFolder({ onnx, samples, description }: ModelFolder): Compilation {
  const { input } = description;
  if (input === undefined) return compile({ onnx, samples });
  return compile({ onnx, samples, input: Array.isArray(input) ? input : [input] });
}

/**
 * The circuit that a release of the folder has, and the release's name and version.
 * @throws ReleaseError ModelFolderInvalid; CompilerError
 */
export async function folderCircuit(
  directory: string,
): Promise<{ readonly name: string; readonly r1cs: Uint8Array }> {
  const folder = await readModelFolder(directory);
  const { name, version } = folder.description;
  const r1cs = encodeR1cs(buildCircuit(compileFolder(folder).model));
  return { name: `${name}-${version}`, r1cs };
}
