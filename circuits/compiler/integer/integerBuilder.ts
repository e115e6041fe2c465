import { CompilerError } from "../compilerError.ts";
import type { ElementType } from "./elementType.ts";
import { elementRange } from "./elementType.ts";
import type { IntegerModel, ModelInput, ModelOutput, Value } from "./integerModel.ts";
import type { ModelWork } from "./modelLimits.ts";
import { NO_WORK, withOperation, withOutput } from "./modelLimits.ts";
import type { Operation } from "./operation.ts";
import { sourcesOf } from "./operation.ts";
import { refuseSource } from "./plannedWork.ts";
import { inferBounds } from "./primitives.ts";

/** One number for all elements, or one per element. */
export type PerElement = number | ArrayLike<number>;

/**
 * Builds an integer model operation by operation. Every method returns the new value with its shape
 * and proven interval, and throws `CompilerError` (naming the operation and its label) where an
 * integer may reach 2^52 or the parts do not fit together. Shapes are row-major.
 */
export class IntegerBuilder {
  readonly #operations: Operation[] = [];
  readonly #values: Value[] = [];
  readonly #inputs: ModelInput[] = [];
  readonly #outputs: ModelOutput[] = [];
  #work: ModelWork = NO_WORK;

  /** A tensor of the payload. 8-byte elements saturate to ±2^51. */
  input(parameters: {
    readonly name: string;
    readonly shape: readonly number[];
    readonly elementType: ElementType;
  }): Value {
    const { name, shape, elementType } = parameters;
    const value = this.append({ kind: "input", name, shape: [...shape], elementType, label: name });
    this.#inputs.push({ name, value: value.id, shape: value.shape, elementType });
    return value;
  }

  constant(parameters: {
    readonly shape: readonly number[];
    readonly values: ArrayLike<number>;
    readonly label?: string;
  }): Value {
    const { shape, values, label = "" } = parameters;
    return this.append({
      kind: "constant",
      shape: [...shape],
      values: Float64Array.from(values),
      label,
    });
  }

  /** out[i] = concat(sources, flattened)[indices[i]]. */
  gather(parameters: {
    readonly sources: readonly Value[];
    readonly shape: readonly number[];
    readonly indices: ArrayLike<number>;
    readonly label?: string;
  }): Value {
    const { shape, indices, label = "" } = parameters;
    const sources = parameters.sources.map((source) => source.id);
    return this.append({
      kind: "gather",
      sources,
      shape: [...shape],
      indices: Float64Array.from(indices),
      label,
    });
  }

  /** multipliers · source + offsets; defaults 1 and 0. */
  affine(parameters: {
    readonly source: Value;
    readonly multipliers?: PerElement;
    readonly offsets?: PerElement;
    readonly label?: string;
  }): Value {
    const { source, multipliers = 1, offsets = 0, label = "" } = parameters;
    return this.append({
      kind: "affine",
      source: source.id,
      multipliers: perElement(multipliers),
      offsets: perElement(offsets),
      label,
    });
  }

  /** a + b, same shape. */
  add(parameters: { readonly a: Value; readonly b: Value; readonly label?: string }): Value {
    const { a, b, label = "" } = parameters;
    return this.append({ kind: "add", a: a.id, b: b.id, label });
  }

  /** source [M, K] · weights [K, N] (row-major) + bias [N]. */
  matMul(parameters: {
    readonly source: Value;
    readonly weights: ArrayLike<number>;
    readonly bias: ArrayLike<number>;
    readonly label?: string;
  }): Value {
    const { source, weights, bias, label = "" } = parameters;
    return this.append({
      kind: "matMul",
      source: source.id,
      weights: Float64Array.from(weights),
      bias: Float64Array.from(bias),
      label,
    });
  }

  /** a · b elementwise, same shape; one row per element. */
  product(parameters: { readonly a: Value; readonly b: Value; readonly label?: string }): Value {
    const { a, b, label = "" } = parameters;
    return this.append({ kind: "product", a: a.id, b: b.id, label });
  }

