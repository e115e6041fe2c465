import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Interface } from "ethers";

import type { Log, Outcome } from "../../../scripts/sim/chain.ts";
import { addFlows, lostCoins, NO_FLOWS, solvencyError } from "../../../scripts/sim/solvency.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { inferenceCoordinatorAbi } from "../../../sdk/protocol/abi/inferenceCoordinator.ts";
import { operatorRegistryAbi } from "../../../sdk/protocol/abi/operatorRegistry.ts";

const at = { coordinator: "0xc0", registry: "0xee" } as const;
const elsewhere: Hex = `0x${"11".repeat(20)}`;

function log(
  abi: ConstructorParameters<typeof Interface>[0],
  name: string,
  values: unknown[],
): Log {
  const { data, topics } = new Interface(abi).encodeEventLog(name, values);
  return { data: data as Hex, topics: topics as Hex[] };
}

function outcome(to: Hex, changes: { value?: bigint; succeeded?: boolean; logs?: Log[] }): Outcome {
  const { value = 0n, succeeded = true, logs = [] } = changes;
  return { call: { from: elsewhere, to, value }, succeeded, gasFee: 3n, logs };
}

describe("addFlows", () => {
  it("counts value that went in, and gas also of what reverted", () => {
    const flows = addFlows(
      NO_FLOWS,
      [
        outcome(at.coordinator, { value: 100n }),
        outcome(at.coordinator, { value: 50n, succeeded: false }),
        outcome(at.registry, { value: 7n }),
        outcome(elsewhere, { value: 1n }),
      ],
      at,
    );
    assert.deepEqual(flows, { ...NO_FLOWS, coordinatorIn: 100n, registryIn: 7n, gas: 12n });
  });

  it("counts what was taken out, and what of a slash changed contracts", () => {
    const logs = [
      log(inferenceCoordinatorAbi, "Withdrawn", [elsewhere, elsewhere, 5n]),
      log(inferenceCoordinatorAbi, "EarningsWithdrawn", [1n, elsewhere, 6n]),
      log(operatorRegistryAbi, "BondWithdrawn", [1n, elsewhere, 7n]),
      log(operatorRegistryAbi, "BondSlashed", [1n, 20n, 10n]),
    ];
    const flows = addFlows(NO_FLOWS, [outcome(elsewhere, { logs })], at);
    assert.deepEqual(flows, {
      coordinatorIn: 10n,
      coordinatorOut: 11n,
      registryIn: 0n,
      registryOut: 17n,
      gas: 3n,
    });
  });
});

describe("solvencyError", () => {
  const flows = {
    coordinatorIn: 100n,
    coordinatorOut: 40n,
    registryIn: 9n,
    registryOut: 2n,
    gas: 0n,
  };
  const holdings = {
    coordinator: 60n,
    owedByCoordinator: 60n,
    registry: 7n,
    owedByRegistry: 7n,
  };

  it("is nothing where coins, debts and ledger agree", () => {
    assert.equal(solvencyError(flows, holdings), 0n);
  });

  it("sees one wei at every place, too much or too little", () => {
    for (const place of Object.keys(holdings) as (keyof typeof holdings)[]) {
      for (const change of [1n, -1n]) {
        assert.equal(solvencyError(flows, { ...holdings, [place]: holdings[place] + change }), 1n);
      }
    }
  });

  it("sees a coin that nobody has any more", () => {
    const whole = { initial: 1_000n, accounts: 930n, holdings, gas: 3n };
    assert.equal(lostCoins(whole), 0n);
    assert.equal(lostCoins({ ...whole, accounts: 929n }), 1n);
  });
});
