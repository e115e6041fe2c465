import protobuf from "protobufjs/light.js";

/**
 * The part of onnx.proto3 (IR version 10) that the reader looks at. Field numbers are ONNX's.
 * Sparse tensors, sequences, maps and functions are declared only to see that they are there.
 */
const DESCRIPTOR = {
  nested: {
    onnx: {
      nested: {
        ModelProto: message({
          irVersion: [1, "int64"],
          producerName: [2, "string"],
          opsetImport: [8, "OperatorSetIdProto", "repeated"],
          graph: [7, "GraphProto"],
          functions: [25, "bytes", "repeated"],
        }),
        OperatorSetIdProto: message({ domain: [1, "string"], version: [2, "int64"] }),
        GraphProto: message({
          node: [1, "NodeProto", "repeated"],
          name: [2, "string"],
          initializer: [5, "TensorProto", "repeated"],
          input: [11, "ValueInfoProto", "repeated"],
          output: [12, "ValueInfoProto", "repeated"],
          sparseInitializer: [15, "bytes", "repeated"],
        }),
        NodeProto: message({
          input: [1, "string", "repeated"],
          output: [2, "string", "repeated"],
          name: [3, "string"],
          opType: [4, "string"],
          attribute: [5, "AttributeProto", "repeated"],
          domain: [7, "string"],
        }),
        AttributeProto: message({
          name: [1, "string"],
          f: [2, "float"],
          i: [3, "int64"],
          s: [4, "bytes"],
          t: [5, "TensorProto"],
          g: [6, "bytes"],
          floats: [7, "float", "repeated"],
          ints: [8, "int64", "repeated"],
          strings: [9, "bytes", "repeated"],
          type: [20, "int32"],
          refAttrName: [21, "string"],
        }),
        TensorProto: message({
          dims: [1, "int64", "repeated"],
          dataType: [2, "int32"],
          segment: [3, "bytes"],
          floatData: [4, "float", "repeated"],
          int32Data: [5, "int32", "repeated"],
          int64Data: [7, "int64", "repeated"],
          name: [8, "string"],
          rawData: [9, "bytes"],
          doubleData: [10, "double", "repeated"],
          uint64Data: [11, "uint64", "repeated"],
          externalData: [13, "bytes", "repeated"],
          dataLocation: [14, "int32"],
        }),
        ValueInfoProto: message({ name: [1, "string"], type: [2, "TypeProto"] }),
        TypeProto: message({
          tensorType: [1, "TensorType"],
          sequenceType: [4, "bytes"],
          mapType: [5, "bytes"],
          sparseTensorType: [8, "bytes"],
          optionalType: [9, "bytes"],
        }),
        TensorType: message({ elemType: [1, "int32"], shape: [2, "TensorShapeProto"] }),
        TensorShapeProto: message({ dim: [1, "Dimension", "repeated"] }),
        Dimension: message({ dimValue: [1, "int64"], dimParam: [2, "string"] }),
      },
    },
  },
};

type FieldText = readonly [id: number, type: string, rule?: "repeated"];

function message(fields: Readonly<Record<string, FieldText>>): protobuf.IType {
  return {
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, [id, type, rule]]) => [
        name,
        rule === undefined ? { id, type } : { id, type, rule },
      ]),
    ),
  };
}

/** The protobuf message type of a whole ONNX file; also what tests encode their models with. */
export const ModelProto: protobuf.Type =
  protobuf.Root.fromJSON(DESCRIPTOR).lookupType("onnx.ModelProto");
