import { inferBounds } from "../../../circuits/compiler/integer/primitives.ts";
import type { Value } from "../../../circuits/compiler/integer/integerModel.ts";
import type { CircuitElement } from "../../../circuits/compiler/r1cs/circuitElement.ts";
import type { Combination, FieldCombination } from "../../../circuits/compiler/r1cs/combination.ts";
import type { ConstraintSystem } from "../../../circuits/compiler/r1cs/constraintSystem.ts";
import {
  decomposeSigned,
  decomposeUnsigned,
  rangedWire,
} from "../../../circuits/compiler/r1cs/gadgets/bits.ts";
import { constantTable } from "../../../circuits/compiler/r1cs/gadgets/constantTable.ts";
import { isZero } from "../../../circuits/compiler/r1cs/gadgets/isZero.ts";
import {
  saturateSigned,
  saturateUnsigned,
} from "../../../circuits/compiler/r1cs/gadgets/saturate.ts";
import { select } from "../../../circuits/compiler/r1cs/gadgets/select.ts";
import { packWords } from "../../../circuits/compiler/r1cs/payloadElement.ts";
import type { ComputedOperation } from "../../../circuits/compiler/r1cs/primitives.ts";
import { instantiateOperation } from "../../../circuits/compiler/r1cs/primitives.ts";
import type { GadgetCall } from "./compileGadget.ts";

/** A template beside the TypeScript that instantiates the same constraints. */
export interface GadgetInstance extends GadgetCall {
  readonly inputs: number;
  /** Outputs in the template's order, from inputs in its order. */
  readonly instantiate: (
    system: ConstraintSystem,
    inputs: readonly Combination[],
  ) => readonly (Combination | FieldCombination)[];
}

const TABLE = [3, -1, 4, 1, -5, 9, 2, 6, -5, 3, 5, 8, 9, 7, 9, -3, 2, 3, 8, 4];

export const GADGET_INSTANCES: Readonly<Record<string, GadgetInstance>> = {
  "UnsignedBits(12, 5)": {
    ...call("UnsignedBits", "12, 5"),
    inputs: 1,
    instantiate: (system, inputs) => decomposeUnsigned(system, shifted(system, inputs, 5), 12),
  },
  "SignedBits(9, -4)": {
    ...call("SignedBits", "9, -4"),
    inputs: 1,
    instantiate: (system, inputs) => {
      const { bits, sign } = decomposeSigned(system, shifted(system, inputs, -4), 9);
      return [...bits, sign];
    },
  },
  "RangedInput(8, 0)": rangedInput(8, false),
  "RangedInput(15, 1)": rangedInput(15, true),
  "IsNegative(-70, 1000)": {
    ...call("IsNegative", "-70, 1000"),
    inputs: 1,
    instantiate: operation([{ low: -70, high: 1000 }], {
      kind: "isNegative",
      source: 0,
      label: "",
    }),
  },
  "IsZero()": {
    ...call("IsZero", ""),
    file: "../../../node_modules/circomlib/circuits/comparators.circom",
    inputs: 1,
    instantiate: (system, [value]) => [isZero(system, value as Combination)],
  },
  "Select()": {
    ...call("Select", ""),
    inputs: 3,
    instantiate: (system, [condition, whenOne, whenZero]) => [
      select(system, condition as Combination, {
        whenOne: whenOne as Combination,
        whenZero: whenZero as Combination,
      }),
    ],
  },
  "SaturateUnsigned(12, 255, 0)": saturation(12, 255, 0),
  "SaturateUnsigned(12, 1536, 0)": saturation(12, 1536, 0),
  "SaturateUnsigned(11, 1130, 0)": saturation(11, 1130, 0),
  "SaturateUnsigned(9, 255, 0)": saturation(9, 255, 0),
  "SaturateUnsigned(12, 255, 1)": saturation(12, 255, 1),
  "SaturateUnsigned(12, 1536, 1)": saturation(12, 1536, 1),
  "SaturateSigned(12, 7)": signedSaturation(12, 7),
  "SaturateSigned(8, 7)": signedSaturation(8, 7),
  "Rescale(-3000, 5000, 3, -1000000, 1000000)": rescale(-3000, 5000, 3, -1_000_000, 1_000_000),
  "Rescale(3000, 5000, 3, -1000000, 1000000)": rescale(3000, 5000, 3, -1_000_000, 1_000_000),
  "Rescale(-3000, 5000, 3, 0, 1000000)": rescale(-3000, 5000, 3, 0, 1_000_000),
  "Rescale(-3000, 5000, 3, 0, 255)": rescale(-3000, 5000, 3, 0, 255),
  "Rescale(-3000, 5000, 3, -128, 127)": rescale(-3000, 5000, 3, -128, 127),
  "Rescale(-3000, 5000, 2, -9, 1003)": rescale(-3000, 5000, 2, -9, 1003),
  "Rescale(-3000, 5000, 2, -1000000, 1003)": rescale(-3000, 5000, 2, -1_000_000, 1003),
  "Rescale(-5000, 3000, 0, 0, 1000000)": rescale(-5000, 3000, 0, 0, 1_000_000),
  "ConstantTable(5, 20, …)": {
    ...call("ConstantTable", `5, 20, [${TABLE.join(", ")}]`),
    inputs: 5,
    instantiate: (system, inputs) => [constantTable(system, inputs, Float64Array.from(TABLE))],
  },
  "MaxStep(-300, 200, 7)": {
    ...call("MaxStep", "-300, 200, 7"),
    inputs: 3,
    instantiate: maxStep,
  },
  "PackWords(40)": {
    ...call("PackWords", "40"),
    inputs: 40,
    instantiate: (_system, bytes) =>
      packWords(bytes.map((byte) => ({ byteLength: 1, whole: [[byte, 1n]], bits: () => [] }))),
  },
  "Divide(-500, 1000, 9)": {
    ...call("Divide", "-500, 1000, 9"),
    inputs: 2,
    instantiate: operation(
      [
        { low: -500, high: 1000 },
        { low: 1, high: 9 },
      ],
      { kind: "divide", numerator: 0, denominator: 1, label: "" },
    ),
  },
};

