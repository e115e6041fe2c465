import { toField } from "../../../sdk/protocol/field.ts";
import type {
  Combination,
  FieldCombination,
  Row,
  Wire,
} from "../../../circuits/compiler/r1cs/combination.ts";
import { ONE_WIRE } from "../../../circuits/compiler/r1cs/combination.ts";
import {
  constant,
  constantOf,
  equals,
  type Form,
  formOf,
  inverse,
  isConstant,
  scaled,
  signed,
  sum,
  ZERO,
} from "./form.ts";

interface Equation {
  readonly a: Form;
  readonly b: Form;
  readonly c: Form;
}

/** A case of the search: what is left to satisfy, and wires written by others. */
interface Case {
  readonly equations: readonly Equation[];
  readonly asked: readonly Form[];
}

/** Cases of one search; far more than a circuit without a hole takes. */
const MOST_CASES = 20_000;

/**
 * Every value that the asked combinations take over all assignments that satisfy the rows, up to
 * `most` of them; undefined stands for a combination that is left free. Knows nothing of gadgets or
 * honest values: solves linear rows, and where a product must be zero tries either factor. Complete.
 * @throws RangeError where the search does not end or meets a product it cannot split
 */
export function solveRows(parameters: {
  readonly rows: readonly Row[];
  /** Combinations with their values. */
  readonly given: readonly (readonly [Combination | FieldCombination, bigint])[];
  readonly asked: readonly (Combination | FieldCombination)[];
  readonly most: number;
}): readonly (readonly (bigint | undefined)[])[] {
  const { rows, given, asked, most } = parameters;
  const equations = [
    ...rows.map(({ a, b, c }) => ({ a: formOf(a), b: formOf(b), c: formOf(c) })),
    ...given.map(([combination, value]) => ({
      a: ZERO,
      b: ZERO,
      c: sum(formOf(combination), constant(value), -1n),
    })),
  ];
  const found = new Map<string, readonly (bigint | undefined)[]>();
  const open: Case[] = [namedBits({ equations, asked: asked.map(formOf) })];
  for (let count = 0; open.length > 0 && found.size < most; count++) {
    if (count > MOST_CASES) throw new RangeError("the search does not end");
    const reduced = reduce(open.pop() as Case);
    if (reduced === undefined) continue;
    if (reduced.equations.length > 0) {
      open.push(...branches(reduced));
      continue;
    }
    const values = reduced.asked.map((form) => (isConstant(form) ? constantOf(form) : undefined));
    found.set(values.join(), values);
  }
  return [...found.values()];
}

/** Gives each u with u · (u − 1) = 0 that is no single wire a wire, so that it counts as a bit. */
function namedBits(start: Case): Case {
  let next = -1;
  let result = start;
  for (const equation of start.equations) {
    const { a } = equation;
    if (a.size < 2 || !isBitEquation(equation)) continue;
    const bits = bitWires(result.equations);
    const pivot = [...a.keys()].find((wire) => wire !== ONE_WIRE && !bits.has(wire));
    if (pivot === undefined) continue;
    const bit = next--;
    const definition = solvedFor(sum(a, new Map([[bit, 1n]]), -1n), pivot);
    result = substituted(result, pivot, definition);
  }
  return result;
}

/** Solves what is linear until nothing is; undefined where a row cannot hold. */
function reduce(start: Case): Case | undefined {
  let current = start;
  for (;;) {
    const bits = bitWires(current.equations);
    let linear: Form | undefined;
    const rest: Equation[] = [];
    for (const equation of current.equations) {
      const form = linearForm(equation);
      if (form === undefined) {
        const forced = forcedBit(equation, bits);
        if (forced === "impossible") return undefined;
        linear ??= forced;
        rest.push(equation);
      } else if (isConstant(form)) {
        if (form.size > 0) return undefined;
      } else if (linear === undefined) {
        linear = form;
      } else {
        rest.push(equation);
      }
    }
    if (linear === undefined) return { ...current, equations: rest };
    if (!reaches(linear, [0n], bits)) return undefined;
    const pivot = pivotOf(linear, bits);
    current = substituted({ ...current, equations: rest }, pivot, solvedFor(linear, pivot));
  }
}

/** The row as one form that must be zero, if a factor is constant. */
function linearForm({ a, b, c }: Equation): Form | undefined {
  if (isConstant(a)) return sum(scaled(b, constantOf(a)), c, -1n);
  if (isConstant(b)) return sum(scaled(a, constantOf(b)), c, -1n);
  return undefined;
}

