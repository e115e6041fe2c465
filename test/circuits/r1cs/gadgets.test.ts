import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { Combination } from "../../../circuits/compiler/r1cs/combination.ts";
import { ConstraintSystem } from "../../../circuits/compiler/r1cs/constraintSystem.ts";
import {
  decomposeSigned,
  decomposeUnsigned,
  signedWidth,
  unsignedWidth,
} from "../../../circuits/compiler/r1cs/gadgets/bits.ts";
import { constantTable } from "../../../circuits/compiler/r1cs/gadgets/constantTable.ts";
import { exceeds, exceedsRows } from "../../../circuits/compiler/r1cs/gadgets/exceeds.ts";
import {
  saturateSigned,
  saturateUnsigned,
} from "../../../circuits/compiler/r1cs/gadgets/saturate.ts";
import { isSatisfied } from "../../../circuits/compiler/witness/findUnsatisfiedRow.ts";
import { choices } from "../integer/randomModel.ts";

/** The value a gadget gives to an integer, with every row satisfied. */
function valueFor(
  value: number,
  gadget: (system: ConstraintSystem, input: Combination) => Combination,
): number {
  const system = new ConstraintSystem({ keepsRows: true, computesValues: true });
  const input = system.wire(() => value);
  const result = gadget(system, input);
  for (const row of system.takeRows()) assert.equal(isSatisfied(row, system.values), true);
  return system.valueOf(result);
}

describe("unsignedWidth and signedWidth", () => {
  it("are exact at every power of two", () => {
    for (let bits = 1; bits <= 52; bits++) {
      assert.equal(unsignedWidth(2 ** bits - 1), bits);
      assert.equal(unsignedWidth(2 ** bits), bits + 1);
      assert.equal(signedWidth(-(2 ** bits), 0), bits);
      assert.equal(signedWidth(-(2 ** bits) - 1, 0), bits + 1);
      assert.equal(signedWidth(0, 2 ** bits - 1), bits);
    }
    assert.equal(unsignedWidth(0), 0);
    assert.equal(signedWidth(-1, 0), 0);
  });
});

describe("exceeds", () => {
  it("compares every 6-bit number with every limit", () => {
    for (let limit = 0; limit < 70; limit++) {
      for (let value = 0; value < 64; value++) {
        const flag = valueFor(value, (system, input) =>
          exceeds(system, decomposeUnsigned(system, input, 6), limit),
        );
        assert.equal(flag, value > limit ? 1 : 0, `${value} > ${limit}`);
      }
    }
  });

  it("takes at most two rows for each run of equal bits", () => {
    const rowsFor = (limit: number): number => {
      const system = new ConstraintSystem({ keepsRows: false, computesValues: false });
      const bits = decomposeUnsigned(
        system,
        system.wire(() => 0),
        20,
      );
      const before = system.size.rows;
      exceeds(system, bits, limit);
      return system.size.rows - before;
    };
    assert.equal(rowsFor(255), 2);
    assert.equal(rowsFor(2 ** 19 - 1), 0);
    assert.equal(rowsFor(2 ** 18 - 1), 1);
    assert.equal(rowsFor(0b110 << 10), 6);
    assert.equal(rowsFor((0b110 << 10) - 1), 3);
    for (let limit = 0; limit < 5000; limit += 7) {
      assert.equal(rowsFor(limit), exceedsRows(20, limit));
    }
  });
});

describe("saturation", () => {
  it("clamps every 6-bit number to every limit", () => {
    for (let limit = 1; limit < 63; limit++) {
      for (let value = 0; value < 64; value++) {
        const clamped = valueFor(value, (system, input) =>
          saturateUnsigned(system, { bits: decomposeUnsigned(system, input, 6) }, limit),
        );
        assert.equal(clamped, Math.min(value, limit));
      }
    }
  });

  it("clamps every 6-bit signed number to zero and every limit", () => {
    for (let limit = 1; limit < 31; limit++) {
      for (let value = -32; value < 32; value++) {
        const clamped = valueFor(value, (system, input) =>
          saturateUnsigned(system, decomposeSigned(system, input, 5), limit),
        );
        assert.equal(clamped, Math.min(Math.max(value, 0), limit));
      }
    }
  });

  it("clamps every 7-bit signed number to every smaller width", () => {
    for (let kept = 0; kept < 6; kept++) {
      for (let value = -64; value < 64; value++) {
        const clamped = valueFor(value, (system, input) =>
          saturateSigned(system, decomposeSigned(system, input, 6), kept),
        );
        assert.equal(clamped, Math.min(Math.max(value, -(2 ** kept)), 2 ** kept - 1) + 0);
      }
    }
  });
});

describe("constantTable", () => {
  it("gives every entry of tables of every length", () => {
    const random = choices(7);
    for (let length = 2; length <= 70; length++) {
      const table = Float64Array.from({ length }, () => random.integer(-1000, 1000));
      const width = unsignedWidth(length - 1);
      for (let value = 0; value < length; value++) {
        const entry = valueFor(value, (system, input) =>
          constantTable(system, decomposeUnsigned(system, input, width), table),
        );
        assert.equal(entry, table[value]);
      }
    }
  });

  it("costs about 2^(n/2+1) + 2^(n/2) rows", () => {
    for (const width of [4, 6, 8, 10]) {
      const random = choices(width);
      const table = Float64Array.from({ length: 2 ** width }, () => random.integer(0, 1e6));
      const system = new ConstraintSystem({ keepsRows: false, computesValues: false });
      const bits = Array.from({ length: width }, () => system.bit(() => 0));
      const before = system.size.rows;
      constantTable(system, bits, table);
      assert.ok(system.size.rows - before <= 3 * 2 ** (width / 2));
    }
  });
});
