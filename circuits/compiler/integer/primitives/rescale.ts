import { CompilerError } from "../../compilerError.ts";
import type { RescaleOperation } from "../operation.ts";
import {
  describe,
  elementAt,
  requireBelowLimit,
  requirePerElement,
  sourceAt,
  withoutNegativeZero,
} from "./elements.ts";
import type { Primitive } from "./primitive.ts";

/** clamp(floor((x + 2^(shift−1)) / 2^shift), low, high): rounds half up; Relu is low = 0. */
export const rescale: Primitive<RescaleOperation> = {
  infer(operation, sources) {
    const source = sourceAt(sources, 0);
    const count = source.low.length;
    requireRescaleConstants(operation, count);

    const low = new Float64Array(count);
    const high = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const magnitude = Math.max(
        Math.abs(elementAt(source.low, i)),
        Math.abs(elementAt(source.high, i)),
      );
      requireBelowLimit(operation, magnitude + roundingOffset(elementAt(operation.shifts, i)), i);
      low[i] = rescaled(operation, elementAt(source.low, i), i);
      high[i] = rescaled(operation, elementAt(source.high, i), i);
      // a bound beyond the source replaces it
      requireBelowLimit(operation, Math.max(Math.abs(low[i] ?? 0), Math.abs(high[i] ?? 0)), i);
    }
    return { shape: source.shape, low, high };
  },

  interpret: (operation, sources) =>
    sourceAt(sources, 0).map((value, i) => rescaled(operation, value, i)),
};

/** 2^(shift−1), or 0 where nothing is shifted away. */
export function roundingOffset(shift: number): number {
  return shift === 0 ? 0 : 2 ** (shift - 1);
}

function rescaled(operation: RescaleOperation, value: number, i: number): number {
  const shift = elementAt(operation.shifts, i);
  const rounded = Math.floor((value + roundingOffset(shift)) / 2 ** shift);
  const clamped = Math.min(
    Math.max(rounded, elementAt(operation.lows, i)),
    elementAt(operation.highs, i),
  );
  return withoutNegativeZero(clamped);
}

function requireRescaleConstants(operation: RescaleOperation, count: number): void {
  const { shifts, lows, highs } = operation;
  requirePerElement(operation, "shifts", shifts, count);
  requirePerElement(operation, "lower bounds", lows, count);
  requirePerElement(operation, "upper bounds", highs, count);
  shifts.forEach((shift) => {
    if (Number.isInteger(shift) && shift >= 0 && shift <= 51) return;
    throw new CompilerError(
      "ShiftOutOfRange",
      `${describe(operation)}: shift ${shift} is not in 0…51`,
      {
        label: operation.label,
        shift,
      },
    );
  });
  for (let i = 0; i < Math.max(lows.length, highs.length); i++) {
    const low = elementAt(lows, i);
    const high = elementAt(highs, i);
    const integers =
      (Number.isInteger(low) || low === -Infinity) && (Number.isInteger(high) || high === Infinity);
    if (!integers) {
      throw new CompilerError(
        "ConstantNotInteger",
        `${describe(operation)}: bounds ${low} and ${high} must be integers (or −Infinity and Infinity)`,
        { label: operation.label, low, high },
      );
    }
    if (low <= high) continue;
    throw new CompilerError(
      "BoundsReversed",
      `${describe(operation)}: lower bound ${low} is above ${high}`,
      {
        label: operation.label,
        low,
        high,
      },
    );
  }
}
