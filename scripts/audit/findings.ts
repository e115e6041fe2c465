import { z } from "zod";

/** One thing Slither says of one function or variable. */
export interface Finding {
  readonly file: string;
  readonly detector: string;
  /** `Contract.function`, `Contract.variable`, or `Contract.function.variable`. */
  readonly element: string;
}

/** Findings somebody looked at, with the reason why they stand. */
export interface Explanation {
  readonly detector: string;
  /** One sentence that is true of every element named. */
  readonly reason: string;
  /** Elements by file. */
  readonly elements: Readonly<Record<string, readonly string[]>>;
}

const scope = z.object({
  name: z.string(),
  type_specific_fields: z
    .object({ parent: z.object({ name: z.string(), type: z.string() }).optional() })
    .optional(),
});

const element = z.object({
  name: z.string(),
  source_mapping: z.object({ filename_relative: z.string() }),
  type_specific_fields: z.object({ parent: scope.optional() }).optional(),
});

const report = z.object({
  success: z.literal(true),
  results: z.object({
    detectors: z
      .array(z.object({ check: z.string(), elements: z.array(element).min(1) }))
      .default([]),
  }),
});

const explanations = z.array(
  z.strictObject({
    detector: z.string().min(1),
    reason: z.string().regex(/^\S.*[.]$/, "one sentence that ends with a full stop"),
    elements: z.record(z.string(), z.array(z.string()).min(1)),
  }),
);

/**
 * What Slither reported, in order, each finding once: its first element is what it is about.
 * @throws ZodError if this is no report, or one of a failed run.
 */
export function readReport(json: unknown): readonly Finding[] {
  const found = report.parse(json).results.detectors.map(({ check, elements: [first] }) => ({
    detector: check,
    file: first?.source_mapping.filename_relative ?? "",
    element: first === undefined ? "" : nameOf(first),
  }));
  const byKey = new Map(found.map((finding) => [keyOf(finding), finding]));
  return [...byKey.keys()].sort().flatMap((key) => byKey.get(key) ?? []);
}

/** @throws ZodError for an entry without detector, reason or elements. */
export function readExplanations(json: unknown): readonly Explanation[] {
  return explanations.parse(json);
}

export interface Comparison {
  /** Found, but nobody has said why it may stand. */
  readonly unexplained: readonly Finding[];
  /** Explained, but not found any more: the explanation is to be deleted. */
  readonly vanished: readonly Finding[];
  /** Explained more than once. */
  readonly repeated: readonly Finding[];
}

export function compare(found: readonly Finding[], explained: readonly Explanation[]): Comparison {
  const listed = explained.flatMap(({ detector, elements }) =>
    Object.entries(elements).flatMap(([file, names]) =>
      names.map((name) => ({ detector, file, element: name })),
    ),
  );
  const keys = listed.map(keyOf);
  const foundKeys = new Set(found.map(keyOf));
  return {
    unexplained: found.filter((finding) => !keys.includes(keyOf(finding))),
    vanished: listed.filter((finding) => !foundKeys.has(keyOf(finding))),
    repeated: listed.filter((finding, index) => keys.indexOf(keyOf(finding)) !== index),
  };
}

export function formatFinding({ detector, file, element: name }: Finding): string {
  return `${detector}: ${name} (${file})`;
}

function nameOf({ name, type_specific_fields: fields }: z.infer<typeof element>): string {
  const parent = fields?.parent;
  const outer = parent?.type_specific_fields?.parent;
  return [outer?.type === "contract" ? outer.name : undefined, parent?.name, name]
    .filter((part) => part !== undefined)
    .join(".");
}

function keyOf({ detector, file, element: name }: Finding): string {
  return `${detector} ${file} ${name}`;
}