function call(template: string, parameters: string): GadgetCall {
  return { template, parameters, optimization: 1 };
}

function shifted(
  system: ConstraintSystem,
  inputs: readonly Combination[],
  offset: number,
): Combination {
  return system.sum(
    inputs.map((input) => [input, 1] as const),
    offset,
  );
}

function saturation(width: number, limit: number, signed: 0 | 1): GadgetInstance {
  return {
    ...call("SaturateUnsigned", `${width}, ${limit}, ${signed}`),
    inputs: width,
    instantiate: (system, all) => {
      const bits = all.slice(0, width - signed);
      const [sign] = all.slice(width - signed);
      return [saturateUnsigned(system, sign === undefined ? { bits } : { bits, sign }, limit)];
    },
  };
}

function signedSaturation(width: number, kept: number): GadgetInstance {
  return {
    ...call("SaturateSigned", `${width}, ${kept}`),
    inputs: width + 1,
    instantiate: (system, inputs) => [
      saturateSigned(
        system,
        { bits: inputs.slice(0, width), sign: inputs[width] as Combination },
        kept,
      ),
    ],
  };
}

function rescale(
  ...[from, to, shift, low, high]: readonly [number, number, number, number, number]
): GadgetInstance {
  return {
    ...call("Rescale", [from, to, shift, low, high].join(", ")),
    inputs: 1,
    instantiate: operation([{ low: from, high: to }], {
      kind: "rescale",
      source: 0,
      shifts: Float64Array.of(shift),
      lows: Float64Array.of(low),
      highs: Float64Array.of(high),
      label: "",
    }),
  };
}

/** The input is the wire that the gadget itself makes first. */
function rangedInput(width: number, isSigned: boolean): GadgetInstance {
  return {
    ...call("RangedInput", `${width}, ${isSigned ? 1 : 0}`),
    inputs: 0,
    instantiate: (system) => {
      const { bits, sign } = rangedWire(system, { width, isSigned, compute: () => 0 });
      return [...bits.slice(1), ...(sign === undefined ? [] : [sign])];
    },
  };
}

/** ArgMax as the front end lowers it: Relu and sign of one difference, then one product. */
function maxStep(system: ConstraintSystem, inputs: readonly Combination[]): readonly Combination[] {
  const [difference, candidate, bestIndex] = inputs as [Combination, Combination, Combination];
  const shared: CircuitElement = { combination: difference, low: -300, high: 200 };
  const [lead] = onElements([shared], {
    kind: "rescale",
    source: 0,
    shifts: Float64Array.of(0),
    lows: Float64Array.of(0),
    highs: Float64Array.of(Infinity),
    label: "",
  })(system);
  const [isLarger] = onElements([shared], { kind: "isNegative", source: 0, label: "" })(system);
  const [change] = onElements(
    [
      { combination: isLarger as Combination, low: 0, high: 1 },
      { combination: system.sum([[bestIndex, -1]], 7), low: 1, high: 7 },
    ],
    { kind: "product", a: 0, b: 1, label: "" },
  )(system);
  return [
    system.sum([
      [candidate, 1],
      [lead as Combination, 1],
    ]),
    system.sum([
      [bestIndex, 1],
      [change as Combination, 1],
    ]),
  ];
}

/** An operation on sources of one element each, exactly as a model's circuit instantiates it. */
function operation(
  intervals: readonly { readonly low: number; readonly high: number }[],
  model: ComputedOperation,
): GadgetInstance["instantiate"] {
  return (system, inputs) => {
    const elements = intervals.map((interval, i): CircuitElement => ({
      combination: inputs[i] as Combination,
      ...interval,
    }));
    return onElements(elements, model)(system);
  };
}

function onElements(
  elements: readonly CircuitElement[],
  model: ComputedOperation,
): (system: ConstraintSystem) => readonly Combination[] {
  const bounds = elements.map(({ low, high }) => ({
    shape: [1],
    low: Float64Array.of(low),
    high: Float64Array.of(high),
  }));
  const value: Value = { id: 0, label: "", ...inferBounds(model, bounds) };
  const sources = elements.map((element) => [element]);
  return (system) => [
    instantiateOperation({ system, operation: model, sources, value })(0).combination,
  ];
}
