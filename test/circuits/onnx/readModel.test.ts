import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CompilerError, type CompilerErrorCode } from "../../../circuits/compiler/compilerError.ts";
import { readModel } from "../../../circuits/compiler/onnx/readModel.ts";
import { attributes, buildModel, encodeModel, modelMessage, type TestModel } from "./buildModel.ts";

const float = { elementType: "float32" as const };
const simple: TestModel = {
  nodes: [{ operator: "Add", inputs: ["x", "w"], outputs: ["y"], name: "add" }],
  inputs: [{ name: "x", shape: ["batch", 2] }],
  outputs: [{ name: "y", shape: ["batch", 2] }],
  constants: [{ name: "w", ...float, shape: [2], data: [1, 2] }],
};

function refuses(code: CompilerErrorCode, file: Uint8Array): void {
  assert.throws(
    () => readModel(file),
    (error) => error instanceof CompilerError && error.code === code && error.message.length > 20,
  );
}

/** The simple model with its message changed. */
function damaged(change: (message: ReturnType<typeof modelMessage>) => object): Uint8Array {
  return encodeModel(change(modelMessage(simple)));
}

function withWeights(weights: object): Uint8Array {
  return damaged((message) => ({
    ...message,
    graph: { ...message.graph, initializer: [{ name: "w", dims: [2], dataType: 1, ...weights }] },
  }));
}

function withNodes(...nodes: TestModel["nodes"]): Uint8Array {
  return buildModel({ ...simple, nodes });
}

describe("readModel", () => {
  it("reads nodes, inputs, outputs and weights", () => {
    const model = readModel(buildModel(simple));
    assert.equal(model.opset, 17);
    assert.deepEqual(model.inputs, [{ name: "x", ...float, dimensions: ["batch", 2] }]);
    assert.deepEqual(
      model.nodes.map(({ name, operator }) => [name, operator]),
      [["add", "Add"]],
    );
    assert.deepEqual([...(model.initializers.get("w")?.data ?? [])], [1, 2]);
  });

  it("refuses bytes that are no protobuf", () => {
    refuses("NotProtobuf", new TextEncoder().encode("not a model, just text"));
    refuses("NotProtobuf", buildModel(simple).slice(0, -3));
  });

  it("refuses a file without a graph", () => {
    refuses("GraphMissing", new Uint8Array());
    refuses(
      "GraphMissing",
      damaged(({ opsetImport }) => ({ irVersion: 8, opsetImport })),
    );
  });

  it("refuses an opset it does not know", () => {
    refuses("OpsetUnsupported", buildModel({ ...simple, opset: 6 }));
    refuses("OpsetUnsupported", buildModel({ ...simple, opset: 99 }));
    refuses(
      "OpsetUnsupported",
      damaged((message) => ({ ...message, opsetImport: [] })),
    );
  });

  it("refuses operators of other domains and model-local functions", () => {
    const domain = "com.microsoft";
    refuses(
      "DomainUnsupported",
      withNodes({ operator: "Gelu", inputs: ["x"], outputs: ["y"], domain }),
    );
    refuses(
      "DomainUnsupported",
      damaged((m) => ({ ...m, functions: [Uint8Array.of(1)] })),
    );
  });

  it("refuses external data", () => {
    refuses("ExternalData", withWeights({ dataLocation: 1 }));
    refuses("ExternalData", withWeights({ externalData: [Uint8Array.of(0)] }));
  });

  it("refuses tensors of other types and sparse tensors", () => {
    refuses("TensorTypeUnsupported", withWeights({ dataType: 8 }));
    refuses("TensorTypeUnsupported", withWeights({ dataType: 14 }));
    refuses(
      "TensorTypeUnsupported",
      damaged((m) => ({ ...m, graph: { ...m.graph, sparseInitializer: [Uint8Array.of(1)] } })),
    );
    refuses(
      "TensorTypeUnsupported",
      damaged((m) => ({
        ...m,
        graph: { ...m.graph, input: [{ name: "x", type: { sequenceType: Uint8Array.of(0) } }] },
      })),
    );
  });

  it("refuses tensors whose data does not fill their shape", () => {
    refuses("TensorTruncated", withWeights({ floatData: [1] }));
    refuses("TensorTruncated", withWeights({ rawData: new Uint8Array(7) }));
    refuses("TensorTruncated", withWeights({ floatData: [1, 2, 3] }));
  });

  it("refuses shapes that would take more memory than a model may", () => {
    refuses("ModelTooLarge", withWeights({ dims: [2 ** 20, 2 ** 20] }));
    refuses("ModelTooLarge", withWeights({ dims: [-1] }));
    refuses("ModelTooLarge", withWeights({ dims: new Array(20).fill(1) }));
  });

  it("refuses NaN weights", () => {
    refuses("WeightNotFinite", withWeights({ floatData: [1, NaN] }));
  });

  it("refuses names that are given twice", () => {
    const add = { operator: "Add", inputs: ["x", "w"], outputs: ["y"] };
    refuses("NameDuplicate", withNodes(add, add));
    refuses("NameDuplicate", withNodes({ ...add, outputs: ["x"] }));
  });

  it("refuses values that nobody writes", () => {
    refuses(
      "ValueUndefined",
      withNodes({ operator: "Add", inputs: ["x", "ghost"], outputs: ["y"] }),
    );
    refuses("ValueUndefined", withNodes({ operator: "Relu", inputs: ["x"], outputs: ["z"] }));
  });

  it("refuses cycles", () => {
    refuses(
      "GraphCyclic",
      withNodes(
        { operator: "Add", inputs: ["x", "b"], outputs: ["a"] },
        { operator: "Relu", inputs: ["a"], outputs: ["b"] },
        { operator: "Relu", inputs: ["a"], outputs: ["y"] },
      ),
    );
  });

  it("sorts nodes and leaves out those that no output needs", () => {
    const model = readModel(
      withNodes(
        { operator: "Relu", inputs: ["a"], outputs: ["y"], name: "last" },
        { operator: "Exp", inputs: ["a"], outputs: ["unused"], name: "unused" },
        { operator: "Add", inputs: ["x", "w"], outputs: ["a"], name: "first" },
      ),
    );
    assert.deepEqual(
      model.nodes.map(({ name }) => name),
      ["first", "last"],
    );
  });

  it("survives a chain of 50,000 nodes", () => {
    const count = 50_000;
    const nodes = Array.from({ length: count }, (_, i) => ({
      operator: "Identity",
      inputs: [i === 0 ? "x" : `v${i}`],
      outputs: [i === count - 1 ? "y" : `v${i + 1}`],
    }));
    assert.equal(readModel(withNodes(...nodes.reverse())).nodes.length, count);
  });

  it("never throws anything but a CompilerError, whatever byte is changed", () => {
    const file = buildModel({
      ...simple,
      nodes: [
        {
          operator: "Concat",
          inputs: ["x", "w"],
          outputs: ["y"],
          attributes: { axis: attributes.int(0), names: attributes.strings("a", "b") },
        },
      ],
    });
    for (let at = 0; at < file.length; at++) {
      for (const flip of [0x01, 0x10, 0x80, 0xff]) {
        const changed = file.slice();
        changed[at] = (changed[at] ?? 0) ^ flip;
        try {
          readModel(changed);
        } catch (error) {
          assert.ok(error instanceof CompilerError, `byte ${at} ^ ${flip}: ${String(error)}`);
        }
      }
    }
  });
});
