import { recorded } from "../../../circuits/keys/ceremony/checkExchange.ts";
import type { BookGrade } from "../../../scripts/ceremony/book.ts";
import type { CeremonyTranscript } from "../../../sdk/protocol/ceremonyTranscript.ts";
import { sayJson, sayTable } from "../chain/say.ts";

/** Who made a key from what; `grade` null where no chain was asked. */
export function sayCeremony(
  transcript: CeremonyTranscript,
  { grade, isJson }: { readonly grade: BookGrade | null; readonly isJson: boolean },
): void {
  if (isJson) {
    const contributions = transcript.contributions.map((each) => ({
      ...each,
      contributionHash: recorded(each.hash),
      isRecognised: grade === null ? null : grade.recognised.includes(each.contributor),
    }));
    sayJson({ ...transcript, contributions, grade: grade && pick(grade) });
    return;
  }
  sayTable(rows(transcript, grade));
}

function pick({ grade, reachable }: BookGrade): Pick<BookGrade, "grade" | "reachable"> {
  return { grade, reachable };
}

type Row = readonly [name: string, value: string];

function rows(transcript: CeremonyTranscript, grade: BookGrade | null): readonly Row[] {
  const { name, circuitDigest, powersOfTau, place, beacon, keyId, contributions } = transcript;
  const people = contributions.flatMap((each, index): Row[] => [
    [`contributor ${index + 1}`, `${each.name}, ${each.contributor}, ${stateOf(each, grade)}`],
    ["", `hash ${recorded(each.hash)}`],
  ]);
  return [
    ["model", name],
    ["circuit", `${circuitDigest} (sha-256 of its r1cs)`],
    ["powers of tau", `2^${powersOfTau.power}, BLAKE2b ${powersOfTau.digest.slice(2)}`],
    ["setup", `${powersOfTau.setup} (what a production registry pins)`],
    ["book", `${place.book} on chain ${place.chainId}`],
    ...people,
    ["beacon", beacon === null ? "none yet" : `${beacon.hash}, 2^${beacon.iterationsExponent}`],
    ["key", keyId ?? "not final"],
    ...(grade === null ? [] : [["grade", gradeLine(grade)] as const]),
  ];
}

function stateOf(
  { signature, contributor }: CeremonyTranscript["contributions"][number],
  grade: BookGrade | null,
): string {
  const signed = signature === null ? "not signed for the final key" : "signed";
  if (grade === null) return signed;
  return `${signed}, ${grade.recognised.includes(contributor) ? "recognised" : "not recognised"}`;
}

function gradeLine({ grade, reachable }: BookGrade): string {
  return grade === reachable
    ? `${grade}`
    : `${grade}; ${reachable} once all signatures are recorded`;
}
