import { Interface, type Signer } from "ethers";

import type { ClaimProver } from "../../circuits/claim/claimProver.ts";
import type { Hex } from "../../sdk/protocol/abiEncoding.ts";
import { operatorRegistryAbi } from "../../sdk/protocol/abi/operatorRegistry.ts";
import { verificationNumber } from "../../sdk/protocol/verification.ts";
import { DEVELOPMENT_PROFILE, deployAssay, deployContract } from "../deploy/deploy.ts";
import { publishRelease } from "../deploy/publishRelease.ts";
import { coordinatorCall } from "./calldata.ts";
import { SimulatedChain, type Call, type Outcome } from "./chain.ts";
import { ECONOMY, PRIMARY_WINDOW_SECONDS, UNITS } from "./economy.ts";
import { EvidenceMaker, INPUT_LENGTH, OUTPUT_LENGTH, STAND_IN_GAS } from "./evidence.ts";
import { RequestBook, TERMINAL, type Tracked } from "./requestBook.ts";
import { addFlows, NO_FLOWS, type Flows, type Holdings } from "./solvency.ts";

/** The simulated judge comes as any new verifier would: proposed, waited for, activated. */
const JUDGED_LEVELS = [verificationNumber("Optimistic"), verificationNumber("Zk")] as const;

const registry = new Interface(operatorRegistryAbi);

/** The deployed contracts on a simulated chain, and what happened there so far. */
export class World {
  readonly chain: SimulatedChain;
  readonly coordinator: Hex;
  readonly registry: Hex;
  readonly releaseId: Hex;
  readonly evidence: EvidenceMaker;
  readonly book = new RequestBook();
  #flows: Flows = NO_FLOWS;
  #reverted = 0;
  #sent = 0;

  private constructor(
    parts: Pick<World, "chain" | "coordinator" | "registry" | "releaseId" | "evidence">,
  ) {
    this.chain = parts.chain;
    this.coordinator = parts.coordinator;
    this.registry = parts.registry;
    this.releaseId = parts.releaseId;
    this.evidence = parts.evidence;
  }

  /**
   * Deploys everything: account 0 owns, 1 publishes, 2 gets the protocol fee.
   * @param realProofs How many pieces of evidence, one in `every`, are proofs of a real circuit.
   * @throws Error if the contracts are not compiled (`npm run build`).
   */
  static async start(parameters: {
    readonly accounts: number;
    readonly prover: ClaimProver;
    readonly realProofs: number;
    readonly every: number;
  }): Promise<World> {
    const chain = await SimulatedChain.start(parameters.accounts);
    const [owner, publisher] = await chain.signers();
    const feeReceiver = chain.accounts[2];
    if (!owner || !publisher || !feeReceiver) throw new Error("The chain has too few accounts");
    const profile = { ...DEVELOPMENT_PROFILE, protocolFeeBps: ECONOMY.protocolFeeBps, feeReceiver };
    const addresses = await deployAssay({ signer: owner, profile });
    const { releaseId } = await publishRelease({
      signer: publisher,
      addresses,
      name: "simulated",
      version: "1.0.0",
      release: {
        manifestDigest: `0x${"ab".repeat(32)}`,
        inputLength: INPUT_LENGTH,
        outputLength: OUTPUT_LENGTH,
        units: UNITS,
        royaltyBps: ECONOMY.royaltyBps,
        primaryWindowSeconds: PRIMARY_WINDOW_SECONDS,
        verifyingKey: parameters.prover.verifyingKey,
        levels: ["Optimistic", "Zk"],
        minBond: ECONOMY.answerBond,
      },
    });
    const world = new World({
      chain,
      coordinator: addresses.coordinator.toLowerCase() as Hex,
      registry: addresses.operatorRegistry.toLowerCase() as Hex,
      releaseId,
      evidence: new EvidenceMaker(parameters),
    });
    await world.#setJudge(owner, addresses.zkVerifier);
    return world;
  }

