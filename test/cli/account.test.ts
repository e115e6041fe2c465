import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Contract } from "ethers";

import { tokenUnits } from "../../apps/cli/chain/amounts.ts";
import { missingCoins } from "../../apps/cli/chain/payment.ts";
import { explain } from "../../apps/cli/failure.ts";
import { operatorIdOf } from "../../scripts/account/operatorRecord.ts";
import { deployContract } from "../../scripts/deploy/deploy.ts";
import { operatorRegistryAbi } from "../../sdk/protocol/abi/operatorRegistry.ts";
import { assay, ETHER, readNumber, refused, startDeployedChain } from "./support/deployedChain.ts";
import type { DeployedChain } from "./support/deployedChain.ts";

describe("assay account", { timeout: 60_000 }, () => {
  let chain: DeployedChain;
  before(async () => {
    chain = await startDeployedChain();
  });
  after(() => chain.stop());

  it("deposit adds to the own balance or another's", async () => {
    const [account, friend] = [await chain.fund(), await chain.fund()];
    const own = await assay("account", "deposit", "0.5eth", ...chain.as(account));
    assert.match(own.out, new RegExp(`^0\\.5eth added to the balance of ${account.address}$`, "m"));
    await assay("account", "deposit", "7", "--for", friend.address, ...chain.as(account));
    const { coordinator } = await chain.meet(account);
    assert.equal(await readNumber(coordinator, "balanceOf", account.address), ETHER / 2n);
    assert.equal(await readNumber(coordinator, "balanceOf", friend.address), 7n);
  });

  it("withdraw takes a part, then all", async () => {
    const [account, friend] = [await chain.fund(), await chain.fund()];
    await assay("account", "deposit", "1eth", ...chain.as(account));
    const to = ["--to", friend.address];
    const part = await assay("account", "withdraw", "0.25eth", ...to, ...chain.as(account));
    assert.match(part.out, /^0\.25eth sent to 0x\w+; 0\.75eth is left$/m);
    await assay("account", "withdraw", "all", ...to, ...chain.as(account));
    assert.equal(await chain.provider.getBalance(friend.address), 101n * ETHER);
    await assert.rejects(assay("account", "withdraw", "all", ...chain.as(account)), /nothing/);
  });

  it("allow lets a consumer spend, which balance shows", async () => {
    const [account, consumer] = [await chain.fund(), await chain.fund()];
    const shown = async (): Promise<string> => {
      const asked = [account.address, "--consumer", consumer.address];
      return (await assay("account", "balance", ...asked, ...chain.as(null))).out;
    };
    await assay("account", "allow", consumer.address, "2gwei", ...chain.as(account));
    assert.match(await shown(), new RegExp(`^allowed to ${consumer.address} +2gwei$`, "m"));
    await assay("account", "allow", consumer.address, "unlimited", ...chain.as(account));
    assert.match(await shown(), /unlimited$/);
  });

  it("balance prints one object with --json, amounts as text", async () => {
    const [account, consumer] = [await chain.fund(), await chain.fund()];
    await assay("account", "deposit", "1gwei", ...chain.as(account));
    await assay("account", "allow", consumer.address, "7", ...chain.as(account));
    const own = { account: account.address, balance: "1000000000", requests: "0" };
    const alone = await assay("account", "balance", "--json", ...chain.as(account));
    assert.deepEqual(JSON.parse(alone.out), { ...own, allowance: null });
    const both = ["--json", "--consumer", consumer.address, ...chain.as(account)];
    const { out } = await assay("account", "balance", ...both);
    const allowance = { consumer: consumer.address, amount: "7" };
    assert.deepEqual(JSON.parse(out), { ...own, allowance });
  });

  it("says what is there when more is withdrawn, in the error's name", async () => {
    const account = await chain.fund();
    await assay("account", "deposit", "5", ...chain.as(account));
    await assert.rejects(assay("account", "withdraw", "6", ...chain.as(account)), (error) => {
      assert.match(
        explain(error),
        /refused: BalanceTooLow\(0x\w+, 5, 6\)\.\n +5 is there, 6 is needed: assay account deposit/,
      );
      return true;
    });
  });
});

