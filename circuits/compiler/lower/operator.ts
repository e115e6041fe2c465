import type { Call, Evaluate } from "../graph/call.ts";
import type { Expand } from "../graph/expandGraph.ts";
import type { IntegerBuilder } from "../integer/integerBuilder.ts";
import type { ElementType } from "../onnx/elementType.ts";
import type { Format, Range } from "../quantize/format.ts";
import type { Fixed, Linear } from "../quantize/linear.ts";

/** A value of the graph that depends on the request. */
export interface Private {
  readonly linear: Linear;
  readonly elementType: ElementType;
  /** Calibrated, in reals. */
  readonly range: Range;
}

/** What an operator family may use while it lowers one node. */
export interface Lowering extends Call {
  readonly builder: IntegerBuilder;
  /** Bits beside the sign that activations are rounded to. */
  readonly activationBits: number;
  /** How far past a calibrated range values may go: 1.5 is half as far again. */
  readonly margin: number;
  /** An input as linear form; constants too. */
  input(index: number): Private;
  outputShape(index: number): readonly number[];
  outputType(index: number): ElementType;
  /** Format of a value by its calibrated range. */
  formatOf(value: Pick<Private, "elementType" | "range">, bits?: number): Format;
  /** Format of an output by its calibrated range. */
  outputFormat(index: number, bits?: number): Format;
  outputRange(index: number): Range;
  /** Values of a fused node's function at many points; throws for any other node. */
  evaluateBody(points: Float64Array): Float64Array;
  /** Integers of one scale, unrounded, unsaturated. Costs no rows. */
  wide(value: Private, precision?: number): Fixed;
  /** Integers rounded and saturated to a format; exact numbers may keep fewer fraction bits. */
  narrowTo(value: Private, format: Format): Fixed;
  /** Integers rounded and saturated to the value's own format of `bits` bits (default: activationBits). */
  narrow(value: Private, bits?: number): Fixed;
}

/** Turns a node into primitives; one linear form per output. */
export type Lower = (call: Lowering) => readonly Linear[];

export interface Operator {
  readonly evaluate: Evaluate;
  readonly lower: Lower;
}

/** Operators of one family by their ONNX name. */
export type Family = Readonly<Record<string, Operator>>;

/** Operators that are rewritten as simpler ones before anything else, by their ONNX name. */
export type CompositeFamily = Readonly<Record<string, Expand>>;
