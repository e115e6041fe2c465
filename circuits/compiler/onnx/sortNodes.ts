import { refusal } from "../refusal.ts";
import type { OnnxNode } from "./model.ts";

/**
 * Nodes in topological order, the file's order kept where it already is one; nodes that no output
 * needs are left out, since they would only cost.
 * @throws CompilerError NameDuplicate, ValueUndefined, GraphCyclic
 */
export function sortNodes({
  nodes,
  known,
  outputs,
}: {
  readonly nodes: readonly OnnxNode[];
  readonly known: readonly string[];
  readonly outputs: readonly string[];
}): OnnxNode[] {
  const writers = collectWriters(nodes, known);
  const given = new Set(known);
  const state = new Map<OnnxNode, "open" | "done">();
  const needed = new Set<OnnxNode>();

  for (const output of outputs) {
    const first = writerOf(output, "graph output");
    if (first === undefined) continue;
    // An explicit stack, so that a long chain of nodes cannot overflow ours.
    const stack: OnnxNode[] = [first];
    for (let node = stack.at(-1); node !== undefined; node = stack.at(-1)) {
      if (state.get(node) === "done") {
        stack.pop();
        continue;
      }
      state.set(node, "open");
      const reader = node.name;
      const waiting = node.inputs
        .filter((name) => name !== "")
        .map((name) => writerOf(name, reader))
        .filter((writer) => writer !== undefined)
        .filter((writer) => state.get(writer) !== "done");
      const cyclic = waiting.find((writer) => state.get(writer) === "open");
      if (cyclic !== undefined) throw refusal("GraphCyclic", { node: cyclic.name });
      if (waiting.length > 0) {
        stack.push(...waiting.slice(0, 1));
      } else {
        state.set(node, "done");
        needed.add(node);
        stack.pop();
      }
    }
  }
  return [...needed];

  function writerOf(name: string, reader: string): OnnxNode | undefined {
    const writer = writers.get(name);
    if (writer === undefined && !given.has(name)) {
      throw refusal("ValueUndefined", { value: name, reader });
    }
    return writer;
  }
}

function collectWriters(
  nodes: readonly OnnxNode[],
  known: readonly string[],
): Map<string, OnnxNode> {
  const names = new Set<string>();
  for (const name of known) {
    if (names.has(name)) throw refusal("NameDuplicate", { name });
    names.add(name);
  }
  const writers = new Map<string, OnnxNode>();
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === "") continue;
      if (names.has(output)) throw refusal("NameDuplicate", { node: node.name, name: output });
      names.add(output);
      writers.set(output, node);
    }
  }
  return writers;
}
