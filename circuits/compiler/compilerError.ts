/** Why the compiler refuses. One sentence each; the message carries the values and the next step. */
export type CompilerErrorCode =
  // integer model
  | "RangeTooWide" // a value, sum or product may reach 2^52
  | "ShapeMismatch" // shapes or counts of an operation's parts do not fit together
  | "ConstantNotInteger" // a weight, table entry, bound or index is no safe integer
  | "IndexOutOfRange" // a gather index points outside its sources
  | "ShiftOutOfRange" // a rescale shift is not in 0…51
  | "BoundsReversed" // a lower bound lies above its upper bound
  | "TableTooNarrow" // a lookup table does not cover the interval of its source
  | "DivisorNotPositive" // a divisor may be zero or negative
  | "OutputTooWide" // an output's interval does not fit its element type
  | "ModelMalformed" // an integer model file breaks the format or its canonical form
  | "ModelTooLarge" // tensors or multiplications beyond what one model may have
  | "PayloadLengthWrong" // input bytes are not exactly as long as the model's inputs
  | "PayloadValueOutOfRange" // an element does not fit its type
  // ONNX front end; its sentences stand in refusal.ts
  | "NotProtobuf" // the file does not decode as an ONNX protobuf
  | "GraphMissing" // the file has no graph
  | "OpsetUnsupported" // no opset of the default domain, or one we do not know
  | "DomainUnsupported" // an operator of another domain, or a model-local function
  | "ExternalData" // weights live outside the file
  | "TensorTypeUnsupported" // strings, complex, 4-bit, sparse, sequences
  | "TensorTruncated" // a tensor's data is not as long as its shape says
  | "WeightNotFinite" // NaN anywhere, or an infinity that would have to become an integer
  | "NameDuplicate" // two values or attributes of one name
  | "ValueUndefined" // a node or output reads a name nobody writes
  | "GraphCyclic" // nodes wait for each other
  | "AttributeInvalid" // an attribute has another type or value than its operator allows
  | "InputInvalid" // an input has a wrong type, rank or size for its operator
  | "OperatorUnknown" // no operator of this name is supported
  | "OperatorForm" // a form of a known operator that cannot be proved yet
  | "ShapeDynamic" // a dimension beyond the batch is symbolic
  | "ShapePrivate" // a shape or index would depend on private values
  | "SampleInvalid" // a sample does not fit the graph's inputs
  | "OptionInvalid"; // a compile option is out of range

/** A refusal of the compiler: stable `code`, the offending values in `data`, a message that names the next step. */
export class CompilerError extends Error {
  readonly code: CompilerErrorCode;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(
    code: CompilerErrorCode,
    message: string,
    data: Readonly<Record<string, unknown>> = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "CompilerError";
    this.code = code;
    this.data = data;
  }
}
