import type { JsonValue } from "../../sdk/protocol/canonicalJson.ts";
import type { DevelopmentKeys } from "../keys/developmentKeys.ts";
import {
  BEACON_ITERATIONS_EXPONENT,
  DELTA_BEACON,
  DEVELOPMENT_SENTENCE,
  POWERS_BEACON,
} from "../keys/developmentSecret.ts";

/** In the place of a ceremony's transcript: says that there was none and how to make the key again. */
export function developmentTranscript(keys: DevelopmentKeys): JsonValue {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
  return {
    format: "assay.ceremony.v1",
    kind: "development",
    sentence: DEVELOPMENT_SENTENCE,
    powersBeacon: hex(POWERS_BEACON),
    deltaBeacon: hex(DELTA_BEACON),
    beaconIterationsExponent: BEACON_ITERATIONS_EXPONENT,
    circuitDigest: `0x${keys.circuitDigest}`,
    contributors: [],
  };
}
