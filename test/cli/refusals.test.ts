import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { KNOWN_REFUSALS, nextStep } from "../../apps/cli/chain/refusals.ts";
import { explain } from "../../apps/cli/failure.ts";
import { ContractRefusal } from "../../scripts/account/accountError.ts";
import { ceremonyBookAbi } from "../../sdk/protocol/abi/ceremonyBook.ts";
import { inferenceCoordinatorAbi } from "../../sdk/protocol/abi/inferenceCoordinator.ts";
import { keyStoreAbi } from "../../sdk/protocol/abi/keyStore.ts";
import { modelRegistryAbi } from "../../sdk/protocol/abi/modelRegistry.ts";
import { operatorRegistryAbi } from "../../sdk/protocol/abi/operatorRegistry.ts";
import { zkVerifierAbi } from "../../sdk/protocol/abi/zkVerifier.ts";

describe("nextStep", () => {
  const abis = [
    ...inferenceCoordinatorAbi,
    ...operatorRegistryAbi,
    ...modelRegistryAbi,
    ...keyStoreAbi,
    ...zkVerifierAbi,
    ...ceremonyBookAbi,
  ];
  const declared = new Map(
    abis.flatMap((each) =>
      each.type === "error" ? [[each.name as string, each.inputs] as const] : [],
    ),
  );

  for (const name of KNOWN_REFUSALS) {
    it(`knows ${name} as the contracts declare it`, () => {
      const inputs = declared.get(name);
      assert.ok(inputs !== undefined, "no contract declares it");
      const step = nextStep(
        name,
        inputs.map((_, index) => String(1_000 + index)),
      );
      assert.match(step, /^\S.*\.$|^\S.*assay account deposit\.$/);
      assert.doesNotMatch(step, /undefined|1970-01-01T00:00:00Z/);
    });
  }

  it("sends who meets another error to where it is declared", () => {
    assert.match(
      explain(new ContractRefusal({ name: "toString", values: [] })),
      /toString\(\)\.\n .*interfaces/,
    );
  });
});
