import assert from "node:assert/strict";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";

import { findStanding } from "../../scripts/account/standingAnswer.ts";
import { statusOf } from "../../scripts/account/requestOutcome.ts";
import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { anyKey, assay, readNumber, refused } from "./support/deployedChain.ts";
import type { TestAccount } from "./support/deployedChain.ts";
import { startDisputedChain, WRONG, type DisputedChain } from "./support/disputes.ts";

/** Least bond of the development profile: more than five times the price. */
const BOND = 2n * 10n ** 16n;
const STAKE = (3n * BOND) / 10n;
const WINDOW_SECONDS = 3_600;

describe("disputes", { timeout: 300_000 }, () => {
  let chain: DisputedChain;
  /** What the model says of the input, as the first test finds out. */
  let right: Hex;
  before(async () => {
    chain = await startDisputedChain();
  });
  after(() => chain.stop());

  async function answered(account: TestAccount, output: Hex): Promise<Hex> {
    const requestId = await chain.asked(account);
    await chain.answer(requestId, output);
    return requestId;
  }
  const store = (folder = chain.storeFolder): readonly string[] => ["--store", folder];
  async function numbers(account: TestAccount) {
    const { coordinator, operatorRegistry } = await chain.meet(account);
    const bond = (await operatorRegistry.getFunction("bondOf").staticCall(chain.operator.id)) as {
      readonly amount: bigint;
      readonly locked: bigint;
    };
    return {
      balance: await readNumber(coordinator, "balanceOf", account.address),
      earnings: await readNumber(coordinator, "earningsOf", chain.operator.id),
      burned: await readNumber(operatorRegistry, "burned"),
      bond: bond.amount,
      locked: bond.locked,
    };
  }
  /** The request's own money, as its record tells. */
  async function escrowOf(requestId: Hex): Promise<bigint> {
    const { preimage } = await findStanding(await chain.meet(chain.operator), requestId);
    return (preimage[1] as { readonly escrow: bigint }).escrow;
  }
  async function nothingCommitted(work: () => Promise<void>): Promise<void> {
    const { coordinator } = await chain.meet(chain.operator);
    const commitments = async (): Promise<number> =>
      (await coordinator.queryFilter("OverturnCommitted")).length;
    const already = await commitments();
    await work();
    assert.equal(await commitments(), already);
  }

  it("overturn proves the right output and takes the liar's bond", async () => {
    const [payer, challenger] = [await chain.fund(), await chain.fund()];
    const requestId = await answered(payer, WRONG);
    const escrow = await escrowOf(requestId);
    const [before, paid] = [await numbers(challenger), await numbers(payer)];
    const { out } = await chain.withBlocks(() =>
      assay("overturn", requestId, ...store(), ...chain.as(challenger)),
    );
    assert.match(out, new RegExp(`^its answer +${WRONG}\nright one +0x[0-9a-f]{4}\n`));
    assert.match(out, /^your part +0\.004eth\ncommitted to the right output$/m);
    assert.match(out, new RegExp(`^the answer of operator ${chain.operator.id} fell`, "m"));

    const result = await assay("result", requestId, "--json", ...chain.as(null));
    const { status, output } = JSON.parse(result.out) as Readonly<Record<string, Hex>>;
    assert.equal(status, "Overturned");
    assert.match(out, new RegExp(`^right one +${output}$`, "m"));
    right = output as Hex;

    const [after, refunded] = [await numbers(challenger), await numbers(payer)];
    assert.deepEqual([after.bond, after.locked], [before.bond - BOND, before.locked - BOND]);
    assert.deepEqual([after.burned, after.earnings], [before.burned + BOND / 2n, before.earnings]);
    const reward = after.balance - before.balance;
    const gasFee = reward - BOND / 5n;
    assert.ok(gasFee > 0n && gasFee <= escrow, "the escrow pays the challenger's gas");
    assert.equal(refunded.balance - paid.balance, escrow - gasFee + (3n * BOND) / 10n);
  });

  it("overturn refuses a right answer, and sends nothing", async () => {
    const account = await chain.fund();
    const requestId = await answered(account, right);
    await nothingCommitted(async () => {
      const said = await refused("overturn", requestId, ...store(), ...chain.as(account));
      assert.match(said, /is right: 0x[0-9a-f]{4}\. .*assay escalate 0x\w+ .*\[AnswerRight\]/);
    });
  });

  it("a challenge is answered by escalate: its bond goes to the operator", async () => {
    const [payer, challenger, prover] = [
      await chain.fund(),
      await chain.fund(),
      await chain.fund(),
    ];
    const requestId = await answered(payer, right);
    // A part comes from the balance, the rest is sent along.
    await assay("account", "deposit", "0.001eth", ...chain.as(challenger));
    const own = await chain.provider.getBalance(challenger.address);
    const { out } = await assay("challenge", requestId, ...chain.as(challenger));
    const due = /^your bond +0\.006eth\nproof due +about (\S+Z)$/m.exec(out)?.[1];
    assert.match(out, new RegExp(`; a proof is due until ${due}$`, "m"));
    assert.match(out, /^without one +the answer falls; .* and 0\.004eth of the operator's$/m);
    assert.match(
      out,
      new RegExp(`^request ${requestId} challenged with 0\\.006eth; .* until`, "m"),
    );
    const spent = own - (await chain.provider.getBalance(challenger.address));
    assert.ok(spent >= STAKE - 10n ** 15n && spent < STAKE, "only what was missing");
    assert.equal((await numbers(challenger)).balance, 0n);

    const again = await refused("challenge", requestId, ...chain.as(prover));
    assert.match(again, /AlreadyChallenged\(.*\n +\S.*escalate/);
    const before = await numbers(challenger);
    const proven = await assay("escalate", requestId, ...store(), ...chain.as(prover));
    assert.match(
      proven.out,
      new RegExp(`is final, proven: \\S+eth and the challenger's 0\\.006eth to operator`),
    );
    const after = await numbers(challenger);
    assert.equal(after.locked, before.locked - BOND);
    assert.ok(after.earnings - before.earnings > STAKE);
    const { out: result } = await assay("result", requestId, "--json", ...chain.as(null));
    const outcome = JSON.parse(result) as Readonly<Record<string, unknown>>;
    assert.deepEqual([outcome["status"], outcome["output"]], ["Finalized", right]);
    const final = await refused("challenge", requestId, ...chain.as(prover));
    assert.match(final, /has an answer that is final: .*Finalized.*\[AnswerAbsent\]/);
  });

  it("escalate makes an unchallenged answer final before its window is over", async () => {
    const account = await chain.fund();
    const requestId = await answered(account, right);
    const { out } = await assay("escalate", requestId, ...store(), ...chain.as(account));
    assert.match(
      out,
      new RegExp(`^request ${requestId} is final, proven: \\S+eth to operator`, "m"),
    );
    assert.equal(await statusOf(await chain.meet(account), requestId), "Finalized");
  });

  it("escalate refuses an answer that nobody can prove", async () => {
    const account = await chain.fund();
    const requestId = await answered(account, WRONG);
    const said = await refused("escalate", requestId, ...store(), ...chain.as(account));
    assert.match(said, /is wrong: 0x7fff, .* assay overturn 0x\w+ .*\[AnswerWrong\]/);
  });

  it("a challenge nobody answers is closed: bond and share come back", async () => {
    const [payer, challenger] = [await chain.fund(), await chain.fund()];
    const requestId = await answered(payer, WRONG);
    const escrow = await escrowOf(requestId);
    const unasked = await refused("challenge", requestId, "--close", ...chain.as(challenger));
    assert.match(unasked, /NotChallenged\(.*\n +\S.*assay challenge/);
    await assay("challenge", requestId, ...chain.as(challenger));
    const early = await refused("challenge", requestId, "--close", ...chain.as(payer));
    assert.match(early, /WindowOpen\(.*\n +\S+.*until \S+Z\./);

    const [before, paid] = [await numbers(challenger), await numbers(payer)];
    await chain.pass(WINDOW_SECONDS);
    const late = await refused("escalate", requestId, ...store(), ...chain.as(payer));
    assert.match(late, /was over at .*assay challenge 0x\w+ --close\. \[WindowOver\]/);
    const { out } = await assay("challenge", requestId, "--close", ...chain.as(payer));
    assert.match(out, /fell without a right one: 0\.004eth and his bond to 0x/);
    const [after, refunded] = [await numbers(challenger), await numbers(payer)];
    assert.equal(after.balance - before.balance, STAKE + BOND / 5n);
    assert.equal(refunded.balance - paid.balance, escrow + (3n * BOND) / 10n);
    assert.equal(after.bond, before.bond - BOND);
  });

  it("both refuse an answer whose window is over", async () => {
    const account = await chain.fund();
    const requestId = await answered(account, WRONG);
    await chain.pass(WINDOW_SECONDS);
    for (const command of [
      ["challenge", requestId],
      ["overturn", requestId, ...store()],
    ]) {
      const said = await refused(...command, ...chain.as(account));
      assert.match(said, /was over at \S+Z; .*assay finalize 0x\w+\. \[WindowOver\]/);
    }
  });

  it("overturn needs every artefact before it commits", async () => {
    const account = await chain.fund();
    const requestId = await answered(account, WRONG);
    const partial = join(chain.folder, "partial");
    await cp(chain.storeFolder, partial, { recursive: true });
    await rm(join(partial, chain.built.manifest.artefacts.provingKey.cid));
    await nothingCommitted(async () => {
      for (const folder of [join(chain.folder, "none"), partial]) {
        const said = await refused("overturn", requestId, ...store(folder), ...chain.as(account));
        assert.match(
          said,
          /lacks bafkrei\w+ of release 0x.*assay challenge.*\[ReleaseUnavailable\]/,
        );
      }
    });
  });

  it("overturn says when the release's key is another than its manifest's", async () => {
    const account = await chain.fund();
    const releaseId = await chain.publishUnder(anyKey());
    await chain.serve(releaseId);
    const requestId = await chain.asked(account, releaseId);
    await chain.answer(requestId, WRONG);
    await nothingCommitted(async () => {
      const said = await refused("overturn", requestId, ...store(), ...chain.as(account));
      assert.match(said, /names another verifying key than the chain.*challenge\. \[KeyForeign\]/);
    });
  });

  it("all say what has no answer, is unknown, or lacks a key", async () => {
    const account = await chain.fund();
    const requestId = await chain.asked(account);
    for (const command of ["challenge", "overturn", "escalate"]) {
      const open = await refused(command, requestId, ...chain.as(account));
      assert.match(open, /has no optimistic answer: its status is Open\..*\[AnswerAbsent\]/);
      const unknown = await refused(command, `0x${"12".repeat(32)}`, ...chain.as(account));
      assert.match(unknown, /knows no request 0x12.*\[RequestUnknown\]/);
      assert.match(await refused(command, "0x12", ...chain.as(account)), /no request id/);
      assert.match(await refused(command, requestId, ...chain.as(null)), /--key-file/);
    }
  });

  it("says when the account cannot pay the challenge's bond", async () => {
    const [payer, poor] = [await chain.fund(), await chain.fund()];
    const requestId = await answered(payer, right);
    await chain.provider.send("anvil_setBalance", [poor.address, `0x${(STAKE / 2n).toString(16)}`]);
    const said = await refused("challenge", requestId, ...chain.as(poor));
    assert.match(said, /cannot pay for value and gas.*\[FundsMissing\]/);
  });
});
