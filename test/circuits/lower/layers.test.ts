import { describe } from "node:test";
import { attributes } from "../onnx/buildModel.ts";
import { asConstant, between, checkOperators, floats, type OperatorCase } from "./operatorCase.ts";

const { int, string, strings, float, floats: numbers } = attributes;
const weights = (shape: number[], seed = 3) => asConstant(floats(shape, 0.6, seed));
const float32 = (count: number) => new Array<"float32">(count).fill("float32");

interface Recurrence {
  readonly operator: string;
  readonly gates: number;
  readonly about: string;
  readonly directions?: number;
  readonly extra?: Partial<OperatorCase>;
}

/** 3 steps, batch 2, 2 inputs, 3 hidden. */
function layer({ operator, gates, about, directions = 1, extra = {} }: Recurrence): OperatorCase {
  const rows = gates * 3;
  return {
    operator,
    about,
    inputs: [
      floats([3, 2, 2]),
      weights([directions, rows, 2]),
      weights([directions, rows, 3], 4),
      weights([directions, 2 * rows], 5),
    ],
    outputs: float32(operator === "LSTM" ? 3 : 2),
    tolerance: 0.01,
    ...extra,
    attributes: { hidden_size: int(3), ...extra.attributes },
  };
}

describe("recurrent layers", () => {
  const lstm = { operator: "LSTM", gates: 4 };
  const gru = { operator: "GRU", gates: 3 };
  const rnn = { operator: "RNN", gates: 1 };
  const initial = (about: string, extra: OperatorCase): OperatorCase => ({
    ...extra,
    about,
    inputs: [...extra.inputs, null, floats([1, 2, 3], 0.5, 8), floats([1, 2, 3], 0.5, 9)],
  });
  const peepholes = initial("peepholes", layer({ ...lstm, about: "" }));
  checkOperators([
    layer({ ...rnn, about: "forward" }),
    layer({
      ...rnn,
      about: "reverse with Relu",
      extra: { attributes: { direction: string("reverse"), activations: strings("Relu") } },
    }),
    layer({ ...gru, about: "forward" }),
    layer({
      ...gru,
      about: "linear before reset",
      extra: { attributes: { linear_before_reset: int(1) } },
    }),
    layer({ ...lstm, about: "forward" }),
    layer({
      ...lstm,
      about: "both directions",
      directions: 2,
      extra: { attributes: { direction: string("bidirectional") } },
    }),
    layer({
      ...lstm,
      about: "other activations and a clip",
      extra: {
        attributes: {
          activations: strings("HardSigmoid", "Softsign", "Tanh"),
          activation_alpha: numbers(0.25),
          activation_beta: numbers(0.4),
          clip: float(0.5),
        },
      },
    }),
    initial("initial states", layer({ ...lstm, about: "" })),
    { ...peepholes, inputs: [...peepholes.inputs, weights([1, 9], 7)] },
  ]);
});

describe("normalisations", () => {
  checkOperators([
    {
      operator: "LayerNormalization",
      about: "scale and bias",
      inputs: [floats([2, 3, 4], 2), weights([4]), weights([4], 5)],
      tolerance: 0.01,
    },
    {
      operator: "LayerNormalization",
      about: "two axes, no bias",
      inputs: [floats([2, 3, 4], 2), weights([3, 4])],
      attributes: { axis: int(1), epsilon: float(0.001) },
      tolerance: 0.01,
    },
    {
      operator: "InstanceNormalization",
      about: "channels",
      inputs: [floats([1, 2, 3, 3], 2), asConstant(between([2], 0.5, 1)), weights([2], 5)],
      tolerance: 0.01,
    },
    {
      operator: "GroupNormalization",
      about: "per channel",
      opset: 21,
      inputs: [floats([1, 4, 3], 2), asConstant(between([4], 0.5, 1)), weights([4], 5)],
      attributes: { num_groups: int(2) },
      tolerance: 0.01,
    },
    {
      operator: "MeanVarianceNormalization",
      about: "default axes",
      inputs: [floats([2, 2, 3, 3], 2)],
      tolerance: 0.01,
    },
    { operator: "LpNormalization", about: "p 2", inputs: [floats([2, 4], 2)], tolerance: 0.01 },
    {
      operator: "LpNormalization",
      about: "p 1, axis 0",
      inputs: [floats([2, 4], 2)],
      attributes: { p: int(1), axis: int(0) },
      tolerance: 0.01,
    },
  ]);
});