  /**
   * clamp(floor((x + 2^(shift−1)) / 2^shift), low, high); shift 0…51, 0 rounds nothing. Bounds
   * default to none. A shift per element serves weights quantized per output channel.
   */
  rescale(parameters: {
    readonly source: Value;
    readonly shift: PerElement;
    readonly low?: PerElement;
    readonly high?: PerElement;
    readonly label?: string;
  }): Value {
    const { source, shift, low = -Infinity, high = Infinity, label = "" } = parameters;
    return this.append({
      kind: "rescale",
      source: source.id,
      shifts: perElement(shift),
      lows: perElement(low),
      highs: perElement(high),
      label,
    });
  }

  /** 1 where x < 0, else 0. */
  isNegative(parameters: { readonly source: Value; readonly label?: string }): Value {
    return this.append({
      kind: "isNegative",
      source: parameters.source.id,
      label: parameters.label ?? "",
    });
  }

  /** 1 where x = 0, else 0. */
  isZero(parameters: { readonly source: Value; readonly label?: string }): Value {
    return this.append({
      kind: "isZero",
      source: parameters.source.id,
      label: parameters.label ?? "",
    });
  }

  /** table[x − first]; the source's interval must lie inside first … first + table.length − 1. */
  lookup(parameters: {
    readonly source: Value;
    readonly first: number;
    readonly table: ArrayLike<number>;
    readonly label?: string;
  }): Value {
    const { source, first, table, label = "" } = parameters;
    return this.append({
      kind: "lookup",
      source: source.id,
      first,
      table: Float64Array.from(table),
      label,
    });
  }

  /** floor(numerator / denominator), same shape, the denominator's interval ≥ 1. */
  divide(parameters: {
    readonly numerator: Value;
    readonly denominator: Value;
    readonly label?: string;
  }): Value {
    const { numerator, denominator, label = "" } = parameters;
    return this.append({
      kind: "divide",
      numerator: numerator.id,
      denominator: denominator.id,
      label,
    });
  }

  /** Declares an output; throws `OutputTooWide` unless its interval fits the element type. */
  output(parameters: {
    readonly name: string;
    readonly value: Value;
    readonly elementType: ElementType;
  }): void {
    const { name, value, elementType } = parameters;
    this.#work = withOutput(this.#work, name, value.low.length);
    const { low, high } = elementRange(elementType);
    for (let i = 0; i < value.low.length; i++) {
      const [from, to] = [value.low[i] as number, value.high[i] as number];
      if (from >= low && to <= high) continue;
      throw new CompilerError(
        "OutputTooWide",
        `output "${name}": element ${i} ranges over ${from}…${to}, ${elementType} over ${low}…${high}; saturate it with rescale`,
        { name, element: i, from, to, elementType },
      );
    }
    this.#outputs.push({ name, value: value.id, shape: value.shape, elementType });
  }

  /** The finished model; throws `ModelMalformed` unless it has an input and an output. */
  build(): IntegerModel {
    if (this.#inputs.length === 0 || this.#outputs.length === 0) {
      throw new CompilerError("ModelMalformed", "a model needs at least one input and one output");
    }
    return {
      operations: [...this.#operations],
      values: [...this.#values],
      inputs: [...this.#inputs],
      outputs: [...this.#outputs],
    };
  }

  /** Appends an operation as it stands in a model file; the named methods are for people. */
  append(operation: Operation): Value {
    const sources = sourcesOf(operation).map(
      (id) => this.#values[id] ?? refuseSource(operation, id),
    );
    const elements = sources.map(({ low }) => low.length);
    this.#work = withOperation(this.#work, operation, elements);
    const bounds = inferBounds(operation, sources);
    const value: Value = { id: this.#values.length, label: operation.label, ...bounds };
    this.#operations.push(operation);
    this.#values.push(value);
    return value;
  }
}

function perElement(values: PerElement): Float64Array {
  return typeof values === "number" ? Float64Array.of(values) : Float64Array.from(values);
}
