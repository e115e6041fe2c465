import { CeremonyError } from "../../../circuits/keys/ceremony/ceremonyError.ts";
import { hex } from "../../../circuits/keys/ceremony/keyFacts.ts";
import { ceremonyKeys } from "../../../circuits/release/ceremonyKeys.ts";
import type { MakeKeys } from "../../../circuits/release/releaseKeys.ts";
import type { Deployment } from "../../../scripts/account/deployment.ts";
import { leastGradeOf } from "../../../scripts/deploy/pinnedSetup.ts";
import type { ZkRelease } from "../../../scripts/deploy/publishRelease.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { setupOf, verifyingKeyId } from "../../../sdk/protocol/verifyingKey.ts";
import { CliError } from "../failure.ts";
import { withSignatures } from "./chainCheck.ts";
import { stepTeller } from "./stepTeller.ts";

/**
 * Keys of the ceremony the user names, verified; null: development keys.
 * @throws CliError for one option without the other
 */
export function keysOf(options: {
  readonly ceremony?: string;
  readonly ptau?: string;
  readonly publisher: Hex | null;
  readonly rpc?: string;
}): MakeKeys | null {
  const { ceremony: folder, ptau: ptauPath, publisher, rpc } = options;
  if (folder === undefined && ptauPath === undefined) return null;
  if (folder !== undefined && ptauPath !== undefined) {
    return (circuit) =>
      withSignatures(rpc, (isSigned) =>
        ceremonyKeys({ folder, ptauPath, publisher, isSigned, onStep: stepTeller() })(circuit),
      );
  }
  throw new CliError(
    "--ceremony and --ptau belong together: a key is verified before it is published.",
    "Give both, or neither for development keys.",
  );
}

/** A registry that pins a setup takes no key whose secret is published. */
export function developmentKey(pinned: Hex): CeremonyError {
  return new CeremonyError(
    "DevelopmentKey",
    `This deployment is no development: it pins the setup ${pinned}, and the secret of development ` +
      "keys is published. Give --ceremony and --ptau.",
    { data: { pinned } },
  );
}

/**
 * What the contracts would refuse, before anything is sent.
 * @throws CeremonyError SetupForeign, GradeTooLow
 */
export async function requireAcceptable(
  deployment: Deployment,
  {
    pinned,
    release: { verifyingKey, minGrade = 0n },
  }: { readonly pinned: Hex; readonly release: ZkRelease },
): Promise<void> {
  const setup = hex(setupOf(verifyingKey));
  if (setup !== pinned) {
    throw new CeremonyError(
      "SetupForeign",
      `The key comes from the setup ${setup}, this deployment pins ${pinned}. Hold a ceremony with ` +
        "the powers of tau it names.",
      { data: { setup, pinned } },
    );
  }
  const { grade, least } = await leastGradeOf(deployment, hex(verifyingKeyId(verifyingKey)));
  const needed = minGrade > least ? minGrade : least;
  if (grade >= needed) return;
  throw new CeremonyError(
    "GradeTooLow",
    `The key has grade ${grade}, releases need ${needed} here. Record more signatures of recognised ` +
      "contributors: assay ceremony export --record.",
    { data: { grade, needed } },
  );
}
