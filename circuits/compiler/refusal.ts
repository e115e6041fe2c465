import { CompilerError, type CompilerErrorCode } from "./compilerError.ts";

/** What is wrong and what to do about it, for every code the ONNX front end throws. */
const SENTENCES = {
  NotProtobuf: "The file is not an ONNX protobuf; pass the .onnx file itself, unpacked.",
  GraphMissing: "The file holds no graph; export the model again.",
  OpsetUnsupported: "The opset is not supported; export with an opset between the two bounds.",
  DomainUnsupported:
    "The operator is not in the standard ONNX domain; export with standard operators only.",
  ExternalData: "Weights lie outside the file; save the model with its weights inside.",
  TensorTypeUnsupported: "The tensor's type is not supported; use dense numbers or booleans.",
  TensorTruncated: "The tensor's data does not fill its shape; the file is damaged.",
  WeightNotFinite: "A constant is not a finite number; repair the weights and export again.",
  NameDuplicate: "A name is given twice; ONNX names each value once.",
  ValueUndefined: "A value is read that nothing writes; the file is damaged.",
  GraphCyclic: "Nodes wait for each other's outputs; ONNX graphs have no cycles.",
  AttributeInvalid: "An attribute does not fit its operator; export the model again.",
  InputInvalid: "An input does not fit its operator; the file contradicts the ONNX specification.",
  OperatorUnknown: "The operator is not supported; replace it by the nearest supported one.",
  OperatorForm: "This form of the operator cannot be proved; use the nearest supported form.",
  ShapeDynamic: "A dimension beyond the batch is open; export with fixed shapes.",
  ShapePrivate: "A shape or index depends on the request's input; make it constant.",
  SampleInvalid: "A sample does not fit the model's inputs.",
  OptionInvalid: "A compile option is out of its range.",
  ModelTooLarge: "The model is larger than one release may be; split or shrink it.",
  RangeTooWide: "A value may reach 2^52; lower the precision of this layer or clip its input.",
  ShapeMismatch: "Shapes do not fit together.",
} as const satisfies Partial<Record<CompilerErrorCode, string>>;

/** A `CompilerError` whose message is the code's sentence with the offending values after it. */
export function refusal(
  code: keyof typeof SENTENCES,
  data: Readonly<Record<string, unknown>> = {},
): CompilerError {
  const details = Object.entries(data)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join(", ");
  const sentence = SENTENCES[code];
  return new CompilerError(code, details === "" ? sentence : `${sentence} (${details})`, data);
}
