import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { CliError, explain } from "../../apps/cli/failure.ts";
import { operatorIdOf } from "../../scripts/account/operatorRecord.ts";
import { assay, ETHER, startDeployedChain } from "./support/deployedChain.ts";
import type { DeployedChain, TestAccount } from "./support/deployedChain.ts";

const DAY = 86_400;
const PRICES = ["--compute", "10gwei", "--proof", "100gwei", "--byte", "1000gwei"] as const;
/** Units 3, 2, 1. */
const PRICE = 1_230n * 10n ** 9n;

describe("assay operator", { timeout: 120_000 }, () => {
  let chain: DeployedChain;
  before(async () => {
    chain = await startDeployedChain();
  });
  after(() => chain.stop());

  /** A registered operator with a bond of one ether. */
  async function enrolled(): Promise<TestAccount & { readonly id: bigint }> {
    const account = await chain.fund();
    await assay("operator", "register", ...chain.as(account));
    await assay("operator", "bond", "1eth", ...chain.as(account));
    return { ...account, id: operatorIdOf(account.address) };
  }
  async function serving() {
    const operator = await enrolled();
    await assay("operator", "price", ...PRICES, ...chain.as(operator));
    await assay("operator", "serve", chain.releaseId, ...chain.as(operator));
    return operator;
  }
  /** The list's tickets of one operator. */
  async function tickets(operator: TestAccount & { readonly id: bigint }) {
    const { operatorRegistry } = await chain.meet(operator);
    const listings = (await operatorRegistry
      .getFunction("listings")
      .staticCall(chain.releaseId, 2n)) as readonly Readonly<Record<string, bigint>>[];
    return listings.filter(({ operatorId }) => operatorId === operator.id);
  }
  async function refused(...args: readonly string[]): Promise<string> {
    const error: unknown = await assay(...args).then(
      () => assert.fail("nothing was refused"),
      (reason: unknown) => reason,
    );
    return explain(error);
  }

  it("register makes the key's account an operator and prints hash, gas and id", async () => {
    const account = await chain.fund();
    const { out } = await assay("operator", "register", ...chain.as(account));
    const id = operatorIdOf(account.address);
    assert.match(out, new RegExp(`^operator ${id} registered, owned by ${account.address}$`, "m"));
    assert.match(out, /^ {2}transaction 0x[0-9a-f]{64}$/m);
    assert.match(out, /^ {2}gas {9}[\d,]+, [\d.]+(eth|gwei)$/m);
    const again = await refused("operator", "register", ...chain.as(account));
    assert.match(again, new RegExp(`OperatorAlreadyRegistered\\(${id}\\)\\.\n .*operator status`));
  });

  it("bond adds what is given, also to another's bond", async () => {
    const operator = await enrolled();
    const friend = await chain.fund();
    const named = ["--operator", operator.id.toString()];
    const { out } = await assay("operator", "bond", "0.5eth", ...named, ...chain.as(friend));
    assert.match(out, new RegExp(`^0\\.5eth added to the bond of operator ${operator.id}$`, "m"));
    const { operatorRegistry } = await chain.meet(operator);
    const [bond] = (await operatorRegistry.getFunction("bondOf").staticCall(operator.id)) as [
      bigint,
    ];
    assert.equal(bond, (3n * ETHER) / 2n);
  });

  it("serve enters the list with no limits but those named; --stop leaves it", async () => {
    const operator = await enrolled();
    await assay("operator", "price", ...PRICES, ...chain.as(operator));
    const limits = ["--min-gas-price", "2gwei", "--max-input-length", "4096"];
    const at = [chain.releaseId, ...chain.as(operator)];
    const { out } = await assay("operator", "serve", ...at, ...limits);
    assert.match(out, /serves release 0x\w+ at level Zk: 1230gwei an answer from \S+Z, 2 tickets/);
    const [ticket] = await tickets(operator);
    assert.equal(ticket?.["price"], PRICE);
    assert.equal(ticket?.["minGasPrice"], 2n * 10n ** 9n);
    assert.equal(ticket?.["maxCallbackGas"], 2_500_000n);
    assert.equal(ticket?.["maxInputLength"], 4_096n);

    await assay("operator", "serve", ...at, "--stop");
    assert.equal((await tickets(operator)).length, 0);
  });

  it("limits shows them, and changes none but those named", async () => {
    const operator = await serving();
    const at = [chain.releaseId, ...chain.as(operator)];
    await assay("operator", "limits", "--max-callback-gas", "90000", ...at);
    const { out } = await assay("operator", "limits", ...at);
    assert.match(
      out,
      /^min-gas-price +0eth\nmax-callback-gas +90,000\nmax-input-length +24,576\nmax-bond +79200000000eth$/,
    );
    const [ticket] = await tickets(operator);
    assert.equal(ticket?.["maxCallbackGas"], 90_000n);
  });

  it("price lists what is served again: a cut at once, a rise after an hour", async () => {
    const operator = await serving();
    const cut = ["--compute", "1gwei", "--proof", "1gwei", "--byte", "1gwei"];
    await assay(
      "operator",
      "limits",
      chain.releaseId,
      "--max-input-length",
      "999",
      ...chain.as(operator),
    );
    const { out } = await assay("operator", "price", ...cut, ...chain.as(operator));
    assert.match(out, /prices per unit of compute, proof and bytes: 1gwei, 1gwei, 1gwei/);
    const [ticket] = await tickets(operator);
    assert.deepEqual([ticket?.["price"], ticket?.["maxInputLength"]], [6n * 10n ** 9n, 999n]);

    await assay("operator", "price", ...PRICES, ...chain.as(operator));
    const [waiting] = await tickets(operator);
    assert.deepEqual([waiting?.["price"], waiting?.["hasPendingPrice"]], [6n * 10n ** 9n, true]);
  });

  it("sender adds and removes a hot key", async () => {
    const operator = await enrolled();
    const sender = await chain.fund();
    const { operatorRegistry } = await chain.meet(operator);
    const isSender = (): Promise<unknown> =>
      operatorRegistry.getFunction("isSender").staticCall(operator.id, sender.address);
    await assay("operator", "sender", "add", sender.address, ...chain.as(operator));
    assert.equal(await isSender(), true);
    await assay("operator", "sender", "remove", sender.address, ...chain.as(operator));
    assert.equal(await isSender(), false);
  });

  it("payout sets where senders may send earnings, and takes it back", async () => {
    const operator = await enrolled();
    const { address } = await chain.fund();
    await assay("operator", "payout", address, ...chain.as(operator));
    const payout = async () => (await assay("operator", "earnings", ...chain.as(operator))).out;
    assert.equal(await payout(), `earnings  0eth\npayout    ${address}`);
    await assay("operator", "payout", "none", ...chain.as(operator));
    assert.match(await payout(), /^payout +none$/m);
  });

  it("unbond and withdraw bond bring it back after the unbonding time", async () => {
    const operator = await enrolled();
    const { out } = await assay("operator", "unbond", "1eth", ...chain.as(operator));
    assert.match(out, /^1eth is unbonding; from \S+Z take it with assay operator withdraw bond$/m);
    const early = await refused("operator", "withdraw", "bond", ...chain.as(operator));
    assert.match(early, /UnbondingNotOver\(.*\n +Come back at \S+Z\./);

    const { address } = await chain.fund();
    const snapshot: unknown = await chain.provider.send("evm_snapshot", []);
    await chain.provider.send("evm_increaseTime", [32 * DAY]);
    await chain.provider.send("evm_mine", []);
    await assay("operator", "withdraw", "bond", "--to", address, ...chain.as(operator));
    assert.equal(await chain.provider.getBalance(address), 101n * ETHER);
    await chain.provider.send("evm_revert", [snapshot]);
  });

  it("withdraw earnings says when there are none, and that bond leaves as one", async () => {
    const operator = await enrolled();
    const none = await refused("operator", "withdraw", "earnings", ...chain.as(operator));
    assert.match(none, new RegExp(`Operator ${operator.id} has no earnings to withdraw`));
    const part = await refused("operator", "withdraw", "bond", "1eth", ...chain.as(operator));
    assert.match(part, /Bond leaves as one/);
  });

  it("status prints bond, prices and lists, and needs no key", async () => {
    const operator = await serving();
    const named = ["--operator", operator.id.toString()];
    const { out } = await assay("operator", "status", ...named, ...chain.as(null));
    for (const line of [
      new RegExp(`^owner +${operator.address}$`, "m"),
      /^bond +1eth$/m,
      /^proofPrice +100gwei$/m,
      new RegExp(`^serves ${chain.releaseId} at level Zk$`, "m"),
      /^ {2}tickets +2$/m,
    ]) {
      assert.match(out, line);
    }
  });

  it("status and earnings print one object with --json, amounts as text", async () => {
    const operator = await serving();
    const as = ["--json", "--operator", operator.id.toString(), ...chain.as(null)];
    const { out } = await assay("operator", "status", ...as);
    const { listings, bond, ...rest } = JSON.parse(out) as Readonly<Record<string, unknown>>;
    const prices = { computePrice: 10n, proofPrice: 100n, bytePrice: 1_000n };
    assert.deepEqual(rest, {
      operatorId: operator.id.toString(),
      owner: operator.address,
      nextOwner: null,
      payout: null,
      isBonded: true,
      senders: [],
      prices: Object.fromEntries(
        Object.entries(prices).map(([name, gwei]) => [name, `${gwei}000000000`]),
      ),
      earnings: "0",
    });
    assert.deepEqual(bond, {
      amount: ETHER.toString(),
      locked: "0",
      listings: "1",
      unbonding: "0",
      withdrawableAt: "0",
    });
    const [listing] = listings as readonly Readonly<Record<string, unknown>>[];
    const { releaseId, level, price, tickets } = listing ?? {};
    assert.deepEqual(
      [releaseId, level, price, tickets],
      [chain.releaseId, "Zk", PRICE.toString(), "2"],
    );
    const earnings = await assay("operator", "earnings", ...as);
    assert.deepEqual(JSON.parse(earnings.out), {
      operatorId: operator.id.toString(),
      earnings: "0",
      payout: null,
    });
  });

  it("serve and limits take several levels at once, and serve --stop leaves them", async () => {
    const operator = await enrolled();
    await assay("operator", "price", ...PRICES, ...chain.as(operator));
    const at = [chain.releaseId, "--levels", "optimistic, zk", ...chain.as(operator)];
    const served = async (): Promise<readonly string[]> => {
      const { out } = await assay("operator", "status", "--json", ...chain.as(operator));
      const { listings } = JSON.parse(out) as {
        readonly listings: readonly { readonly level: string }[];
      };
      return listings.map(({ level }) => level);
    };
    await assay("operator", "serve", "--max-callback-gas", "5", ...at);
    assert.deepEqual(await served(), ["Optimistic", "Zk"]);
    const { out } = await assay("operator", "limits", ...at);
    assert.match(out, /^level optimistic\n[^]*max-callback-gas +5\n[^]*^level zk\n[^]*gas +5$/m);
    await assay("operator", "serve", "--stop", ...at);
    assert.deepEqual(await served(), []);
    const unknown = ["--levels", "zk,moon", ...chain.as(operator)];
    assert.match(
      await refused("operator", "serve", chain.releaseId, ...unknown),
      /moon is no level\.\n +Give one of optimistic, tee, zk/,
    );
  });

  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["a bond without a unit", ["bond", "0.5"], /"0\.5" has a fraction but no unit/],
    ["a bond below zero", ["bond", "--", "-1eth"], /"-1eth" is no amount/],
    ["an operator nobody registered", ["status"], /OperatorUnknown\(\d+\)\.\n .*register/],
    ["a bond for nobody", ["bond", "1eth"], /OperatorUnknown\(\d+\)\.\n .*register/],
    [
      "an operator id of nine bytes",
      ["status", "--operator", `1${"0".repeat(20)}`],
      /is no operator id/,
    ],
    ["a sender that is no address", ["sender", "add", "0x12"], /0x12 is no address/],
    ["a release id that is none", ["serve", "0xab"], /0xab is no release id/],
    [
      "a level that is none",
      ["serve", `0x${"11".repeat(32)}`, "--level", "zkp"],
      /zkp is no level\.\n .*optimistic, tee, zk/,
    ],
    [
      "a price beyond its field",
      ["price", "--compute", "19eth", "--proof", "0", "--byte", "0"],
      /19eth is more than a price/,
    ],
    [
      "a bond that is no short amount",
      ["limits", `0x${"11".repeat(32)}`, "--max-bond", "1.2345eth"],
      /1\.2345eth has too many digits.*\n +Give 1\.24eth\./,
    ],
    [
      "a gas price beyond its field",
      ["limits", `0x${"11".repeat(32)}`, "--min-gas-price", "1eth"],
      /1eth is more than --min-gas-price can hold/,
    ],
    ["limits of a list he is not in", ["limits", `0x${"11".repeat(32)}`], /does not serve release/],
  ];
  for (const [what, args, expected] of wrong) {
    it(`refuses ${what} and names the next step`, async () => {
      const [name = "", ...rest] = args;
      const place = chain.as(await chain.fund());
      // What follows a -- is no option.
      const ordered = rest.includes("--") ? [...place, ...rest] : [...rest, ...place];
      const said = await refused("operator", name, ...ordered);
      assert.match(said, expected);
      assert.match(said, /\n {7}\S/);
    });
  }

  it("refuses to set the prices of another's operator", async () => {
    const { id } = await enrolled();
    const stranger = [...chain.as(await chain.fund()), "--operator", id.toString()];
    const said = await refused("operator", "price", ...PRICES, ...stranger);
    assert.match(said, /NotOwner\(.*\n +Use the key of its owner/);
  });

  it("refuses to bond more than the account has, before anything is sent", async () => {
    const operator = await enrolled();
    const said = await refused("operator", "bond", "1000eth", ...chain.as(operator));
    assert.match(said, /cannot pay for value and gas.*\[FundsMissing\]/);
  });
});

describe("options of a deployment", { timeout: 60_000 }, () => {
  let chain: DeployedChain;
  let account: TestAccount;
  before(async () => {
    chain = await startDeployedChain();
    account = await chain.fund();
  });
  after(() => chain.stop());

  const named = (coordinator: string): readonly string[] => ["--coordinator", coordinator];

  it("takes the coordinator's address instead of a file", async () => {
    const place = ["--rpc", chain.rpcUrl, ...named(chain.addresses.coordinator)];
    const { out } = await assay("account", "balance", account.address, ...place);
    assert.match(out, /^balance +0eth$/m);
    // Through the registry that only the coordinator names.
    const register = ["operator", "register", ...place, "--key-file", account.keyFile];
    assert.match((await assay(...register)).out, /^operator \d+ registered/);
  });

  const wrong: readonly (readonly [string, () => readonly string[], RegExp])[] = [
    ["no chain", () => named(account.address), /This needs a chain\..*--rpc/s],
    ["no deployment", () => ["--rpc", chain.rpcUrl], /needs one deployment/],
    [
      "two deployments",
      () => [...chain.as(null), "--coordinator", account.address],
      /one deployment/,
    ],
    [
      "a chain nobody serves",
      () => ["--rpc", "http://127.0.0.1:1", ...named(account.address)],
      /\[ChainUnavailable\]/,
    ],
    [
      "an address without a contract",
      () => ["--rpc", chain.rpcUrl, ...named(account.address)],
      /no InferenceCoordinator at .*\[DeploymentInvalid\]/,
    ],
    [
      "another contract's address",
      () => ["--rpc", chain.rpcUrl, ...named(chain.addresses.operatorRegistry)],
      /no InferenceCoordinator at .*\[DeploymentInvalid\]/,
    ],
    [
      "a file that is none",
      () => ["--rpc", chain.rpcUrl, "--addresses", account.keyFile],
      /holds no addresses of a deployment/,
    ],
    [
      "a file that is not there",
      () => ["--rpc", chain.rpcUrl, "--addresses", "/nowhere.json"],
      /\/nowhere\.json is not there/,
    ],
  ];
  for (const [what, place, expected] of wrong) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(assay("account", "balance", account.address, ...place()), (error) => {
        assert.match(explain(error), expected);
        return true;
      });
    });
  }

  it("refuses to act without a key", async () => {
    await assert.rejects(assay("account", "deposit", "1eth", ...chain.as(null)), (error) => {
      assert.ok(error instanceof CliError);
      assert.match(error.next, /--key-file/);
      return true;
    });
  });
});