  async #setJudge(owner: Signer, zkVerifier: string): Promise<void> {
    const judge = await deployContract(owner, "mocks/ScriptedVerifier", [zkVerifier, STAND_IN_GAS]);
    await this.chain.takeOver();
    const from = (await owner.getAddress()).toLowerCase() as Hex;
    for (const level of JUDGED_LEVELS) this.ask(from, "proposeVerifier", [level, judge]);
    await this.step();
    this.chain.wait(Number(DEVELOPMENT_PROFILE.changeDelaySeconds));
    for (const id of this.judgeIds) this.ask(from, "activateVerifier", [id]);
    await this.step();
  }

  /** Entries of the simulated judge: after those the deployment made. */
  get judgeIds(): readonly bigint[] {
    return JUDGED_LEVELS.map((_, index) => BigInt(JUDGED_LEVELS.length + index + 1));
  }

  get flows(): Flows {
    return this.#flows;
  }

  /** Transactions, and those of them that reverted. */
  get counts(): { readonly sent: number; readonly reverted: number } {
    return { sent: this.#sent, reverted: this.#reverted };
  }

  /** For the next `step`. */
  send(call: Call): void {
    this.#sent += 1;
    this.chain.send(call);
  }

  /** Sends a call of the coordinator's that is made seldom. */
  ask(from: Hex, method: string, values: readonly unknown[], value = 0n): void {
    this.send({ from, to: this.coordinator, data: coordinatorCall(method, values), value });
  }

  /** The same of the operator registry. */
  register(from: Hex, method: string, values: readonly unknown[], value = 0n): void {
    const data = registry.encodeFunctionData(method, values) as Hex;
    this.send({ from, to: this.registry, data, value, gas: 2_000_000n });
  }

  /** Mines all that was sent, and notes what came of it. */
  async step(): Promise<readonly Outcome[]> {
    const outcomes = await this.chain.mine();
    this.book.note(outcomes);
    this.#flows = addFlows(this.#flows, outcomes, this);
    this.#reverted += outcomes.filter(({ succeeded }) => !succeeded).length;
    return outcomes;
  }

  async coordinatorNumber(method: string, values: readonly unknown[]): Promise<bigint> {
    return BigInt(await this.chain.read(this.coordinator, coordinatorCall(method, values)));
  }

  /** Staying and leaving bond of an operator, in wei. */
  async bondOf(
    operatorId: bigint,
  ): Promise<{ readonly staying: bigint; readonly leaving: bigint }> {
    const data = registry.encodeFunctionData("bondOf", [operatorId]) as Hex;
    const words = await this.chain.read(this.registry, data);
    const word = (index: number): bigint =>
      BigInt(`0x${words.slice(2 + 64 * index, 66 + 64 * index)}`);
    return { staying: word(0), leaving: word(3) };
  }

  /** What the contracts' state says now. */
  async holdings(operatorIds: readonly bigint[]): Promise<Holdings> {
    let owedByCoordinator = openEscrow(this.book.all);
    for (const account of this.chain.accounts)
      owedByCoordinator += await this.coordinatorNumber("balanceOf", [account]);
    const burned = registry.encodeFunctionData("burned") as Hex;
    let owedByRegistry = BigInt(await this.chain.read(this.registry, burned));
    for (const id of operatorIds) {
      owedByCoordinator += await this.coordinatorNumber("earningsOf", [id]);
      const { staying, leaving } = await this.bondOf(id);
      owedByRegistry += staying + leaving;
    }
    return {
      coordinator: await this.chain.balanceOf(this.coordinator),
      registry: await this.chain.balanceOf(this.registry),
      owedByCoordinator,
      owedByRegistry,
    };
  }
}

/** Escrow of all requests that have not ended. */
function openEscrow(requests: readonly Tracked[]): bigint {
  return requests
    .filter(({ status }) => !TERMINAL.has(status))
    .reduce((sum, { escrow }) => sum + escrow, 0n);
}
