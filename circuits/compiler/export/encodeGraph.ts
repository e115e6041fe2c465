import { ModelProto } from "../onnx/descriptor.ts";
import { DATA_TYPES, type GraphWriter, type WrittenConstant } from "./graphWriter.ts";

const IR_VERSION = 8;
const OPSET = 17;
/** AttributeProto.AttributeType.INT */
const INT_ATTRIBUTE = 2;

/** A graph input or output of int64 elements. */
export interface Port {
  readonly name: string;
  readonly shape: readonly number[];
}

/** The graph as the bytes of an ONNX file; equal graphs give equal bytes. */
export function encodeGraph(
  graph: GraphWriter,
  ports: { readonly inputs: readonly Port[]; readonly outputs: readonly Port[] },
): Uint8Array {
  const message = ModelProto.fromObject({
    irVersion: IR_VERSION,
    producerName: "assay",
    opsetImport: [{ domain: "", version: OPSET }],
    graph: {
      name: "integer model",
      node: graph.nodes.map(({ operator, inputs, output, attributes }) => ({
        opType: operator,
        name: output,
        input: inputs,
        output: [output],
        attribute: Object.entries(attributes).map(([name, i]) => ({
          name,
          i,
          type: INT_ATTRIBUTE,
        })),
      })),
      initializer: graph.constants.map((constant) => ({
        name: constant.name,
        dims: constant.shape,
        dataType: DATA_TYPES[constant.type],
        rawData: rawData(constant),
      })),
      input: ports.inputs.map(valueInfo),
      output: ports.outputs.map(valueInfo),
    },
  });
  return ModelProto.encode(message).finish();
}

function valueInfo({ name, shape }: Port) {
  const dim = shape.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: DATA_TYPES.int64, shape: { dim } } } };
}

function rawData({ type, values }: WrittenConstant): Uint8Array {
  const width = type === "int64" ? 8 : 4;
  const view = new DataView(new ArrayBuffer(values.length * width));
  Array.from(values).forEach((value, index) => {
    if (type === "int64") view.setBigInt64(index * width, BigInt(value), true);
    else view.setFloat32(index * width, value, true);
  });
  return new Uint8Array(view.buffer);
}
