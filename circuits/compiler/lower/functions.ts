import type { Call } from "../graph/call.ts";
import { FUSED } from "../graph/fuseFunctions.ts";
import { mapTensor } from "../graph/elementwise.ts";
import type { Linear } from "../quantize/linear.ts";
import { unsupportedForm } from "./movement.ts";
import type { Family, Lowering, Operator } from "./operator.ts";
import { tabulate } from "./table.ts";

/** Functions of one variable, by table. */
export const functionsFamily: Family = {
  Sigmoid: tabled(() => sigmoid),
  Tanh: tabled(() => Math.tanh),
  Exp: tabled(() => Math.exp),
  Log: tabled(() => Math.log),
  Sqrt: tabled(() => Math.sqrt),
  Reciprocal: tabled(() => (x) => 1 / x),
  Erf: tabled(() => erf),
  Softplus: tabled(() => softplus),
  Softsign: tabled(() => (x) => x / (1 + Math.abs(x))),
  Elu: tabled((call) => {
    const alpha = call.attributes.float("alpha", 1);
    return (x) => (x < 0 ? alpha * Math.expm1(x) : x);
  }),
  Celu: tabled((call) => {
    const alpha = call.attributes.float("alpha", 1);
    return (x) => (x < 0 ? alpha * Math.expm1(x / alpha) : x);
  }),
  Selu: tabled((call) => {
    const alpha = call.attributes.float("alpha", 1.6732632423543772);
    const gamma = call.attributes.float("gamma", 1.0507009873554805);
    return (x) => gamma * (x < 0 ? alpha * Math.expm1(x) : x);
  }),
  Gelu: tabled((call) =>
    call.attributes.string("approximate", "none") === "tanh" ? geluByTanh : gelu,
  ),
  Mish: tabled(() => (x) => x * Math.tanh(softplus(x))),
  HardSwish: tabled(() => (x) => x * Math.min(1, Math.max(0, x / 6 + 0.5))),
  Shrink: tabled((call) => {
    const bias = call.attributes.float("bias", 0);
    const limit = call.attributes.float("lambd", 0.5);
    return (x) => (x < -limit ? x + bias : x > limit ? x - bias : 0);
  }),
  Sin: tabled(() => Math.sin),
  Cos: tabled(() => Math.cos),
  Tan: tabled(() => Math.tan),
  Asin: tabled(() => Math.asin),
  Acos: tabled(() => Math.acos),
  Atan: tabled(() => Math.atan),
  Sinh: tabled(() => Math.sinh),
  Cosh: tabled(() => Math.cosh),
  Asinh: tabled(() => Math.asinh),
  Acosh: tabled(() => Math.acosh),
  Atanh: tabled(() => Math.atanh),
  [FUSED]: {
    evaluate: (call) => {
      throw unsupportedForm(call, "no body", "its parts");
    },
    lower: (call) => [tabulateInput(call, (points) => call.evaluateBody(points))],
  },
};

function tabled(functionOf: (call: Call) => (x: number) => number): Operator {
  return {
    evaluate: (call) => {
      const f = functionOf(call);
      return [mapTensor(call.constant(0), (x) => f(x) + 0)];
    },
    lower: (call) => {
      const f = functionOf(call);
      return [tabulateInput(call, (points) => points.map((x) => f(x)))];
    },
  };
}

function tabulateInput(call: Lowering, f: (points: Float64Array) => Float64Array): Linear {
  return tabulate({ call, source: call.input(0), f, result: call.outputFormat(0) });
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function gelu(x: number): number {
  return 0.5 * x * (1 + erf(x / Math.SQRT2));
}

function geluByTanh(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

/** By its Taylor series near 0 and the continued fraction of erfc elsewhere; right to 1e-12. */
function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude > 6) return Math.sign(x);
  if (magnitude < 2.5) {
    let term = magnitude;
    let sum = magnitude;
    for (let n = 1; n < 80; n++) {
      term *= -(magnitude * magnitude) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let k = 60; k >= 1; k--) fraction = k / 2 / (magnitude + fraction);
  const rest = Math.exp(-magnitude * magnitude) / Math.sqrt(Math.PI) / (magnitude + fraction);
  return Math.sign(x) * (1 - rest);
}
