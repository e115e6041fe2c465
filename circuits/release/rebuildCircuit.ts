import { createHash } from "node:crypto";

import { parseModel } from "../compiler/integer/modelFile.ts";
import { buildCircuit } from "../compiler/r1cs/buildCircuit.ts";
import { encodeR1cs } from "../compiler/r1cs/writeR1cs.ts";
import { ReleaseError } from "./releaseError.ts";

/**
 * The r1cs file of a release, made again from its integer model.
 * @param release.digest What the manifest says of it: sha-256.
 * @throws ReleaseError CircuitForeign if it is another; CompilerError for a model that is refused
 */
export function rebuildCircuit(release: {
  readonly integerModel: Uint8Array;
  readonly digest: string;
}): Uint8Array {
  const r1cs = encodeR1cs(buildCircuit(parseModel(release.integerModel)));
  const digest = `0x${createHash("sha256").update(r1cs).digest("hex")}`;
  if (digest === release.digest) return r1cs;
  throw new ReleaseError(
    "CircuitForeign",
    `The integer model makes the circuit ${digest}, the manifest names ${release.digest}. ` +
      "Use the compiler version the manifest names, or do not trust the release.",
    { data: { digest, declared: release.digest } },
  );
}
