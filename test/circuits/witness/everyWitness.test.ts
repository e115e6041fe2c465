import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { compile } from "../../../circuits/compiler/compile.ts";
import type { Attribute } from "../../../circuits/compiler/onnx/attribute.ts";
import type { ElementType } from "../../../circuits/compiler/onnx/elementType.ts";
import { toWords } from "../../../sdk/protocol/words.ts";
import { IntegerBuilder } from "../../../circuits/compiler/integer/integerBuilder.ts";
import type { IntegerModel } from "../../../circuits/compiler/integer/integerModel.ts";
import { interpret } from "../../../circuits/compiler/integer/interpret.ts";
import { decodeInputs, encodeOutputs } from "../../../circuits/compiler/integer/payload.ts";
import type { FieldCombination, Row } from "../../../circuits/compiler/r1cs/combination.ts";
import { ConstraintSystem } from "../../../circuits/compiler/r1cs/constraintSystem.ts";
import { instantiateModel } from "../../../circuits/compiler/r1cs/instantiate.ts";
import { choices, payloads } from "../integer/randomModel.ts";
import { between, type CaseInput, constant, floats, whole } from "../lower/operatorCase.ts";
import { attributes, buildModel } from "../onnx/buildModel.ts";
import { solveRows } from "./solveRows.ts";
import { tinyModel } from "./tinyModel.ts";

const MODELS = 50;
const { int } = attributes;

/** Compiled as publishers compile them, each on few elements. */
const OPERATORS: readonly {
  readonly operator: string;
  readonly inputs: readonly CaseInput[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly output?: ElementType;
}[] = [
  { operator: "Clip", inputs: [floats([2], 3), constant([], [-0.7]), constant([], [1.3])] },
  { operator: "Round", inputs: [floats([2], 3)] },
  { operator: "Tanh", inputs: [floats([1], 2)] },
  { operator: "Div", inputs: [floats([1], 3), between([1], 0.5, 4)] },
  { operator: "Mul", inputs: [floats([2], 3), floats([2], 2, 4)] },
  { operator: "ReduceMax", inputs: [floats([3], 3)] },
  {
    operator: "ArgMax",
    inputs: [floats([3], 3)],
    attributes: { axis: int(0) },
    output: "int64",
  },
  { operator: "Gather", inputs: [floats([3], 2), whole([1], -3, 2, "int8")] },
  { operator: "Less", inputs: [floats([2], 3), floats([2], 3, 5)], output: "bool" },
  {
    operator: "Mod",
    inputs: [whole([2], -100, 100, "int8"), constant([1], [7], "int8")],
    output: "int8",
  },
];

interface Body {
  readonly rows: readonly Row[];
  readonly words: readonly FieldCombination[];
}

/** Rows of the model between its words; what binds the words to h and y is tested elsewhere. */
function bodyOf(model: IntegerModel): Body {
  const system = new ConstraintSystem({ keepsRows: true, computesValues: false });
  const steps = instantiateModel(system, model, new Uint8Array(0));
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return { rows: system.takeRows(), words: step.value.words };
}

/** Output words that some assignment reaches from the input; two are enough to convict. */
function reachableOutputs(
  { rows, words }: Body,
  input: Uint8Array,
): readonly (readonly (bigint | undefined)[])[] {
  const inputWords = toWords(input);
  const given = inputWords.map((word, i) => [words[i] as FieldCombination, word] as const);
  return solveRows({ rows, given, asked: words.slice(inputWords.length), most: 2 });
}

function interpretedWords(model: IntegerModel, input: Uint8Array): readonly bigint[] {
  return toWords(encodeOutputs(model, interpret(model, decodeInputs(model, input))));
}

describe("an exhaustive search for witnesses", () => {
  it("finds one output for each input, the interpreter's", () => {
    for (let seed = 0; seed < MODELS; seed++) {
      const model = tinyModel(seed);
      const body = bodyOf(model);
      for (const input of payloads(model, choices(seed), 2)) {
        const expected = interpretedWords(model, input);
        assert.deepEqual(
          reachableOutputs(body, input),
          [expected],
          `model ${seed}, ${input.join()}`,
        );
      }
    }
  });

  for (const { operator, inputs, attributes: given, output } of OPERATORS) {
    it(`finds one output for each input of a compiled ${operator}`, () => {
      const named = inputs.map((input, i) => ({ ...input, name: `in${i}` }));
      const feeds = named.filter(({ isConstant }) => isConstant !== true);
      const onnx = buildModel({
        nodes: [
          {
            operator,
            inputs: named.map(({ name }) => name),
            outputs: ["out"],
            ...(given === undefined ? {} : { attributes: given }),
          },
        ],
        inputs: feeds,
        constants: named.filter(({ isConstant }) => isConstant === true),
        outputs: [{ name: "out", elementType: output ?? "float32", shape: ["?"] }],
      });
      const { model } = compile({ onnx, samples: [feeds.map(({ data }) => data)] });
      const body = bodyOf(model);
      for (const input of payloads(model, choices(1), 2)) {
        assert.deepEqual(reachableOutputs(body, input), [interpretedWords(model, input)]);
      }
    });
  }

  it("finds forged outputs where any row of a rounding is left out", () => {
    const model = rounding();
    const { rows, words } = bodyOf(model);
    const input = Uint8Array.of(77);
    assert.deepEqual(reachableOutputs({ rows, words }, input), [interpretedWords(model, input)]);
    for (let dropped = INPUT_ROWS; dropped < rows.length; dropped++) {
      const rest = rows.filter((_, index) => index !== dropped);
      const outputs = reachableOutputs({ rows: rest, words }, input);
      const isForged = outputs.length > 1 || outputs[0]?.includes(undefined);
      assert.equal(isForged, true, `row ${dropped} of ${rows.length}`);
    }
  });
});

/** Rows that range one byte of input; the rounding splits it again. */
const INPUT_ROWS = 8;

function rounding(): IntegerModel {
  const b = new IntegerBuilder();
  const x = b.input({ name: "x", shape: [1], elementType: "int8" });
  b.output({ name: "y", value: b.rescale({ source: x, shift: 3 }), elementType: "int8" });
  return b.build();
}
