import type { Call } from "../graph/call.ts";
import type { Expand, NodeWriter } from "../graph/expandGraph.ts";
import type { Attribute } from "../onnx/attribute.ts";
import { sizeOf } from "../onnx/tensor.ts";
import { invalidInput, range, unsupportedForm } from "./movement.ts";
import type { CompositeFamily } from "./operator.ts";

/** Einstein sums of one or two tensors, as transposed matrix products. */
export const einsumFamily: CompositeFamily = { Einsum: einsum };

const ints = (value: readonly number[]): Attribute => ({ kind: "ints", value });

/** A tensor with a letter per axis. */
interface Term {
  readonly name: string;
  readonly letters: readonly string[];
}

interface Context {
  readonly writer: NodeWriter;
  readonly sizes: ReadonlyMap<string, number>;
}

function einsum(...[call, inputs, writer]: Parameters<Expand>): readonly string[] {
  const { terms, result } = parse(call, inputs);
  const context = { writer, sizes: sizesOf(call, terms) };
  const [first, second] = terms;
  if (first === undefined || terms.length > 2) {
    throw unsupportedForm(call, `${terms.length} operands`, "Einsum of one or two tensors");
  }
  if (second === undefined) return [ordered(context, summed(context, first, result), result)];
  const a = summed(context, first, [...second.letters, ...result]);
  const b = summed(context, second, [...first.letters, ...result]);
  return [ordered(context, product(context, a, b, result), result)];
}

function parse(call: Call, inputs: readonly string[]) {
  const equation = call.attributes.string("equation", "").replaceAll(" ", "");
  const [left = "", right] = equation.split("->");
  const sides = left.split(",");
  if (sides.length !== inputs.length) throw invalidInput(call, `equation ${equation}`);
  if (equation.includes(".")) throw unsupportedForm(call, "an ellipsis", "a letter per axis");
  const terms = sides.map((side, i): Term => ({ name: inputs[i] ?? "", letters: side.split("") }));
  if (terms.some(({ letters }) => new Set(letters).size !== letters.length)) {
    throw unsupportedForm(call, "a diagonal", "distinct letters in each operand");
  }
  return { terms, result: right === undefined ? implicit(left) : right.split("") };
}

/** Without an arrow: letters that occur once, sorted. */
function implicit(left: string): string[] {
  const letters = left.replaceAll(",", "").split("");
  return letters
    .filter((letter) => letters.filter((other) => other === letter).length === 1)
    .sort();
}

function sizesOf(call: Call, terms: readonly Term[]): Map<string, number> {
  const sizes = new Map<string, number>();
  terms.forEach(({ letters }, i) => {
    const shape = call.shape(i);
    if (shape.length !== letters.length) throw invalidInput(call, `operand ${i} has another rank`);
    letters.forEach((letter, axis) => {
      const size = shape[axis] ?? 1;
      if ((sizes.get(letter) ?? size) !== size)
        throw invalidInput(call, `sizes of ${letter} differ`);
      sizes.set(letter, size);
    });
  });
  return sizes;
}

/** Sums away the letters that nobody else needs. */
function summed({ writer }: Context, term: Term, needed: readonly string[]): Term {
  const axes = range(term.letters.length).filter((i) => !needed.includes(term.letters[i] ?? ""));
  if (axes.length === 0) return term;
  const keepdims: Attribute = { kind: "int", value: 0 };
  const [name] = writer.node("ReduceSum", [term.name], { axes: ints(axes), keepdims });
  return { name, letters: term.letters.filter((letter) => needed.includes(letter)) };
}

/** Batches first, then rows, then columns; what both have and the result has not is summed. */
function product(context: Context, a: Term, b: Term, result: readonly string[]): Term {
  const shared = a.letters.filter((letter) => b.letters.includes(letter));
  const batch = shared.filter((letter) => result.includes(letter));
  const inner = shared.filter((letter) => !result.includes(letter));
  const rows = a.letters.filter((letter) => !shared.includes(letter));
  const columns = b.letters.filter((letter) => !shared.includes(letter));
  const left = grouped(context, a, [batch, rows, inner]);
  const right = grouped(context, b, [batch, inner, columns]);
  const [name] = context.writer.node("MatMul", [left, right]);
  const letters = [...batch, ...rows, ...columns];
  return {
    name: reshaped(
      context,
      name,
      letters.map((letter) => context.sizes.get(letter) ?? 1),
    ),
    letters,
  };
}

function grouped(context: Context, term: Term, groups: readonly (readonly string[])[]): string {
  const name = ordered(context, term, groups.flat());
  const size = (group: readonly string[]): number =>
    sizeOf(group.map((letter) => context.sizes.get(letter) ?? 1));
  return reshaped(context, name, groups.map(size));
}

function reshaped({ writer }: Context, name: string, shape: readonly number[]): string {
  return writer.node("Reshape", [name, writer.constant([shape.length], shape, "int64")])[0];
}

function ordered({ writer }: Context, term: Term, letters: readonly string[]): string {
  const perm = letters.map((letter) => term.letters.indexOf(letter));
  if (perm.every((axis, i) => axis === i)) return term.name;
  return writer.node("Transpose", [term.name], { perm: ints(perm) })[0];
}
