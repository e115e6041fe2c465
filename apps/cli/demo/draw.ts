import type { RequestOutcome } from "./outcome.ts";

const SHADES = [" ", "░", "▒", "▓", "█"] as const;
const SIDE = 8;
const DARKEST = 16;

/** An 8 × 8 image with pixels 0 to 16 as eight lines of sixteen characters. */
export function drawDigit(image: readonly number[]): string[] {
  return Array.from({ length: SIDE }, (_, row) =>
    image
      .slice(row * SIDE, (row + 1) * SIDE)
      .map((pixel) =>
        (SHADES[Math.round((pixel / DARKEST) * (SHADES.length - 1))] ?? "?").repeat(2),
      )
      .join(""),
  );
}

/** The digit with what happened to its request beside it. */
export function drawCard(image: readonly number[], request: RequestOutcome): string {
  const mark = request.answer === null ? "" : request.answer === request.expected ? "✓" : "✗";
  const facts = [
    request.model,
    `label     ${request.expected}`,
    `answer    ${request.answer ?? "none"} ${mark}`,
    `level     ${request.verification}, ${request.status}`,
    `gas       ${amount(request.requestGas)} to ask, ${amount(request.fulfillGas)} to answer`,
    `proof     ${seconds(request.proveMs)}`,
    `in all    ${seconds(request.totalMs)}`,
  ];
  return drawDigit(image)
    .map((line, row) => `  ${line}   ${facts[row] ?? ""}`.trimEnd())
    .join("\n");
}

function amount(value: number | null): string {
  return value === null ? "–" : value.toLocaleString("en-US");
}

function seconds(milliseconds: number | null): string {
  return milliseconds === null ? "–" : `${(milliseconds / 1000).toFixed(2)} s`;
}
