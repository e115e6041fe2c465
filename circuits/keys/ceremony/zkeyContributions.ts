/** Points of one contribution, affine in Montgomery form as the file holds them. */
export interface ZkeyContribution {
  /** Delta in G1 with this contribution in it. */
  readonly deltaAfter: Uint8Array;
  /** (s, x·s) in G1 and x·h in G2 for the secret x; h follows from `transcript`. */
  readonly base: Uint8Array;
  readonly multiple: Uint8Array;
  readonly multipleG2: Uint8Array;
  /** Hash of all that stood before, with s and x·s. */
  readonly transcript: Uint8Array;
  readonly name: string | null;
  readonly beacon: { readonly hash: Uint8Array; readonly iterationsExponent: number } | null;
}

export interface ZkeyContributions {
  readonly circuitHash: Uint8Array;
  readonly list: readonly ZkeyContribution[];
}

const POINTS_BYTES = 64 * 3 + 128;
const HASH_BYTES = 64;
const BEACON = 1;
/** Names of the parameters behind a contribution, which stand in this order. */
const PARAMETER = { name: 1, iterationsExponent: 2, hash: 3 } as const;

/** Section 10 of a zkey. @throws RangeError where it is cut short or holds something else. */
export function readZkeyContributions(section: Uint8Array): ZkeyContributions {
  const reader = new Reader(section);
  const circuitHash = reader.take(HASH_BYTES);
  const list = Array.from({ length: reader.word() }, () => readContribution(reader));
  if (!reader.isAtEnd) throw new RangeError("its contributions are followed by something else");
  return { circuitHash, list };
}

function readContribution(reader: Reader): ZkeyContribution {
  const points = reader.take(POINTS_BYTES);
  const transcript = reader.take(HASH_BYTES);
  const kind = reader.word();
  const parameters = readParameters(new Reader(reader.take(reader.word())));
  const { name = null, iterationsExponent, hash } = parameters;
  if (kind !== BEACON && kind !== 0) throw new RangeError("a contribution is of no known kind");
  if (kind === BEACON && (hash === undefined || iterationsExponent === undefined)) {
    throw new RangeError("a beacon does not say what it is made of");
  }
  const isBeacon = kind === BEACON && hash !== undefined && iterationsExponent !== undefined;
  return {
    deltaAfter: points.subarray(0, 64),
    base: points.subarray(64, 128),
    multiple: points.subarray(128, 192),
    multipleG2: points.subarray(192),
    transcript,
    name,
    beacon: isBeacon ? { hash, iterationsExponent } : null,
  };
}

interface Parameters {
  name?: string;
  iterationsExponent?: number;
  hash?: Uint8Array;
}

function readParameters(reader: Reader): Parameters {
  const parameters: Parameters = {};
  for (let last = 0; !reader.isAtEnd;) {
    const kind = reader.byte();
    if (kind <= last) throw new RangeError("a contribution's parameters are not in order");
    last = kind;
    if (kind === PARAMETER.name) {
      parameters.name = new TextDecoder().decode(reader.take(reader.byte()));
    } else if (kind === PARAMETER.iterationsExponent) {
      parameters.iterationsExponent = reader.byte();
    } else if (kind === PARAMETER.hash) {
      parameters.hash = reader.take(reader.byte());
    } else {
      throw new RangeError("a contribution has an unknown parameter");
    }
  }
  return parameters;
}

class Reader {
  readonly #data: Uint8Array;
  #offset = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  get isAtEnd(): boolean {
    return this.#offset === this.#data.length;
  }

  take(length: number): Uint8Array {
    const end = this.#offset + length;
    if (end > this.#data.length) throw new RangeError("its contributions are cut short");
    const taken = this.#data.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  word(): number {
    const bytes = this.take(4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  }
}
