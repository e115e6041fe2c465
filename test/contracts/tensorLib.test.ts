import { expect } from "chai";
import fc from "fast-check";
import { hexlify, type Contract } from "ethers";

import { deployContract } from "../../scripts/deploy/deploy.ts";
import { ethers, networkHelpers, read } from "./support/world.ts";

const WIDTHS = [1, 2, 4, 8] as const;

async function deployHarness(): Promise<Contract> {
  const [owner] = await ethers.getSigners();
  if (owner === undefined) throw new Error("no accounts");
  const address = await deployContract(owner, "mocks/LibraryHarness", []);
  return ethers.getContractAt("LibraryHarness", address, owner);
}
const harness = (): Promise<Contract> => networkHelpers.loadFixture(deployHarness);

/** Big-endian two's complement, back to back. */
function packed(values: readonly bigint[], width: number): string {
  const digits = values.map((value) =>
    BigInt.asUintN(8 * width, value)
      .toString(16)
      .padStart(2 * width, "0"),
  );
  return `0x${digits.join("")}`;
}

describe("TensorLib", () => {
  for (const width of WIDTHS) {
    const bits = 8 * width;
    const signed = fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n });
    const unsigned = fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n });

    it(`packs and reads signed integers of ${width} bytes`, async () => {
      const library = await harness();
      const lists = fc.array(signed, { minLength: 1, maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(lists, async (values) => {
          const tensor = await read(library, "packInts", values, width);
          expect(tensor).to.equal(packed(values, width));
          const last = values.length - 1;
          expect(await read(library, "readInt", tensor, width, 0)).to.equal(values[0]);
          expect(await read(library, "readInt", tensor, width, last)).to.equal(values[last]);
          const greatest = values.reduce((a, b) => (b > a ? b : a));
          expect(await read(library, "argMaxInt", tensor, width)).to.equal(
            BigInt(values.indexOf(greatest)),
          );
        }),
        { numRuns: 20 },
      );
    });

    it(`packs and reads unsigned integers of ${width} bytes`, async () => {
      const library = await harness();
      const lists = fc.array(unsigned, { minLength: 1, maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(lists, async (values) => {
          const tensor = await read(library, "packUints", values, width);
          expect(tensor).to.equal(packed(values, width));
          const last = values.length - 1;
          expect(await read(library, "readUint", tensor, width, last)).to.equal(values[last]);
          const greatest = values.reduce((a, b) => (b > a ? b : a));
          expect(await read(library, "argMaxUint", tensor, width)).to.equal(
            BigInt(values.indexOf(greatest)),
          );
        }),
        { numRuns: 20 },
      );
    });

    it(`refuses what ${width} bytes do not hold`, async () => {
      const library = await harness();
      const half = 2n ** BigInt(bits - 1);
      for (const value of [half, -half - 1n]) {
        await expect(read(library, "packInts", [value], width))
          .to.be.revertedWithCustomError(library, "IntegerOutOfRange")
          .withArgs(value, width);
      }
      await expect(read(library, "packUints", [2n * half], width))
        .to.be.revertedWithCustomError(library, "UnsignedOutOfRange")
        .withArgs(2n * half, width);
    });
  }

  it("takes the first of equal elements as the greatest", async () => {
    const library = await harness();
    expect(await read(library, "argMaxInt", packed([-3n, 5n, 5n, -9n], 2), 2)).to.equal(1n);
    expect(await read(library, "argMaxUint", packed([7n, 7n], 1), 1)).to.equal(0n);
    expect(await read(library, "argMaxInt", packed([-8n, -8n], 1), 1)).to.equal(0n);
  });

  it("refuses other widths", async () => {
    const library = await harness();
    for (const width of [0, 3, 5, 16, 32]) {
      for (const [method, parameters] of [
        ["packInts", [[1n], width]],
        ["packUints", [[1n], width]],
        ["readInt", ["0x01", width, 0]],
        ["argMaxInt", ["0x01", width]],
      ] as const) {
        await expect(read(library, method, ...parameters))
          .to.be.revertedWithCustomError(library, "ElementWidthUnsupported")
          .withArgs(width);
      }
    }
  });

  it("refuses indices beyond the tensor, crooked lengths and empty tensors", async () => {
    const library = await harness();
    await expect(read(library, "readUint", "0x0102", 2, 1))
      .to.be.revertedWithCustomError(library, "IndexOutOfRange")
      .withArgs(1n, 1n);
    await expect(read(library, "readInt", "0x010203", 2, 0))
      .to.be.revertedWithCustomError(library, "LengthNotMultiple")
      .withArgs(3n, 2n);
    for (const method of ["argMaxInt", "argMaxUint"]) {
      await expect(
        read(library, method, hexlify(new Uint8Array()), 2),
      ).to.be.revertedWithCustomError(library, "TensorEmpty");
    }
  });
});
