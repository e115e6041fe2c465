import type { IntegerModel } from "../integer/integerModel.ts";
import { encodeOutputs, payloadLength } from "../integer/payload.ts";
import { CompilerError } from "../compilerError.ts";
import { enforceCommitment, enforceEvaluation } from "../r1cs/claim.ts";
import { ConstraintSystem, PUBLIC_WIRES } from "../r1cs/constraintSystem.ts";
import { instantiateModel } from "../r1cs/instantiate.ts";
import { combinationOf } from "../r1cs/circuitElement.ts";
import type { WireValues } from "../r1cs/wireValues.ts";

/** A satisfying assignment, with what its proof will say in public. */
export interface Witness {
  readonly output: Uint8Array;
  readonly commitment: bigint;
  readonly evaluation: bigint;
  readonly challenge: bigint;
  /** Values of all wires, 0 = one, then h, y, c, then private ones. */
  readonly values: WireValues;
}

/**
 * Runs a model's circuit on an input. `challengeOf` is asked once, when commitment and output are
 * known, since the challenge binds both to a request and a payee. Throws `PayloadLengthWrong`.
 */
export function calculateWitness(parameters: {
  readonly model: IntegerModel;
  readonly input: Uint8Array;
  readonly challengeOf: (claim: {
    readonly commitment: bigint;
    readonly output: Uint8Array;
  }) => bigint;
}): Witness {
  const { model, input, challengeOf } = parameters;
  const expected = payloadLength(model.inputs);
  if (input.length !== expected) {
    throw new CompilerError(
      "PayloadLengthWrong",
      `the input has ${input.length} bytes, the model wants ${expected}`,
      { actual: input.length, expected },
    );
  }
  const system = new ConstraintSystem({ keepsRows: false, computesValues: true });
  const steps = instantiateModel(system, model, input);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  const { words, outputs } = step.value;

  const output = encodeOutputs(
    model,
    outputs.map((elements) =>
      Float64Array.from(elements, (element) => system.valueOf(combinationOf(element))),
    ),
  );
  const commitment = enforceCommitment(system, words) ?? 0n;
  const challenge = challengeOf({ commitment, output });
  system.values.set(PUBLIC_WIRES.challenge, challenge);
  const evaluation = enforceEvaluation(system, words) ?? 0n;
  return { output, commitment, evaluation, challenge, values: system.values };
}
