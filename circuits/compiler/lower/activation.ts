import type { Call } from "../graph/call.ts";
import type { NodeWriter } from "../graph/expandGraph.ts";
import type { Attribute } from "../onnx/attribute.ts";
import { unsupportedForm } from "./movement.ts";

/** Writes an activation function and returns the name of its result. */
export type Activation = (writer: NodeWriter, input: string) => string;

interface Parameters {
  readonly alpha: number | undefined;
  readonly beta: number | undefined;
}

const float = (value: number): Attribute => ({ kind: "float", value });

/** An activation of a recurrent layer by its ONNX name, with ONNX's default parameters. */
export function activation(call: Call, name: string, { alpha, beta }: Parameters): Activation {
  const simple =
    (operator: string, attributes: Readonly<Record<string, Attribute>> = {}): Activation =>
    (writer, input) =>
      writer.node(operator, [input], attributes)[0];
  switch (name.toLowerCase()) {
    case "sigmoid":
      return simple("Sigmoid");
    case "tanh":
      return simple("Tanh");
    case "relu":
      return simple("Relu");
    case "softsign":
      return simple("Softsign");
    case "softplus":
      return simple("Softplus");
    case "leakyrelu":
      return simple("LeakyRelu", { alpha: float(alpha ?? 0.01) });
    case "thresholdedrelu":
      return simple("ThresholdedRelu", { alpha: float(alpha ?? 1) });
    case "elu":
      return simple("Elu", { alpha: float(alpha ?? 1) });
    case "hardsigmoid":
      return simple("HardSigmoid", { alpha: float(alpha ?? 0.2), beta: float(beta ?? 0.5) });
    case "scaledtanh":
      return (writer, input) => {
        const [scaled] = writer.node("Mul", [input, writer.constant([], [beta ?? 1])]);
        const [curve] = writer.node("Tanh", [scaled]);
        return writer.node("Mul", [curve, writer.constant([], [alpha ?? 1])])[0];
      };
    case "affine":
      return (writer, input) => {
        const [scaled] = writer.node("Mul", [input, writer.constant([], [alpha ?? 1])]);
        return writer.node("Add", [scaled, writer.constant([], [beta ?? 0])])[0];
      };
    default:
      throw unsupportedForm(call, `activation ${name}`, "Sigmoid, Tanh or Relu");
  }
}
