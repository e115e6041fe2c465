import { expect } from "chai";
import { Contract, toBeHex } from "ethers";

import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import {
  asksLive,
  eventIn,
  holdCeremony,
  publishes,
  serves,
  startProfile,
  termsFor,
  type LiveProfile,
} from "./support/liveProfile.ts";
import { checkDeployment } from "../../scripts/deploy/checkDeployment.ts";
import { profileIn } from "../../scripts/deploy/record.ts";
import { as, GWEI, INPUT, OUTPUT, proverOf, read, send, STATUS } from "./support/world.ts";

const OPTIMISTIC = 0n;
const ZK = 2n;
const MAX_GAS_PRICE = 20n * GWEI;
/** Predeploy of the OP stack in which L1's fees stand, and the slot of their scalars. */
const L1_BLOCK = "0x4200000000000000000000000000000000000015";
const SCALARS_SLOT = 3;
/** Scalars as they are on OP Mainnet by order of magnitude: base fee 5,227, blob base fee 1,014,213. */
const SCALARS = (5_227n << 96n) | (1_014_213n << 64n);
const ORACLE = "0x420000000000000000000000000000000000000F";
const ORACLE_ABI = ["function getL1FeeUpperBound(uint256) view returns (uint256)"];

async function quoteOf(live: LiveProfile, releaseId: Hex, level: bigint): Promise<bigint> {
  const terms = await termsFor(live, { maxGasPrice: MAX_GAS_PRICE });
  return (await read(live.coordinator, "quote", releaseId, level, BigInt(INPUT.length), terms))
    .total;
}

