import { refusal } from "../refusal.ts";
import { Attributes, type Attribute } from "./attribute.ts";
import { decodeModel, type AttributeMessage, type GraphMessage } from "./decodeModel.ts";
import type { NodeMessage, ValueInfoMessage } from "./decodeModel.ts";
import { elementTypeOf } from "./elementType.ts";
import { LIMITS } from "./limits.ts";
import type { OnnxModel, OnnxNode, ValueInfo } from "./model.ts";
import { sortNodes } from "./sortNodes.ts";
import { type Tensor } from "./tensor.ts";
import { readTensor } from "./tensorData.ts";

/**
 * Reads an ONNX file. The bytes are treated as hostile: nothing is allocated, trusted or run
 * because the file says so.
 * @param file the whole file, at most 256 MiB
 * @throws CompilerError NotProtobuf, GraphMissing, OpsetUnsupported, DomainUnsupported, ExternalData,
 *   tensorTypeUnsupported, tensorTruncated, tensorTooLarge, weightNotFinite, nameDuplicate,
 *   valueUndefined, graphCyclic, modelTooLarge, attributeInvalid
 */
export function readModel(file: Uint8Array): OnnxModel {
  const message = decodeModel(file);
  const graph = message.graph;
  if (graph === undefined || (graph.node.length === 0 && graph.output.length === 0)) {
    throw refusal("GraphMissing");
  }
  if (message.functions.length > 0) {
    throw refusal("DomainUnsupported", { domain: "model-local functions" });
  }
  const opset = readOpset(message.opsetImport);
  if (graph.node.length > LIMITS.nodes) {
    throw refusal("ModelTooLarge", { nodes: graph.node.length, limit: LIMITS.nodes });
  }
  if (graph.sparseInitializer.length > 0) {
    throw refusal("TensorTypeUnsupported", { tensor: "sparse_initializer" });
  }
  const initializers = readInitializers(graph);
  const inputs = graph.input.filter(({ name }) => !initializers.has(name ?? "")).map(readValueInfo);
  const outputs = graph.output.map(readValueInfo);
  const nodes = sortNodes({
    nodes: graph.node.map((node, index) => readNode(node, index)),
    known: [...inputs.map(({ name }) => name), ...initializers.keys()],
    outputs: outputs.map(({ name }) => name),
  });
  return { opset, inputs, outputs, initializers, nodes };
}

function readOpset(
  imports: readonly { readonly domain?: string; readonly version?: number }[],
): number {
  const standard = imports.filter(({ domain }) => isStandard(domain));
  const version = standard[0]?.version;
  if (
    version === undefined ||
    standard.some((entry) => entry.version !== version) ||
    version < LIMITS.lowestOpset ||
    version > LIMITS.highestOpset
  ) {
    throw refusal("OpsetUnsupported", {
      opset: version ?? "none",
      lowest: LIMITS.lowestOpset,
      highest: LIMITS.highestOpset,
    });
  }
  return version;
}

function readInitializers(graph: GraphMessage): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  let elements = 0;
  for (const message of graph.initializer) {
    const name = message.name ?? "";
    if (tensors.has(name)) throw refusal("NameDuplicate", { name });
    const tensor = readTensor(message);
    elements += tensor.data.length;
    if (elements > LIMITS.totalElements) {
      throw refusal("ModelTooLarge", { elements, limit: LIMITS.totalElements });
    }
    tensors.set(name, tensor);
  }
  return tensors;
}

function isStandard(domain = ""): boolean {
  return domain === "" || domain === "ai.onnx";
}

function readValueInfo(message: ValueInfoMessage): ValueInfo {
  const name = message.name ?? "";
  const tensorType = message.type?.tensorType;
  const elementType = elementTypeOf(tensorType?.elemType ?? 0);
  if (tensorType === undefined || elementType === undefined) {
    throw refusal("TensorTypeUnsupported", {
      tensor: name,
      dataType: tensorType?.elemType ?? "not a tensor",
    });
  }
  const dimensions = tensorType.shape?.dim.map(({ dimValue, dimParam }) =>
    dimValue !== undefined && dimValue > 0 ? dimValue : (dimParam ?? null),
  );
  return { name, elementType, dimensions };
}

function readNode(message: NodeMessage, index: number): OnnxNode {
  const operator = message.opType ?? "";
  const name = (message.name ?? "") === "" ? `${operator}#${index}` : (message.name ?? "");
  if (!isStandard(message.domain)) {
    throw refusal("DomainUnsupported", {
      node: name,
      operator,
      domain: message.domain,
    });
  }
  const attributes = new Map<string, Attribute>();
  for (const attribute of message.attribute) {
    const key = attribute.name ?? "";
    if (attributes.has(key)) throw refusal("NameDuplicate", { node: name, name: key });
    attributes.set(key, readAttribute(name, attribute));
  }
  return {
    name,
    operator,
    inputs: message.input,
    outputs: message.output,
    attributes: new Attributes(name, attributes),
  };
}

const text = new TextDecoder();

function readAttribute(node: string, message: AttributeMessage): Attribute {
  const declared = message.type ?? 0;
  switch (declared === 0 ? guessType(message) : declared) {
    case 1:
      return { kind: "float", value: message.f ?? 0 };
    case 2:
      return { kind: "int", value: message.i ?? 0 };
    case 3:
      return { kind: "string", value: text.decode(message.s ?? new Uint8Array()) };
    case 4:
      if (message.t !== undefined) {
        return { kind: "tensor", value: readTensor(message.t, `${node}.${message.name}`) };
      }
      break;
    case 5:
      return { kind: "graph" };
    case 6:
      return { kind: "floats", value: message.floats };
    case 7:
      return { kind: "ints", value: message.ints };
    case 8:
      return { kind: "strings", value: message.strings.map((bytes) => text.decode(bytes)) };
  }
  throw refusal("AttributeInvalid", {
    node,
    attribute: message.name,
    expected: "float, int, string, tensor or a list of them",
    actual: `type ${message.type ?? 0}`,
  });
}

/** Files before IR version 2 carry no attribute type; the field that is set tells it. */
function guessType(message: AttributeMessage): number {
  if (message.f !== undefined) return 1;
  if (message.i !== undefined) return 2;
  if (message.s !== undefined) return 3;
  if (message.t !== undefined) return 4;
  if (message.g !== undefined) return 5;
  if (message.floats.length > 0) return 6;
  if (message.strings.length > 0) return 8;
  return 7;
}
