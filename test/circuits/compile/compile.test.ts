import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { compile, type CompileRequest } from "../../../circuits/compiler/compile.ts";
import { CompilerError, type CompilerErrorCode } from "../../../circuits/compiler/compilerError.ts";
import { serializeModel } from "../../../circuits/compiler/integer/modelFile.ts";
import { interpret } from "../../../circuits/compiler/integer/interpret.ts";
import { attributes, buildModel, type TestModel } from "../onnx/buildModel.ts";

const { float, int } = attributes;

const mlp: TestModel = {
  nodes: [
    { operator: "Gemm", inputs: ["x", "w1", "b1"], outputs: ["h"], name: "first" },
    { operator: "Relu", inputs: ["h"], outputs: ["r"], name: "relu" },
    { operator: "MatMul", inputs: ["r", "w2"], outputs: ["y"], name: "second" },
  ],
  inputs: [{ name: "x", shape: ["batch", 3] }],
  outputs: [{ name: "y", shape: ["batch", 2] }],
  constants: [
    {
      name: "w1",
      shape: [3, 4],
      data: [0.1, -0.2, 0.3, 0.4, 0.5, -0.6, 0.7, 0.8, -0.9, 1, 0.2, 0.3],
    },
    { name: "b1", shape: [4], data: [0.1, 0.2, -0.3, 0] },
    { name: "w2", shape: [4, 2], data: [1, -1, 0.5, 0.25, -0.75, 0.3, 0.2, 0.9] },
  ],
};
const samples = [[[0.5, -0.5, 1]], [[-1, 0.25, 0.75]]];

function node(operator: string, extra: Partial<TestModel["nodes"][number]> = {}): TestModel {
  return {
    nodes: [{ operator, inputs: ["x"], outputs: ["y"], name: "it", ...extra }],
    inputs: [{ name: "x", shape: [1, 4] }],
    outputs: [{ name: "y", shape: [1, 4] }],
  };
}

function refuses(code: CompilerErrorCode, request: CompileRequest, ...words: string[]): void {
  assert.throws(
    () => compile(request),
    (error) => {
      assert.ok(error instanceof CompilerError, String(error));
      assert.equal(error.code, code, error.message);
      for (const word of words) assert.ok(error.message.includes(word), error.message);
      return true;
    },
  );
}

