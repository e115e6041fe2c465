import type { Attribute } from "../../../circuits/compiler/onnx/attribute.ts";
import { ModelProto } from "../../../circuits/compiler/onnx/descriptor.ts";
import { dataTypeOf, type ElementType } from "../../../circuits/compiler/onnx/elementType.ts";

export interface TestTensor {
  readonly name: string;
  readonly elementType?: ElementType;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export interface TestNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly name?: string;
  readonly domain?: string;
}

export interface TestValue {
  readonly name: string;
  readonly elementType?: ElementType;
  readonly shape: readonly (number | string)[];
}

export interface TestModel {
  readonly opset?: number;
  readonly nodes: readonly TestNode[];
  readonly inputs: readonly TestValue[];
  readonly outputs: readonly TestValue[];
  readonly constants?: readonly TestTensor[];
}

/** The bytes of an ONNX file. */
export function buildModel(model: TestModel): Uint8Array {
  return encodeModel(modelMessage(model));
}

/** Encodes a message that a test may have damaged first. */
export function encodeModel(message: object): Uint8Array {
  return ModelProto.encode(ModelProto.fromObject(message)).finish();
}

export function modelMessage({ opset = 17, nodes, inputs, outputs, constants = [] }: TestModel) {
  return {
    irVersion: 8,
    opsetImport: [{ domain: "", version: opset }],
    functions: [] as Uint8Array[],
    graph: {
      name: "test",
      node: nodes.map(({ operator, inputs, outputs, attributes = {}, name, domain }, index) => ({
        opType: operator,
        name: name ?? `${operator}_${index}`,
        input: inputs,
        output: outputs,
        domain: domain ?? "",
        attribute: Object.entries(attributes).map(([key, value]) => attributeMessage(key, value)),
      })),
      initializer: constants.map(tensorMessage),
      input: inputs.map(valueMessage),
      output: outputs.map(valueMessage),
      sparseInitializer: [] as Uint8Array[],
    },
  };
}

export function tensorMessage({ name, elementType = "float32", shape, data }: TestTensor) {
  const dataType = dataTypeOf(elementType);
  const message = { name, dims: [...shape], dataType };
  switch (elementType) {
    case "float32":
      return { ...message, floatData: [...data] };
    case "float64":
      return { ...message, doubleData: [...data] };
    case "int64":
      return { ...message, int64Data: [...data] };
    case "uint64":
    case "uint32":
      return { ...message, uint64Data: [...data] };
    default:
      return { ...message, int32Data: [...data] };
  }
}

function valueMessage({ name, elementType = "float32", shape }: TestValue) {
  const dim = shape.map((size) =>
    typeof size === "number" ? { dimValue: size } : { dimParam: size },
  );
  return { name, type: { tensorType: { elemType: dataTypeOf(elementType), shape: { dim } } } };
}

function attributeMessage(name: string, attribute: Attribute) {
  switch (attribute.kind) {
    case "float":
      return { name, type: 1, f: attribute.value };
    case "int":
      return { name, type: 2, i: attribute.value };
    case "string":
      return { name, type: 3, s: new TextEncoder().encode(attribute.value) };
    case "tensor":
      return {
        name,
        type: 4,
        t: tensorMessage({ name, ...attribute.value, data: [...attribute.value.data] }),
      };
    case "floats":
      return { name, type: 6, floats: [...attribute.value] };
    case "ints":
      return { name, type: 7, ints: [...attribute.value] };
    case "strings":
      return { name, type: 8, strings: attribute.value.map((s) => new TextEncoder().encode(s)) };
    case "graph":
      return { name, type: 5, g: new Uint8Array() };
  }
}

export const attributes = {
  float: (value: number): Attribute => ({ kind: "float", value }),
  int: (value: number): Attribute => ({ kind: "int", value }),
  ints: (...value: number[]): Attribute => ({ kind: "ints", value }),
  floats: (...value: number[]): Attribute => ({ kind: "floats", value }),
  string: (value: string): Attribute => ({ kind: "string", value }),
  strings: (...value: string[]): Attribute => ({ kind: "strings", value }),
};