for (const [profileName, networkName] of [
  ["l1", "default"],
  ["l2", "rollup"],
] as const) {
  describe(`profile ${profileName} on a local chain`, () => {
    let live: LiveProfile;
    let releaseId: Hex;

    before(async function () {
      this.timeout(120_000);
      live = await startProfile(profileName, networkName);
    });

    it("belongs to the next owner, who accepted, and is what its record says", async () => {
      for (const contract of [live.coordinator, live.book]) {
        expect(await read(contract, "owner")).to.equal(live.nextOwner.address);
      }
      expect(await checkDeployment(live.record, live.connection.ethers.provider)).to.deep.equal([]);
    });

    it("takes no optimistic release before the key has the grade, and takes it then", async () => {
      const refusal = await publishes(live).then(String, (error: unknown) => String(error));
      const { selector } = live.models.interface.getError("ReleaseGradeTooLow") ?? {};
      expect(refusal).to.match(new RegExp(`ReleaseGradeTooLow|${selector}`));
      await holdCeremony(live);
      releaseId = await publishes(live);
      expect(await read(live.models, "gradeOf", releaseId)).to.equal(
        profileIn(live.record).leastKeyGrade,
      );
      expect(await read(live.models, "minBondOf", releaseId)).to.equal(
        profileIn(live.record).leastAnswerBond,
      );
      await serves(live, releaseId);
    });

    it("settles a proven answer, data fee included where there is one", async () => {
      const { coordinator, operatorId } = live;
      await chargeForData(live);
      const terms = await termsFor(live, { maxGasPrice: MAX_GAS_PRICE, minGrade: 3n });
      const { request, assignment, requestId } = await asksLive(live, {
        releaseId,
        level: ZK,
        terms,
      });
      const { price, escrow } = assignment as { readonly price: bigint; readonly escrow: bigint };
      expect(escrow).to.equal(await quoteOf(live, releaseId, ZK));
      const prover = await proverOf("sixWords");
      const claim = { requestId: BigInt(requestId as string), payee: operatorId };
      const evidence = await prover.prove({ ...claim, input: INPUT, output: OUTPUT });
      const answer = { payee: operatorId, input: INPUT, output: OUTPUT, evidence };
      const method = as(coordinator, live.operator);
      const receipt = await send(method, "fulfill", [request, assignment, answer]);
      const { paid, isDelivered } = eventIn(coordinator, receipt, "RequestFulfilled") as {
        readonly paid: bigint;
        readonly isDelivered: boolean;
      };
      expect(isDelivered).to.equal(true);
      expect(paid > price && paid <= escrow).to.equal(true);
      expect(await read(coordinator, "requestStatus", requestId)).to.equal(STATUS.Finalized);
      expect(await read(coordinator, "earningsOf", operatorId)).to.equal(paid);
      await send(method, "withdrawEarnings", [operatorId, live.operator.address, paid]);
    });

    it("makes an optimistic answer final after the profile's window, not before", async () => {
      const { coordinator, operatorId, connection } = live;
      const { challengeWindowSeconds, leastAnswerBond } = profileIn(live.record);
      const terms = await termsFor(live, { maxGasPrice: MAX_GAS_PRICE, delivery: 1n });
      const asked = await asksLive(live, { releaseId, level: OPTIMISTIC, terms });
      const { request, assignment, requestId } = asked;
      const answer = { payee: operatorId, input: "0x", output: OUTPUT, evidence: "0x" };
      const method = as(coordinator, live.operator);
      const receipt = await send(method, "fulfill", [request, assignment, answer]);
      const { record, windowEnd } = eventIn(coordinator, receipt, "RequestAnswered");
      const answeredAt = BigInt(await connection.networkHelpers.time.latest());
      expect(windowEnd).to.equal(answeredAt + challengeWindowSeconds);
      expect((await read(live.operators, "bondOf", operatorId)).locked).to.equal(leastAnswerBond);

      const values = [request, assignment, record, OUTPUT];
      const early = answeredAt + challengeWindowSeconds - 30n;
      await connection.networkHelpers.time.increaseTo(early);
      await expect(send(coordinator, "finalize", values)).to.be.revertedWithCustomError(
        coordinator,
        "WindowOpen",
      );
      await connection.networkHelpers.time.increaseTo(answeredAt + challengeWindowSeconds);
      const before: bigint = await read(live.consumer, "callbacks");
      await send(coordinator, "finalize", values);
      expect(await read(coordinator, "requestStatus", requestId)).to.equal(STATUS.Finalized);
      expect(await read(live.consumer, "callbacks")).to.equal(before + 1n);
      expect((await read(live.operators, "bondOf", operatorId)).locked).to.equal(0n);
    });

    it("takes no requests once its guardian said so, until the owner does", async () => {
      await send(as(live.coordinator, live.guardian), "stopRequests", []);
      const terms = await termsFor(live, {});
      const asking = { releaseId, level: ZK, terms };
      await expect(asksLive(live, asking)).to.be.revertedWithCustomError(
        live.coordinator,
        "CoordinatorClosed",
      );
      await send(as(live.coordinator, live.nextOwner), "resumeRequests", []);
      await asksLive(live, asking);
    });

    if (profileName === "l2") {
      it("quotes the oracle's fee for the data, twice over, and the dearest of what may come", async () => {
        const { provider } = live.connection.ethers;
        const oracle = new Contract(ORACLE, ORACLE_ABI, provider);
        const length = 1_700n + BigInt(INPUT.length + OUTPUT.length);
        const fee: bigint = await read(oracle, "getL1FeeUpperBound", 60n + length);
        expect(fee > 0n).to.equal(true);
        const quoted = await quoteOf(live, releaseId, ZK);
        await live.connection.networkHelpers.setStorageAt(L1_BLOCK, SCALARS_SLOT, toBeHex(0n, 32));
        expect(quoted - (await quoteOf(live, releaseId, ZK))).to.equal(2n * fee);
      });

      it("pays at least what the rollup really charged for the data of an answer", async () => {
        await chargeForData(live);
        const hook = new Contract(
          live.record.dataFee,
          ["function dataFee(uint256) view returns (uint256)"],
          live.connection.ethers.provider,
        );
        const terms = await termsFor(live, { maxGasPrice: MAX_GAS_PRICE, callbackGas: 0n });
        const { request, assignment, requestId } = await asksLive(live, {
          releaseId,
          level: ZK,
          terms,
        });
        const prover = await proverOf("sixWords");
        const claim = { requestId: BigInt(requestId as string), payee: live.operatorId };
        const evidence = await prover.prove({ ...claim, input: INPUT, output: OUTPUT });
        const answer = { payee: live.operatorId, input: INPUT, output: OUTPUT, evidence };
        const values = [request, assignment, answer];
        const { hash } = await send(as(live.coordinator, live.operator), "fulfill", values);
        const { l1Fee } = (await live.connection.provider.request({
          method: "eth_getTransactionReceipt",
          params: [hash],
        })) as { readonly l1Fee: string };
        const length = 1_700n + BigInt(INPUT.length + OUTPUT.length);
        const paidFor: bigint = await read(hook, "dataFee", length);
        expect(BigInt(l1Fee) > 0n).to.equal(true);
        expect(paidFor >= BigInt(l1Fee), `${paidFor} for ${BigInt(l1Fee)}`).to.equal(true);
      });
    }
  });
}

/** Gives the local rollup L1 fees; its genesis has none. Does nothing on a chain without them. */
async function chargeForData(live: LiveProfile): Promise<void> {
  if (live.record.profile !== "l2") return;
  const value = toBeHex(SCALARS, 32);
  await live.connection.networkHelpers.setStorageAt(L1_BLOCK, SCALARS_SLOT, value);
}
