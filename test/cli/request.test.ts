import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { after, afterEach, before, describe, it } from "node:test";
import { hexlify } from "ethers";

import { explain } from "../../apps/cli/failure.ts";
import { claimProver, type ClaimProver } from "../../circuits/claim/claimProver.ts";
import type { Deployment } from "../../scripts/account/deployment.ts";
import { findRequest } from "../../scripts/account/requestRecord.ts";
import { transact } from "../../scripts/account/transact.ts";
import { enrolOperator } from "../../scripts/deploy/enrolOperator.ts";
import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import {
  assay,
  ETHER,
  INPUT,
  OUTPUT,
  readNumber,
  startDeployedChain,
} from "./support/deployedChain.ts";
import type { DeployedChain, TestAccount } from "./support/deployedChain.ts";

const GWEI = 10n ** 9n;
const PRICES = { computePrice: 10n * GWEI, proofPrice: 100n * GWEI, bytePrice: 1_000n * GWEI };
const INPUT_HEX = hexlify(INPUT);
const REQUEST = /^request (0x[0-9a-f]{64}) for operator (\d+)/m;

describe("assay request", { timeout: 120_000 }, () => {
  let chain: DeployedChain;
  let prover: ClaimProver;
  let operator: TestAccount;
  let operatorId: bigint;
  before(async () => {
    prover = await claimProver("sixWords");
    chain = await startDeployedChain({ verifyingKey: prover.verifyingKey });
    operator = await chain.fund();
    operatorId = await enrolOperator({
      signer: operator.wallet,
      addresses: chain.addresses,
      bond: ETHER,
      senders: [operator.address],
      prices: PRICES,
      releaseIds: [chain.releaseId],
    });
  });
  after(() => chain.stop());
  afterEach(() => {
    process.exitCode = 0;
  });

  const asking = (account: TestAccount, ...options: readonly string[]): readonly string[] => [
    "request",
    chain.releaseId,
    "--input",
    INPUT_HEX,
    ...options,
    ...chain.as(account),
  ];
  async function asked(account: TestAccount, ...options: readonly string[]): Promise<Hex> {
    const { out } = await assay(...asking(account, "--no-wait", ...options));
    return REQUEST.exec(out)?.[1] as Hex;
  }
  /** A real proof of the output, from the operator's side. */
  async function answer(requestId: Hex): Promise<void> {
    const deployment = await chain.meet(operator);
    const { preimage, input } = await findRequest(deployment, requestId);
    const claim = { requestId: BigInt(requestId), payee: operatorId, input: INPUT, output: OUTPUT };
    const evidence = await prover.prove(claim);
    const sent = { payee: operatorId, input, output: OUTPUT, evidence };
    await transact(deployment.coordinator, { method: "fulfill", values: [...preimage, sent] });
  }
  async function newestRequest(deployment: Deployment): Promise<Hex> {
    for (;;) {
      const filter = deployment.coordinator.filters["InferenceRequested"]?.(
        null,
        deployment.account,
      );
      const events = filter ? await deployment.coordinator.queryFilter(filter) : [];
      const [event] = events;
      if (event && "args" in event) return event.args["requestId"] as Hex;
      await delay(50);
    }
  }
  async function refused(...args: readonly string[]): Promise<string> {
    const error: unknown = await assay(...args).then(
      () => assert.fail("nothing was refused"),
      (reason: unknown) => reason,
    );
    return explain(error);
  }

  it("prints the quote first, then waits for the output", async () => {
    const account = await chain.fund();
    const waiting = assay(...asking(account));
    await answer(await newestRequest(await chain.meet(account)));
    const { out } = await waiting;
    assert.match(
      out,
      /^price +1230gwei\nroyalty +0eth\nprotocol fee +0eth\ngas +\S+eth\nat most +\S+eth\nrequest 0x/,
    );
    assert.match(out, new RegExp(`^status +Finalized\noutput +${hexlify(OUTPUT)}$`, "m"));
    assert.match(out, new RegExp(`^operator +${operatorId}$`, "m"));
    assert.equal(process.exitCode ?? 0, 0);
  });

  it("keeps standard output for one JSON object with --json, also of a file's bytes", async () => {
    const account = await chain.fund();
    const file = join(chain.folder, "input");
    await writeFile(file, INPUT);
    const args = ["request", chain.releaseId, "--input-file", file, "--json", "--no-wait"];
    const { out, err } = await assay(...args, ...chain.as(account));
    const open = JSON.parse(out) as Readonly<Record<string, unknown>>;
    assert.match(err, /^price +1230gwei$/m);
    assert.deepEqual([open["status"], open["isFinal"], open["output"]], ["Open", false, null]);

    await answer(open["requestId"] as Hex);
    const result = await assay("result", String(open["requestId"]), "--json", ...chain.as(null));
    const { transactionHash, ...rest } = JSON.parse(result.out) as Readonly<
      Record<string, unknown>
    >;
    assert.match(String(transactionHash), /^0x[0-9a-f]{64}$/);
    assert.deepEqual(rest, {
      requestId: open["requestId"],
      status: "Finalized",
      isFinal: true,
      output: hexlify(OUTPUT),
      operatorId: operatorId.toString(),
    });
  });

  it("states the terms it is told, and what it quotes as the most", async () => {
    const account = await chain.fund();
    const terms = ["--callback-gas", "5000", "--max-gas-price", "3gwei", "--deadline", "2h"];
    const one = ["--delivery", "final", "--from-operator", operatorId.toString()];
    const requestId = await asked(account, ...terms, ...one);
    const record = await findRequest(await chain.meet(account), requestId);
    const { maxFee, deadline, ...rest } = record.terms;
    const gas = 264_500n + 18n * 128n + 24n * 20n + 3_000n + 5_000n;
    assert.equal(maxFee, 1_230n * GWEI + 3n * GWEI * gas);
    const now = (await chain.provider.getBlock("latest"))?.timestamp ?? 0;
    assert.ok(deadline > BigInt(now) + 7_000n && deadline <= BigInt(now) + 7_200n);
    assert.deepEqual(rest, {
      maxGasPrice: 3n * GWEI,
      callbackGas: 5_000n,
      delivery: 1n,
      minBond: 0n,
      minGrade: 0n,
      operatorId,
      measurement: `0x${"00".repeat(32)}`,
    });
  });

  it("pays from the own balance first, and from another's that allowed it", async () => {
    const [payer, account] = [await chain.fund(), await chain.fund()];
    await assay("account", "deposit", "1eth", ...chain.as(payer));
    const before = await chain.provider.getBalance(payer.address);
    await asked(payer);
    const gasOnly = before - (await chain.provider.getBalance(payer.address));
    assert.ok(gasOnly < ETHER / 100n, "nothing was sent along");

    const from = ["--payer", payer.address];
    const early = await refused(...asking(account, ...from));
    assert.match(early, /AllowanceTooLow\(.*\n +Ask 0x\w+ to raise it: assay account allow/);
    await assay("account", "allow", account.address, "1eth", ...chain.as(payer));
    const record = await findRequest(await chain.meet(account), await asked(account, ...from));
    assert.deepEqual([record.payer, record.requester], [payer.address, account.address]);
  });

  it("earns its operator what his owner takes in parts, and a sender to the payout address", async () => {
    const [sender, payout, other] = [await chain.fund(), await chain.fund(), await chain.fund()];
    await answer(await asked(await chain.fund()));
    const { coordinator } = await chain.meet(operator);
    const earned = await readNumber(coordinator, "earningsOf", operatorId);
    const withdraw = ["operator", "withdraw", "earnings"];
    const to = ["--to", other.address];
    const part = await assay(...withdraw, "1000gwei", ...to, ...chain.as(operator));
    assert.match(part.out, new RegExp(`^1000gwei of earnings sent to ${other.address}$`, "m"));

    await assay("operator", "sender", "add", sender.address, ...chain.as(operator));
    const hot = [...chain.as(sender), "--operator", operatorId.toString()];
    assert.match(await refused(...withdraw, ...hot), /none is set\.\n .*operator payout/);
    await assay("operator", "payout", payout.address, ...chain.as(operator));
    await assay(...withdraw, ...hot);
    assert.equal(await readNumber(coordinator, "earningsOf", operatorId), 0n);
    const arrived = (await chain.provider.getBalance(payout.address)) - 100n * ETHER;
    assert.equal(arrived, earned - 1_000n * GWEI);
  });

  it("expire refunds what nobody answered, also after its operator declined", async () => {
    const account = await chain.fund();
    const requestId = await asked(account, "--deadline", "150s");
    const deployment = await chain.meet(operator);
    const first = await findRequest(deployment, requestId);
    await transact(deployment.coordinator, { method: "decline", values: first.preimage });
    const second = await findRequest(deployment, requestId);
    assert.deepEqual([first.operatorId, second.operatorId], [operatorId, 0n]);

    const early = await refused("expire", requestId, ...chain.as(account));
    assert.match(early, /DeadlineNotPassed\(.*\n +An operator may answer until \S+Z\./);
    await chain.provider.send("evm_increaseTime", [200]);
    await chain.provider.send("evm_mine", []);
    const late = await assay("result", requestId, "--wait", ...chain.as(null));
    assert.match(late.out, new RegExp(`^Once past its deadline: assay expire ${requestId}$`, "m"));
    const { out } = await assay("expire", requestId, ...chain.as(account));
    assert.match(out, new RegExp(`^request ${requestId} expired: \\S+ back to ${account.address}`));
    const { out: result } = await assay("result", requestId, ...chain.as(null));
    assert.match(result, /^status +Expired\noutput +none$/m);
  });

  it("names a transaction that reverted after all", async () => {
    const [payer, account] = [await chain.fund(), await chain.fund()];
    await assay("account", "deposit", "1eth", ...chain.as(payer));
    await assay("account", "allow", account.address, "1eth", ...chain.as(payer));
    await chain.provider.send("evm_setAutomine", [false]);
    await chain.provider.send("evm_setIntervalMining", [0]);
    try {
      const rejected = refused(...asking(account, "--payer", payer.address));
      const pending = async (): Promise<number> => {
        const status = (await chain.provider.send("txpool_status", [])) as {
          readonly pending: string;
        };
        return Number(status.pending);
      };
      while ((await pending()) === 0) await delay(20);
      const { coordinator } = await chain.meet(payer);
      // Offers more, so it is mined first.
      const fees = {
        gasLimit: 100_000n,
        maxFeePerGas: 100n * GWEI,
        maxPriorityFeePerGas: 50n * GWEI,
      };
      await coordinator.getFunction("withdraw").send(payer.address, ETHER, fees);
      await chain.provider.send("evm_setIntervalMining", [1]);
      assert.match(await rejected, /was mined and reverted: .*\[TransactionReverted\]/);
    } finally {
      await chain.provider.send("evm_setAutomine", [true]);
    }
  });

  describe("at level optimistic", () => {
    before(async () => {
      await assay(
        "operator",
        "serve",
        chain.releaseId,
        "--level",
        "optimistic",
        ...chain.as(operator),
      );
    });
    async function answered(account: TestAccount): Promise<Hex> {
      const requestId = await asked(account, "--level", "optimistic");
      const { coordinator } = await chain.meet(operator);
      const { preimage } = await findRequest(await chain.meet(operator), requestId);
      const sent = { payee: operatorId, input: "0x", output: OUTPUT, evidence: "0x" };
      await transact(coordinator, { method: "fulfill", values: [...preimage, sent] });
      return requestId;
    }
    const pass = async (seconds: number): Promise<void> => {
      await chain.provider.send("evm_increaseTime", [seconds]);
      await chain.provider.send("evm_mine", []);
    };

    it("finalize pays the operator once the window is over", async () => {
      const account = await chain.fund();
      const requestId = await answered(account);
      const standing = await assay("result", requestId, ...chain.as(null));
      assert.match(
        standing.out,
        new RegExp(`^status +Answered, not final\noutput +${hexlify(OUTPUT)}$`, "m"),
      );
      const early = await refused("finalize", requestId, ...chain.as(account));
      assert.match(early, /WindowOpen\(.*\n +An answer can be disputed, .* until \S+Z\./);

      await pass(3_600);
      const { out } = await assay("finalize", requestId, ...chain.as(account));
      assert.match(
        out,
        new RegExp(`^request ${requestId} is final: \\S+eth to operator ${operatorId}$`, "m"),
      );
      const { out: result } = await assay("result", requestId, "--json", ...chain.as(null));
      const outcome = JSON.parse(result) as Readonly<Record<string, unknown>>;
      const { status, output, operatorId: payee } = outcome;
      assert.deepEqual(
        [status, output, payee],
        ["Finalized", hexlify(OUTPUT), operatorId.toString()],
      );
    });

    it("an answer that fell without a right one leaves no output", async () => {
      const account = await chain.fund();
      const requestId = await answered(account);
      const deployment = await chain.meet(account);
      const first = await findRequest(deployment, requestId);
      const challenge = {
        method: "challenge",
        values: [...first.preimage, first.answer?.record],
        value: ETHER,
      };
      await transact(deployment.coordinator, challenge);
      const second = await findRequest(deployment, requestId);
      assert.deepEqual([first.answer?.isChallenged, second.answer?.isChallenged], [false, true]);

      await pass(3_600);
      const close = {
        method: "closeChallenge",
        values: [...second.preimage, second.answer?.record],
      };
      await transact(deployment.coordinator, close);
      const { out } = await assay("result", requestId, ...chain.as(null));
      assert.match(out, /^status +Overturned\noutput +none\ntransaction/m);
    });

    it("finalize says what has no answer", async () => {
      const account = await chain.fund();
      const requestId = await asked(account, "--level", "optimistic");
      const said = await refused("finalize", requestId, ...chain.as(account));
      assert.match(said, /has no optimistic answer\.\n +See what became of it/);
    });
  });

  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["no input", [], /A request needs one input/],
    ["two inputs", ["--input", "0x", "--input-file", "x"], /A request needs one input/],
    ["an input that is no hex", ["--input", "0x123"], /"0x123" is no input/],
    [
      "an input of another length",
      ["--input", "0x1234"],
      /InputLengthWrong\(2, 128\)\.\n .*has 2 bytes, the release takes exactly 128/,
    ],
    [
      "a deadline without a unit",
      ["--input", INPUT_HEX, "--deadline", "60"],
      /60 is no time\.\n .*90s, 30m, 2h or 1d/,
    ],
    [
      "a deadline within two windows",
      ["--input", INPUT_HEX, "--deadline", "60s"],
      /DeadlineTooSoon\(.*\n .*longer --deadline/,
    ],
    [
      "a fee below the quote",
      ["--input", INPUT_HEX, "--max-fee", "1gwei"],
      /more than --max-fee\.\n +Raise --max-fee/,
    ],
    [
      "a delivery that is none",
      ["--input", INPUT_HEX, "--delivery", "soon"],
      /soon is no delivery/,
    ],
    [
      "a gas of the callback beyond the cap",
      ["--input", INPUT_HEX, "--callback-gas", "2500001"],
      /2500001 is no gas/,
    ],
    [
      "a level the release lacks",
      ["--input", INPUT_HEX, "--level", "tee"],
      /LevelUnsupported\(.*\n .*another --level/,
    ],
    [
      "an operator who does not serve",
      ["--input", INPUT_HEX, "--from-operator", "1"],
      /NoOperator\(/,
    ],
    [
      "a term of another level",
      ["--input", INPUT_HEX, "--measurement", `0x${"11".repeat(32)}`],
      /TermUnsupported\(.*\n +Leave this term out/,
    ],
  ];
  for (const [what, options, expected] of wrong) {
    it(`refuses ${what}`, async () => {
      const account = await chain.fund();
      const said = await refused("request", chain.releaseId, ...options, ...chain.as(account));
      assert.match(said, expected);
      assert.match(said, /\n {7}\S/);
    });
  }

  it("refuses a result of a request nobody made", async () => {
    const said = await refused("result", `0x${"12".repeat(32)}`, ...chain.as(null));
    assert.match(said, /knows no request 0x12.*\[RequestUnknown\]/);
  });
});