describe("commands where the asset is a token", { timeout: 60_000 }, () => {
  let chain: DeployedChain;
  let token = "";
  before(async () => {
    chain = await startDeployedChain({
      prepareAsset: async (signer) => {
        token = await deployContract(signer, "mocks/TestToken", [0]);
        return token;
      },
    });
  });
  after(() => chain.stop());

  it("let the contracts pull it, and say amounts in tokens", async () => {
    const account = await chain.fund();
    const mint = ["function mint(address account, uint256 amount)"];
    const minter = new Contract(token, mint, account.wallet);
    await (await minter.getFunction("mint").send(account.address, 10n * ETHER)).wait();

    const { out } = await assay("account", "deposit", "1.5token", ...chain.as(account));
    assert.match(out, /^allowance for the coordinator set\n {2}transaction/);
    assert.match(out, /^1\.5token added to the balance of/m);
    await assay("operator", "register", ...chain.as(account));
    const bond = await assay("operator", "bond", "2token", ...chain.as(account));
    assert.match(bond.out, /^2token added to the bond/m);
  });

  it("forward brings what was owed while the token was paused", async () => {
    const account = await chain.fund();
    const nothing = await refused("account", "forward", ...chain.as(account));
    assert.match(nothing, /refused: NothingOwed\(\)\.\n .*nothing is left to do/);
    const setPaused = ["function setPaused(bool paused)"];
    const pausing = new Contract(token, setPaused, account.wallet).getFunction("setPaused");
    await slashWhile(async (isPaused) => {
      await (await pausing.send(isPaused)).wait();
    });
    await (await pausing.send(true)).wait();
    const early = await refused("account", "forward", ...chain.as(account));
    assert.match(early, /refused: OwedNotSent\(\d+\)\.\n .*paused/);
    await (await pausing.send(false)).wait();
    const { out } = await assay("account", "forward", ...chain.as(account));
    assert.match(out, /^0\.25token came to the coordinator, where it was owed$/m);
  });

  /** A bond of a token that locks half of itself and loses that, half of it to the coordinator. */
  async function slashWhile(pause: (isPaused: boolean) => Promise<void>): Promise<void> {
    const operator = await chain.fund();
    const minter = new Contract(token, ["function mint(address, uint256)"], operator.wallet);
    await (await minter.getFunction("mint").send(operator.address, ETHER)).wait();
    await assay("operator", "register", ...chain.as(operator));
    await assay("operator", "bond", "1token", ...chain.as(operator));
    await assay("operator", "sender", "add", operator.address, ...chain.as(operator));
    const { coordinator, operatorRegistry } = chain.addresses;
    await chain.provider.send("anvil_setBalance", [coordinator, `0x${ETHER.toString(16)}`]);
    await chain.provider.send("anvil_impersonateAccount", [coordinator]);
    const signer = await chain.provider.getSigner(coordinator);
    const registry = new Contract(operatorRegistry, operatorRegistryAbi, signer);
    const id = operatorIdOf(operator.address);
    const half = ETHER / 2n;
    await (await registry.getFunction("lockBond").send(id, operator.address, half)).wait();
    await pause(true);
    await (await registry.getFunction("slashLocked").send(id, half, half / 2n)).wait();
    await pause(false);
  }

  it("say what the account holds when that is too little", async () => {
    const account = await chain.fund();
    const refused = assay("account", "deposit", "5", ...chain.as(account));
    await assert.rejects(refused, /holds 0 of the token's smallest units, not 5\. Send it tokens/);
  });

  it("must be on the balance first: a token cannot be sent along", async () => {
    const { address } = await chain.fund();
    const deployment = await chain.meet(await chain.fund());
    const open = { deployment, account: address, units: tokenUnits(18) };
    assert.equal(await missingCoins(open, { cost: 0n, what: "the quote" }), 0n);
    await assert.rejects(
      missingCoins(open, { cost: ETHER / 2n, what: "the challenge's bond" }),
      (error) => {
        assert.match(
          explain(error),
          /balance is 0token, less than the challenge's bond\.\n +assay account deposit 0\.5token/,
        );
        return true;
      },
    );
  });

  it("refuse an amount in coins", async () => {
    const account = await chain.fund();
    const refused = assay("account", "deposit", "1eth", ...chain.as(account));
    await assert.rejects(refused, /unit "eth", which is none of unit, token/);
  });
});
