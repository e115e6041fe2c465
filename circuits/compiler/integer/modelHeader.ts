import { z } from "zod";

import { ELEMENT_TYPES } from "./elementType.ts";

const label = z.string().max(512);
const id = z.int().min(0);
const shape = z.array(z.int().min(1)).max(16);
/** Bytes per integer and how many of them: the constants follow the header in order of mention. */
const constants = z.tuple([z.union([z.literal(1), z.literal(2), z.literal(4), z.literal(8)]), id]);

const operation = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("input"),
    label,
    name: label,
    shape,
    elementType: z.enum(ELEMENT_TYPES),
  }),
  z.strictObject({ kind: z.literal("constant"), label, shape, values: constants }),
  z.strictObject({
    kind: z.literal("gather"),
    label,
    sources: z.array(id).min(1),
    shape,
    indices: constants,
  }),
  z.strictObject({
    kind: z.literal("affine"),
    label,
    source: id,
    multipliers: constants,
    offsets: constants,
  }),
  z.strictObject({ kind: z.literal("add"), label, a: id, b: id }),
  z.strictObject({
    kind: z.literal("matMul"),
    label,
    source: id,
    weights: constants,
    bias: constants,
  }),
  z.strictObject({ kind: z.literal("product"), label, a: id, b: id }),
  z.strictObject({
    kind: z.literal("rescale"),
    label,
    source: id,
    shifts: constants,
    lows: constants,
    highs: constants,
  }),
  z.strictObject({ kind: z.literal("isNegative"), label, source: id }),
  z.strictObject({ kind: z.literal("isZero"), label, source: id }),
  z.strictObject({
    kind: z.literal("lookup"),
    label,
    source: id,
    first: z.int(),
    table: constants,
  }),
  z.strictObject({ kind: z.literal("divide"), label, numerator: id, denominator: id }),
]);

/** The JSON part of a model file. */
export const modelHeader = z.strictObject({
  version: z.literal(1),
  operations: z.array(operation).max(2 ** 17),
  outputs: z
    .array(z.strictObject({ name: label, value: id, elementType: z.enum(ELEMENT_TYPES) }))
    .max(2 ** 12),
});

export type HeaderOperation = z.infer<typeof operation>;
export type ModelHeader = z.infer<typeof modelHeader>;
