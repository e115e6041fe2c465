import { createHash } from "node:crypto";

import { findBranches } from "./branches.ts";

/** One way out of a place where a contract branches. */
export interface Branch {
  /** From the repository's root. */
  readonly file: string;
  readonly line: number;
  /** The condition and what it was, or the clause. */
  readonly what: string;
  /** 32 bytes in hexadecimal: what Hardhat reports when it was taken. */
  readonly tag: string;
}

export interface Instrumented {
  readonly source: string;
  readonly branches: readonly Branch[];
}

/** Of Hardhat, which adds it to what it compiles for coverage. */
export const HITS_LIBRARY = "__NomicFoundationCoverage";
const OUTCOMES_LIBRARY = "__AssayBranches";
export const LIBRARY_FILE = `${OUTCOMES_LIBRARY}.sol`;

/**
 * The source of `LIBRARY_FILE`.
 * @param hitsFile Where Hardhat's own library stands.
 */
export const librarySource = (hitsFile: string): string => `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {${HITS_LIBRARY}} from "${hitsFile}";

library ${OUTCOMES_LIBRARY} {
    function outcome(bool value, uint256 tag) internal pure returns (bool) {
        ${HITS_LIBRARY}.sendHit(value ? tag | 1 : tag);
        return value;
    }
}
`;

/**
 * `source` with a hit for each branch, its lines where they were.
 * @param source As Hardhat's coverage of statements made it of `file`.
 */
export function instrument({
  file,
  source,
}: {
  readonly file: string;
  readonly source: string;
}): Instrumented {
  const bytes = Buffer.from(source);
  const textOf = (start: number, end: number) => bytes.subarray(start, end).toString();
  const places = findBranches(source).map((place, index) => ({
    ...place,
    line: textOf(0, place.start).split("\n").length,
    tag: tagOf(file, index),
  }));

  const branches = places.flatMap(({ kind, start, end, line, tag }): readonly Branch[] => {
    if (kind === "clause") return [{ file, line, what: "the block is entered", tag }];
    const what = textOf(start, end).replaceAll(/\s+/g, " ");
    return [
      { file, line, what: `${what} is true`, tag: whenTrue(tag) },
      { file, line, what: `${what} is false`, tag },
    ];
  });
  const conditions = places.filter(({ kind }) => kind === "condition");
  const written = insert(bytes, [
    ...places.map(({ kind, start, tag }) => ({
      at: start,
      text:
        kind === "clause" ? `${HITS_LIBRARY}.sendHit(0x${tag});` : `${OUTCOMES_LIBRARY}.outcome(`,
    })),
    // Of two that end together the inner one is closed first.
    ...conditions.reverse().map(({ end, tag }) => ({ at: end, text: `, 0x${tag})` })),
  ]);
  return { source: `${written}\nimport {${OUTCOMES_LIBRARY}} from "${LIBRARY_FILE}";\n`, branches };
}

interface Insertion {
  /** In bytes. */
  readonly at: number;
  readonly text: string;
}

function insert(bytes: Buffer, insertions: readonly Insertion[]): string {
  const sorted = [...insertions].sort((left, right) => left.at - right.at);
  const parts = sorted.map(({ at, text }, index) =>
    Buffer.concat([bytes.subarray(sorted[index - 1]?.at ?? 0, at), Buffer.from(text)]),
  );
  return Buffer.concat([...parts, bytes.subarray(sorted.at(-1)?.at ?? 0)]).toString();
}

/** Its last bit is free: it says what the condition was. */
function tagOf(file: string, index: number): string {
  const digest = createHash("sha256").update(`${file} ${index}`).digest();
  digest.writeUInt8(digest.readUInt8(31) & 0xfe, 31);
  return digest.toString("hex");
}

const whenTrue = (tag: string): string => (BigInt(`0x${tag}`) | 1n).toString(16).padStart(64, "0");