describe("compile", () => {
  it("reports shapes, formats and accuracy", () => {
    const { schema, report } = compile({ onnx: buildModel(mlp), samples });
    assert.deepEqual(schema.inputs, [
      { name: "x", shape: [1, 3], elementType: "int16", fractionBits: 14 },
    ]);
    assert.equal(schema.outputs.length, 1);
    assert.equal(report.samples, 2);
    assert.equal(report.top1Agreement, 1);
    assert.ok(report.relativeError < 0.002);
    assert.ok(report.meanError <= report.maxError);
  });

  it("gives the same model for the same request", () => {
    const [first, second] = [0, 1].map(() =>
      serializeModel(compile({ onnx: buildModel(mlp), samples }).model),
    );
    assert.deepEqual(first, second);
  });

  it("takes the payload format that the publisher states", () => {
    const input = [{ elementType: "uint8" as const, fractionBits: 4 }];
    const { schema, model } = compile({ onnx: buildModel(mlp), samples, input });
    assert.equal(schema.inputs[0]?.elementType, "uint8");
    assert.equal(schema.inputs[0]?.fractionBits, 4);
    assert.equal(model.inputs[0]?.elementType, "uint8");
  });

  it("answers every payload, far outside the samples too", () => {
    const { model } = compile({ onnx: buildModel(mlp), samples });
    for (const extreme of [-32768, 0, 32767]) {
      const [output] = interpret(model, [Float64Array.of(extreme, -extreme - 1, extreme)]);
      const limits = model.values[model.outputs[0]?.value ?? 0];
      output?.forEach((value, i) => {
        assert.ok(value >= (limits?.low[i] ?? NaN) && value <= (limits?.high[i] ?? NaN));
      });
    }
  });

  it("saturates a little past the calibrated range, not at the edge of the payload's type", () => {
    const { model, schema } = compile({
      onnx: buildModel(node("Relu")),
      samples: [[[1, 2, 3, 4]]],
      input: [{ elementType: "int16", fractionBits: 4 }],
    });
    const [output] = interpret(model, [Float64Array.of(32767, -32768, 0, 16)]);
    const unit = 2 ** (schema.outputs[0]?.fractionBits ?? 0);
    const largest = (output?.[0] ?? 0) / unit;
    assert.ok(largest >= 4 * 1.5 && largest < 4 * 1.5 * 2, `${largest}`);
    assert.deepEqual([...(output ?? [])].slice(1), [0, 0, unit]);
  });

  it("gives a graph without inputs one byte that nothing reads", () => {
    const onnx = buildModel({
      nodes: [{ operator: "Neg", inputs: ["c"], outputs: ["y"] }],
      inputs: [],
      outputs: [{ name: "y", shape: [2] }],
      constants: [{ name: "c", shape: [2], data: [1, -0.5] }],
    });
    const { model, schema, report } = compile({ onnx, samples: [] });
    assert.deepEqual(schema.inputs, [
      { name: "unread", shape: [1], elementType: "uint8", fractionBits: 0 },
    ]);
    const answers = [0, 255].map((byte) => interpret(model, [Float64Array.of(byte)])[0]);
    assert.deepEqual(answers[0], answers[1]);
    assert.equal(report.maxError, 0);
  });

  it("compiles without samples", () => {
    assert.equal(compile({ onnx: buildModel(mlp), samples: [] }).report.samples, 1);
  });

  it("folds what scales a linear layer into its weights", () => {
    const scaled: TestModel = {
      ...mlp,
      nodes: [
        ...mlp.nodes
          .slice(0, 2)
          .map((each) => (each.name === "relu" ? { ...each, inputs: ["m"] } : each)),
        { operator: "Mul", inputs: ["h", "c"], outputs: ["m"] },
        ...mlp.nodes.slice(2),
      ],
      constants: [...(mlp.constants ?? []), { name: "c", shape: [4], data: [0.3, 0.7, 1.1, 0.9] }],
    };
    const kinds = compile({ onnx: buildModel(scaled), samples }).model.operations.map(
      (o) => o.kind,
    );
    assert.deepEqual(kinds, ["input", "matMul", "rescale", "matMul", "rescale"]);
  });
});

