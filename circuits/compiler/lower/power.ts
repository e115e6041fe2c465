import { zipTensors } from "../graph/elementwise.ts";
import { isFloat } from "../onnx/elementType.ts";
import { fromFixed, scaleLinear, type Linear } from "../quantize/linear.ts";
import { unsupportedForm } from "./movement.ts";
import type { Family, Lowering } from "./operator.ts";
import { spread } from "./spread.ts";
import { tabulate } from "./table.ts";

/** Powers with a constant exponent or base: squares and cubes are products, the rest is a table. */
export const powerFamily: Family = {
  Pow: {
    evaluate: (call) => [
      zipTensors({
        node: call.name,
        tensors: [call.constant(0), call.constant(1)],
        f: ([base = 0, exponent = 1]) => base ** exponent,
        elementType: call.elementType(0),
      }),
    ],
    lower: (call) => [power(call)],
  },
};

function power(call: Lowering): Linear {
  if (!call.isConstant(1)) return exponential(call);
  const exponents = call.constant(1).data;
  const exponent = exponents[0] ?? 1;
  if (exponents.some((each) => each !== exponent)) {
    throw unsupportedForm(call, "several exponents", "one exponent for all elements");
  }
  const source = call.input(0);
  const linear = spread(source.linear, call.outputShape(0));
  switch (exponent) {
    case 0:
      return scaleLinear(linear, 0, 1);
    case 1:
      return linear;
    case 2:
      return square(call, linear);
    case 3:
      return cube(call, linear);
  }
  if (!isFloat(source.elementType)) {
    throw unsupportedForm(call, `integers to the power of ${exponent}`, "exponents 0 to 3");
  }
  const f = (points: Float64Array): Float64Array => points.map((x) => x ** exponent);
  return tabulate({ call, source: { ...source, linear }, f, result: call.outputFormat(0) });
}

/** A constant to a private power is a function of one variable too. */
function exponential(call: Lowering): Linear {
  const bases = call.isConstant(0) ? call.constant(0).data : new Float64Array();
  const base = bases[0];
  if (base === undefined || bases.some((each) => each !== base) || !isFloat(call.elementType(1))) {
    throw unsupportedForm(call, "a private base and exponent", "one of both a constant number");
  }
  const source = call.input(1);
  const linear = spread(source.linear, call.outputShape(0));
  const f = (points: Float64Array): Float64Array => points.map((x) => base ** x);
  return tabulate({ call, source: { ...source, linear }, f, result: call.outputFormat(0) });
}

function square(call: Lowering, linear: Linear): Linear {
  const { value, fractionBits } = call.narrow({ ...call.input(0), linear });
  const product = call.builder.product({ a: value, b: value, label: call.name });
  return fromFixed({ value: product, fractionBits: 2 * fractionBits });
}

function cube(call: Lowering, linear: Linear): Linear {
  const { builder, name: label } = call;
  const { value, fractionBits } = call.narrow({ ...call.input(0), linear });
  const twice = builder.product({ a: value, b: value, label });
  const thrice = builder.product({ a: twice, b: value, label });
  return fromFixed({ value: thrice, fractionBits: 3 * fractionBits });
}
