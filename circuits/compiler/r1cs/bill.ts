import type { IntegerModel } from "../integer/integerModel.ts";
import { payloadLength } from "../integer/payload.ts";
import type { Circuit, LayerSize } from "./buildCircuit.ts";
import { buildCircuit, PUBLIC_LAYOUT } from "./buildCircuit.ts";
import type { CircuitSize } from "./constraintSystem.ts";

const PUBLIC_SIGNALS = PUBLIC_LAYOUT.outputs + PUBLIC_LAYOUT.inputs;

/** Bytes of a point of the first and the second group, and of a matrix entry, in a zkey. */
const ZKEY_BYTES = { g1: 64, g2: 128, entry: 4 + 4 + 4 + 32 } as const;

/** Measured on two cores: warm snarkjs proofs at 2^11 … 2^17, our development setup at 2^11 … 2^15. */
const SECONDS = { proof: 0.1, proofPerSlot: 30e-6, setup: 0.4, setupPerWire: 0.42e-3 } as const;

/** A whole fulfilment with 128 bytes of input, and each further bound byte. */
const GAS = { fulfilment: 298_000, boundBytes: 128, perFurtherByte: 20 } as const;

/** What the payload's size decides, not the model. */
const FIXED_LAYERS: readonly string[] = ["commitment", "evaluation", "output encoding"];

/** What a circuit costs, known before anything heavy is done. */
export interface Bill {
  readonly size: CircuitSize;
  readonly layers: readonly LayerSize[];
  /** The prover works on 2^domainPower slots, of which all but 4 can be rows. */
  readonly domainPower: number;
  readonly rowLimit: number;
  readonly forecast: {
    readonly zkeyBytes: number;
    readonly setupSeconds: number;
    readonly proofSeconds: number;
    readonly fulfilGas: number;
  };
  /** What to change first: the layer with most rows, and how many rows would halve the domain. */
  readonly advice: { readonly layer: string; readonly rows: number; readonly rowsToHalve: number };
}

/** The bill of a model; sizes its circuit, which takes about a microsecond a term. */
export function bill(model: IntegerModel): Bill {
  return billOf(buildCircuit(model));
}

/** The bill of a circuit that is sized already. */
export function billOf({ model, size, layers }: Circuit): Bill {
  const domainPower = Math.ceil(Math.log2(size.rows + PUBLIC_SIGNALS + 1));
  const domain = 2 ** domainPower;
  const boundBytes = payloadLength(model.inputs) + payloadLength(model.outputs);
  const heaviest = layers
    .filter(({ label }) => !FIXED_LAYERS.includes(label))
    .reduce((a, b) => (b.rows > a.rows ? b : a));
  return {
    size,
    layers,
    domainPower,
    rowLimit: domain - PUBLIC_SIGNALS - 1,
    forecast: {
      zkeyBytes: zkeyBytes(size, domain),
      setupSeconds: SECONDS.setup + size.wires * SECONDS.setupPerWire,
      proofSeconds: SECONDS.proof + domain * SECONDS.proofPerSlot,
      fulfilGas: GAS.fulfilment + Math.max(0, boundBytes - GAS.boundBytes) * GAS.perFurtherByte,
    },
    advice: {
      layer: heaviest.label,
      rows: heaviest.rows,
      rowsToHalve: size.rows - (domain / 2 - PUBLIC_SIGNALS - 1),
    },
  };
}

/** Points of A, B1, B2, C and H, then the entries of A and B and one more per public signal. */
function zkeyBytes(size: CircuitSize, domain: number): number {
  const { g1, g2, entry } = ZKEY_BYTES;
  const points = size.wires * (2 * g1 + g2) + (size.wires - PUBLIC_SIGNALS - 1) * g1 + domain * g1;
  const entries = size.termsA + size.termsB + PUBLIC_SIGNALS + 1;
  return points + (PUBLIC_SIGNALS + 1) * g1 + entries * entry;
}