describe("compile refuses", () => {
  it("an unknown operator, naming the node and what comes nearest", () => {
    const onnx = buildModel(node("Reluu"));
    refuses("OperatorUnknown", { onnx, samples: [] }, "node: it", "Reluu", "nearest: Relu");
    const loop = buildModel(node("Loop"));
    refuses("OperatorUnknown", { onnx: loop, samples: [] }, "unrolled at export");
  });

  it("a form of an operator that cannot be proved", () => {
    const onnx = buildModel(node("Resize", { attributes: { mode: attributes.string("cubic") } }));
    refuses("InputInvalid", { onnx, samples: [] }, "node: it");
    const cubic = buildModel({
      ...node("Resize", {
        inputs: ["x", "", "s"],
        attributes: { mode: attributes.string("cubic") },
      }),
      constants: [{ name: "s", shape: [2], data: [1, 2] }],
    });
    refuses("OperatorForm", { onnx: cubic, samples: [] }, "node: it", "mode cubic", "nearest");
  });

  it("a dimension that is open beyond the batch", () => {
    const open = { ...node("Relu"), inputs: [{ name: "x", shape: ["batch", "length"] }] };
    const onnx = buildModel(open);
    refuses("ShapeDynamic", { onnx, samples: [] }, "length");
    const { schema } = compile({ onnx, samples: [[[1, 2, 3]]], dimensions: { length: 3 } });
    assert.deepEqual(schema.inputs[0]?.shape, [1, 3]);
  });

  it("a shape that depends on the request", () => {
    const onnx = buildModel({
      ...node("Reshape", { inputs: ["x", "shape"] }),
      inputs: [
        { name: "x", shape: [1, 4] },
        { name: "shape", elementType: "int64", shape: [2] },
      ],
    });
    refuses(
      "ShapePrivate",
      {
        onnx,
        samples: [
          [
            [1, 2, 3, 4],
            [2, 2],
          ],
        ],
      },
      "node: it",
      "shape",
    );
    refuses("ShapePrivate", { onnx: buildModel(node("NonZero")), samples: [[[0, 1, 0, 1]]] });
  });

  it("samples that do not fit", () => {
    const onnx = buildModel(mlp);
    refuses("SampleInvalid", { onnx, samples: [[[1, 2]]] }, "expected: 3");
    refuses("SampleInvalid", { onnx, samples: [[]] });
    refuses("SampleInvalid", { onnx, samples: [[[1, 2, NaN]]] });
  });

  it("weights that are infinite", () => {
    const onnx = buildModel({
      ...node("Mul", { inputs: ["x", "c"] }),
      constants: [{ name: "c", shape: [], data: [Infinity] }],
    });
    refuses("WeightNotFinite", { onnx, samples: [] }, "node: it");
  });

  it("a value that may reach 2^52, naming the layer", () => {
    const onnx = buildModel({
      ...node("Pow", { inputs: ["x", "three"] }),
      inputs: [{ name: "x", elementType: "int32", shape: [1, 4] }],
      outputs: [{ name: "y", elementType: "int32", shape: [1, 4] }],
      constants: [{ name: "three", elementType: "int32", shape: [], data: [3] }],
    });
    refuses("RangeTooWide", { onnx, samples: [] }, "it");
  });

  it("options out of range", () => {
    const onnx = buildModel(mlp);
    refuses("OptionInvalid", { onnx, samples, precision: { activationBits: 40 } });
    refuses("OptionInvalid", { onnx, samples, precision: { margin: 0.5 } });
    const input = [{ elementType: "uint8" as const, fractionBits: 0.5 }];
    refuses("OptionInvalid", { onnx, samples, input });
  });

  it("attributes of another type than the operator has", () => {
    const onnx = buildModel(node("LeakyRelu", { attributes: { alpha: int(1) } }));
    refuses("AttributeInvalid", { onnx, samples: [] }, "alpha");
    const axis = buildModel(node("Softmax", { attributes: { axis: float(1) } }));
    refuses("AttributeInvalid", { onnx: axis, samples: [] }, "axis");
  });
});

describe("masked attention", () => {
  for (const mask of [-10_000, -1e9, -Infinity]) {
    it(`leaves masked elements out of a softmax (mask ${mask})`, () => {
      const onnx = buildModel({
        nodes: [
          { operator: "Add", inputs: ["x", "mask"], outputs: ["a"] },
          { operator: "Softmax", inputs: ["a"], outputs: ["y"] },
        ],
        inputs: [{ name: "x", shape: [1, 4] }],
        outputs: [{ name: "y", shape: [1, 4] }],
        constants: [{ name: "mask", shape: [4], data: [0, mask, 0, mask] }],
      });
      const { model, schema, report } = compile({ onnx, samples: [[[0.5, 3, -0.5, 1]]] });
      assert.ok(report.relativeError < 0.002);
      const [y] = interpret(model, [Float64Array.of(100, 30000, 0, 30000)]);
      assert.equal(y?.[1], 0);
      assert.equal(y?.[3], 0);
      const unit = 2 ** (schema.outputs[0]?.fractionBits ?? 0);
      assert.ok(Math.abs(((y?.[0] ?? 0) + (y?.[2] ?? 0)) / unit - 1) < 0.002);
    });
  }

  it("takes no ordinary subtraction for a mask", () => {
    const onnx = buildModel({
      nodes: [
        { operator: "Add", inputs: ["x", "c"], outputs: ["a"] },
        { operator: "Relu", inputs: ["a"], outputs: ["y"] },
      ],
      inputs: [{ name: "x", shape: [1, 2] }],
      outputs: [{ name: "y", shape: [1, 2] }],
      constants: [{ name: "c", shape: [2], data: [-10_000, -150] }],
    });
    const { report } = compile({ onnx, samples: [[[10_300, 350]]] });
    assert.ok(report.relativeError < 0.01, `${report.relativeError}`);
  });
});