/** Both ways in which a product is zero; sums that are 0 or 1 by their heaviest bit. */
function branches(current: Case): readonly Case[] {
  const products = current.equations.filter(({ c }) => c.size === 0);
  const sums = products.filter((equation) => isBitEquation(equation) && equation.a.size > 2);
  const others = products.filter((equation) => !isBitEquation(equation));
  const shortest = sums.sort((x, y) => x.a.size - y.a.size)[0];
  const chosen = shortest ?? others[0] ?? products[0];
  if (chosen === undefined) throw new RangeError("a product of unknowns is left");
  const bits = bitWires(current.equations);
  const heaviest =
    shortest && [...shortest.a].filter(([wire]) => bits.has(wire)).sort(byMagnitude)[0]?.[0];
  const factors =
    heaviest === undefined
      ? [chosen.a, chosen.b]
      : [new Map([[heaviest, 1n]]), sum(new Map([[heaviest, 1n]]), constant(1n), -1n)];
  return factors.map((factor) => ({
    ...current,
    equations: [...current.equations, { a: ZERO, b: ZERO, c: factor }],
  }));
}

/** u · (u − 1) = 0. */
function isBitEquation({ a, b, c }: Equation): boolean {
  return c.size === 0 && equals(sum(a, b, -1n), constant(1n));
}

function byMagnitude(x: readonly [Wire, bigint], y: readonly [Wire, bigint]): number {
  const [p, q] = [x, y].map(([, value]) => {
    const centred = signed(value);
    return centred < 0n ? -centred : centred;
  }) as [bigint, bigint];
  return p < q ? 1 : -1;
}

/** A wire of the form, rather one that is no bit, then the lightest: heavy bits prune the search. */
function pivotOf(form: Form, bits: ReadonlySet<Wire>): Wire {
  const wires = [...form].filter(([wire]) => wire !== ONE_WIRE);
  const other = wires.find(([wire]) => !bits.has(wire));
  return (other ?? wires.sort(byMagnitude).at(-1) ?? wires[0] ?? [ONE_WIRE])[0];
}

/** Where u · (u − 1) = 0 leaves its heaviest bit one value only, that bit less its value. */
function forcedBit(equation: Equation, bits: ReadonlySet<Wire>): Form | "impossible" | undefined {
  const { a } = equation;
  if (a.size < 2 || !isBitEquation(equation)) return undefined;
  const heaviest = [...a].filter(([wire]) => bits.has(wire)).sort(byMagnitude)[0];
  if (heaviest === undefined) return undefined;
  const [wire, coefficient] = heaviest;
  const targets = [0n, 1n] as const;
  const rest = new Map(a);
  rest.delete(wire);
  const [mayBeZero, mayBeOne] = targets.map((value) =>
    reaches(sum(rest, constant(1n), value * coefficient), targets, bits),
  );
  if (mayBeZero === true && mayBeOne === true) return undefined;
  if (mayBeZero === mayBeOne) return "impossible";
  return sum(new Map([[wire, 1n]]), constant(mayBeOne === true ? 1n : 0n), -1n);
}

/** Whether a form may be one of these numbers; true where it holds more than bits. */
function reaches(form: Form, targets: readonly bigint[], bits: ReadonlySet<Wire>): boolean {
  let low = 0n;
  let high = 0n;
  for (const [wire, coefficient] of form) {
    const value = signed(coefficient);
    if (wire === ONE_WIRE) {
      low += value;
      high += value;
    } else if (!bits.has(wire)) return true;
    else if (value < 0n) low += value;
    else high += value;
  }
  // sums are integers here, so a target also counts where it is met r further on
  return targets.some((target) => toField(target - low) <= high - low);
}

/** Wires with a row w · (w − 1) = 0 of their own. */
function bitWires(equations: readonly Equation[]): ReadonlySet<Wire> {
  const bits = new Set<Wire>();
  for (const equation of equations) {
    const { a } = equation;
    const [only] = a.keys();
    if (a.size !== 1 || only === undefined || only === ONE_WIRE) continue;
    if (a.get(only) === 1n && isBitEquation(equation)) bits.add(only);
  }
  return bits;
}

function substituted({ equations, asked }: Case, wire: Wire, definition: Form): Case {
  const replace = (form: Form): Form => {
    const coefficient = form.get(wire);
    if (coefficient === undefined) return form;
    const rest = new Map(form);
    rest.delete(wire);
    return sum(rest, definition, coefficient);
  };
  return {
    equations: equations.map((equation) => {
      const { a, b, c } = equation;
      return a.has(wire) || b.has(wire) || c.has(wire)
        ? { a: replace(a), b: replace(b), c: replace(c) }
        : equation;
    }),
    asked: asked.map(replace),
  };
}

/** The wire as a form of the others, where the whole is zero. */
function solvedFor(form: Form, wire: Wire): Form {
  const rest = new Map(form);
  rest.delete(wire);
  return scaled(rest, -inverse(form.get(wire) ?? 0n));
}
