import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bindGraph } from "../../../circuits/compiler/graph/bindGraph.ts";
import { evaluateGraph } from "../../../circuits/compiler/graph/evaluateGraph.ts";
import { expandGraph } from "../../../circuits/compiler/graph/expandGraph.ts";
import { FUSED, fuseFunctions } from "../../../circuits/compiler/graph/fuseFunctions.ts";
import type { Graph } from "../../../circuits/compiler/graph/graph.ts";
import { poolBeforeRelu } from "../../../circuits/compiler/graph/poolBeforeRelu.ts";
import { elementwiseCost } from "../../../circuits/compiler/lower/elementwiseCost.ts";
import { findEvaluate, findExpand } from "../../../circuits/compiler/lower/registry.ts";
import { readModel } from "../../../circuits/compiler/onnx/readModel.ts";
import type { Tensor } from "../../../circuits/compiler/onnx/tensor.ts";
import { attributes, buildModel, type TestModel, type TestNode } from "../onnx/buildModel.ts";

const { ints } = attributes;
const data = [-2, -1, -0.25, 0, 0.5, 1, 1.5, 3];

function graphOf(nodes: readonly TestNode[], extra: Partial<TestModel> = {}): Graph {
  const inputs = [{ name: "x", shape: [1, 1, 2, 4] }];
  const outputs = [{ name: "y", shape: ["?"] }];
  return bindGraph(readModel(buildModel({ nodes, inputs, outputs, ...extra })));
}

function feedOf(graph: Graph): Tensor[] {
  return graph.inputs.map((input) => ({ ...input, data: Float64Array.from(data) }));
}

function run(graph: Graph): number[] {
  return [...(evaluateGraph(graph, feedOf(graph), findEvaluate).get("y")?.data ?? [])];
}

const operators = (graph: Graph): string[] => graph.nodes.map(({ operator }) => operator);
const node = (operator: string, inputs: string[], output: string, extra = {}): TestNode => ({
  operator,
  inputs,
  outputs: [output],
  ...extra,
});
const expand = (graph: Graph): Graph =>
  expandGraph({ graph, feeds: feedOf(graph), find: findEvaluate, findExpand });

function fuse(graph: Graph): Graph {
  const values = evaluateGraph(graph, feedOf(graph), findEvaluate);
  const shapes = new Map([...values].map(([name, { shape }]) => [name, shape]));
  return fuseFunctions({ graph, shapes, classify: elementwiseCost });
}

describe("bindGraph", () => {
  it("sets the batch to 1 wherever its name stands", () => {
    const graph = graphOf([node("Relu", ["x"], "y")], {
      inputs: [{ name: "x", shape: ["n", 2, "n"] }],
    });
    assert.deepEqual(graph.inputs[0]?.shape, [1, 2, 1]);
  });
});

describe("expandGraph", () => {
  it("computes what does not depend on the request", () => {
    const graph = graphOf([
      node("Shape", ["x"], "s"),
      node("Mul", ["s", "s"], "t"),
      node("ReduceSum", ["t"], "sum"),
      node("Cast", ["sum"], "c", { attributes: { to: attributes.int(1) } }),
      node("Add", ["x", "c"], "y"),
    ]);
    const expanded = expand(graph);
    assert.deepEqual(operators(expanded), ["Add"]);
    assert.deepEqual([...(expanded.constants.get("c")?.data ?? [])], [1 + 1 + 4 + 16]);
  });

  it("replaces composites by nodes that compute the same", () => {
    const graph = graphOf([node("LogSoftmax", ["x"], "y")]);
    const expanded = expand(graph);
    assert.ok(!operators(expanded).includes("LogSoftmax"));
    const sum = run(expanded)
      .slice(0, 4)
      .reduce((total, value) => total + Math.exp(value), 0);
    assert.ok(Math.abs(sum - 1) < 1e-6);
  });
});

describe("poolBeforeRelu", () => {
  const pool = (strides: number) =>
    graphOf([
      node("Relu", ["x"], "r"),
      node("MaxPool", ["r"], "y", {
        attributes: { kernel_shape: ints(1, 2), strides: ints(1, strides) },
      }),
    ]);

  it("swaps where windows are separate, and changes no value", () => {
    const swapped = poolBeforeRelu(pool(2));
    assert.deepEqual(operators(swapped), ["MaxPool", "Relu"]);
    assert.deepEqual(run(swapped), run(pool(2)));
  });

  it("leaves overlapping windows and shared values as they are", () => {
    assert.deepEqual(operators(poolBeforeRelu(pool(1))), ["Relu", "MaxPool"]);
    const shared = graphOf(
      [
        node("Relu", ["x"], "r"),
        node("MaxPool", ["r"], "y", {
          attributes: { kernel_shape: ints(1, 2), strides: ints(1, 2) },
        }),
      ],
      {
        outputs: [
          { name: "y", shape: ["?"] },
          { name: "r", shape: ["?"] },
        ],
      },
    );
    assert.deepEqual(operators(poolBeforeRelu(shared)), ["Relu", "MaxPool"]);
  });
});

describe("fuseFunctions", () => {
  const mish = [
    node("Softplus", ["x"], "s"),
    node("Tanh", ["s"], "t"),
    node("Mul", ["x", "t"], "y"),
  ];

  it("makes one function of a chain and computes the same", () => {
    const graph = graphOf(mish);
    const fused = fuse(graph);
    assert.deepEqual(operators(fused), [FUSED]);
    assert.deepEqual(run(fused), run(graph));
  });

  it("takes uniform constants of any shape into the function", () => {
    const constants = [{ name: "c", shape: [4], data: [2, 2, 2, 2] }];
    const graph = graphOf(
      [node("Exp", ["x"], "e"), node("Add", ["e", "c"], "a"), node("Log", ["a"], "y")],
      { constants },
    );
    assert.deepEqual(operators(fuse(graph)), [FUSED]);
    const uneven = [{ name: "c", shape: [4], data: [1, 2, 3, 4] }];
    const other = graphOf(
      [node("Exp", ["x"], "e"), node("Add", ["e", "c"], "a"), node("Log", ["a"], "y")],
      { constants: uneven },
    );
    assert.deepEqual(operators(fuse(other)), ["Exp", "Add", "Log"]);
  });

  it("leaves what saves no table", () => {
    assert.deepEqual(
      operators(fuse(graphOf([node("Relu", ["x"], "r"), node("Tanh", ["r"], "y")]))),
      [FUSED],
    );
    assert.deepEqual(
      operators(fuse(graphOf([node("Neg", ["x"], "n"), node("Tanh", ["n"], "y")]))),
      ["Neg", "Tanh"],
    );
    assert.deepEqual(
      operators(fuse(graphOf([node("Mul", ["x", "x"], "m"), node("Relu", ["m"], "y")]))),
      ["Mul", "Relu"],
    );
  });

  it("computes once what is needed outside too", () => {
    const graph = graphOf(
      [
        node("Exp", ["x"], "e"),
        node("Tanh", ["e"], "t"),
        node("Sigmoid", ["t"], "g"),
        node("Log", ["g"], "y"),
      ],
      {
        outputs: [
          { name: "y", shape: ["?"] },
          { name: "t", shape: ["?"] },
        ],
      },
    );
    const fused = fuse(graph);
    assert.deepEqual(
      fused.nodes.map(({ operator, inputs }) => [operator, inputs[0]]),
      [
        [FUSED, "x"],
        [FUSED, "t"],
      ],
    );
    assert.deepEqual(run(fused), run(graph));
  });
});
