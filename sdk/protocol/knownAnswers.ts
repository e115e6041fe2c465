import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { z } from "zod";
import { canonicalJson } from "./canonicalJson.ts";

/** A payload and the one right output for it. */
export interface KnownAnswer {
  readonly input: Uint8Array;
  readonly output: Uint8Array;
}

const hex = z.string().regex(/^([0-9a-f]{2})*$/, "is no hexadecimal text");
const schema = z.strictObject({
  format: z.literal("assay.known-answers.v1"),
  answers: z
    .array(z.strictObject({ input: hex, output: hex }))
    .min(1)
    .max(4096),
});

/** The file of a release's known answers: what a device must reproduce before it may serve. */
export function encodeKnownAnswers(answers: readonly KnownAnswer[]): Uint8Array {
  const text = canonicalJson({
    format: "assay.known-answers.v1",
    answers: answers.map(({ input, output }) => ({
      input: bytesToHex(input),
      output: bytesToHex(output),
    })),
  });
  return new TextEncoder().encode(text);
}

/** @throws TypeError when the file is malformed */
export function decodeKnownAnswers(file: Uint8Array): KnownAnswer[] {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file));
  } catch (cause) {
    throw new TypeError("The known answers are no JSON in UTF-8.", { cause });
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue?.path.join(".") ?? "";
    throw new TypeError(`The known answers are malformed: ${place} ${issue?.message ?? ""}.`);
  }
  return parsed.data.answers.map(({ input, output }) => ({
    input: hexToBytes(input),
    output: hexToBytes(output),
  }));
}
