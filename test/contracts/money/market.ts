import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { Contract, ZeroAddress } from "ethers";

import {
  DEVELOPMENT_PROFILE,
  deployAssay,
  deployContract,
  type AssayAddresses,
} from "../../../scripts/deploy/deploy.ts";
import { publishRelease } from "../../../scripts/deploy/publishRelease.ts";
import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { inferenceCoordinatorAbi } from "../../../sdk/protocol/abi/inferenceCoordinator.ts";
import { operatorRegistryAbi } from "../../../sdk/protocol/abi/operatorRegistry.ts";
import type { G2Point, VerifyingKey } from "../../../sdk/protocol/verifyingKey.ts";
import { as, ETHER, ethers, send } from "../support/world.ts";
import type { Level, ReleaseTerms } from "./amounts.ts";

export const LEVEL_NUMBER = { Optimistic: 0n, Zk: 2n } as const;
export const LEVELS: readonly Level[] = ["Optimistic", "Zk"];
export const MIN_BOND = ETHER;
export const PRIMARY_WINDOW_SECONDS = 60n;
export const WINDOW_SECONDS = 3_600n;
export const PROOF_SECONDS = 600n;
export const PROTOCOL_FEE_BPS = 37n;
export const RELEASE: ReleaseTerms = {
  units: { compute: 3n, proof: 2n, byte: 1n },
  inputLength: 8n,
  outputLength: 4n,
  royaltyBps: 503n,
  // The least there is: at the highest base fees a callback costs more than a quarter of it.
  minBond: ETHER / 50n,
};

const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
const G2: G2Point = [
  [
    10857046999023057135944570762232829481370756359578518086990519993285655852781n,
    11559732032986387107991004021392285783925812861821192530917403151452391805634n,
  ],
  [
    8495653923123431417604973247489272438418190587263600148770280649306958101930n,
    4082367875863433681332203403145435568316851327593401208105741076214120093531n,
  ],
];
/** Valid points, and that is all: generators, and one of them negated. */
const UNUSED_KEY: VerifyingKey = {
  alpha: [1n, 2n],
  beta: G2,
  gamma: G2,
  delta: [G2[0], [Q - G2[1][0], Q - G2[1][1]]],
  ic: [
    [1n, 2n],
    [1n, 2n],
    [1n, 2n],
    [1n, 2n],
  ],
};

/** What an asset does: coins, a token, or one that keeps a share of each transfer, in 1/10,000. */
export type Asset = "coins" | "token" | "token that keeps a part";
export const KEPT_BPS: Readonly<Record<Asset, bigint>> = {
  coins: 0n,
  token: 0n,
  "token that keeps a part": 130n,
};

/** What a consumer does in its callback, and how much of the gas it uses. */
export type Mood = "accepts" | "reverts" | "burns gas" | "has no code";
const MOODS: Readonly<Record<Mood, number>> = {
  accepts: 0,
  reverts: 1,
  "burns gas": 2,
  "has no code": 0,
};

export interface Consumer {
  readonly address: Hex;
  readonly mood: Mood;
  readonly signer: HardhatEthersSigner;
  /** The contract that calls for it; none for an account without code. */
  readonly contract?: Contract;
}

export interface Operator {
  readonly id: bigint;
  readonly signer: HardhatEthersSigner;
}

/** Everything deployed, with a verifier that believes what it is told. */
export interface Market {
  readonly asset: Asset;
  readonly coordinator: Contract;
  readonly operators: Contract;
  readonly token?: Contract;
  readonly addresses: AssayAddresses;
  readonly releaseId: Hex;
  readonly owner: HardhatEthersSigner;
  readonly publisher: HardhatEthersSigner;
  readonly feeReceiver: HardhatEthersSigner;
  readonly treasury: HardhatEthersSigner;
  readonly challenger: HardhatEthersSigner;
  readonly crowd: readonly Operator[];
  readonly consumers: readonly Consumer[];
}

export async function deployMarket(asset: Asset): Promise<Market> {
  const [owner, publisher, feeReceiver, treasury, challenger, person, ...rest] =
    await ethers.getSigners();
  if (!owner || !publisher || !feeReceiver || !treasury || !challenger || !person)
    throw new Error("no accounts");
  const owners = rest.slice(0, 3);
  const token = asset === "coins" ? undefined : await deployToken(owner, KEPT_BPS[asset]);
  const addresses = await deployAssay({
    signer: owner,
    profile: {
      ...DEVELOPMENT_PROFILE,
      asset: token === undefined ? ZeroAddress : await token.getAddress(),
      changeDelaySeconds: 0n,
      protocolFeeBps: PROTOCOL_FEE_BPS,
      feeReceiver: feeReceiver.address,
    },
  });
  const coordinator = new Contract(addresses.coordinator, inferenceCoordinatorAbi, owner);
  const operators = new Contract(addresses.operatorRegistry, operatorRegistryAbi, owner);
  for (const level of LEVELS) await replaceVerifier({ coordinator, owner }, level);
  if (token) {
    for (const signer of [owner, publisher, feeReceiver, treasury, challenger, person, ...owners])
      await fund(token, signer, addresses);
  }
  const consumers: Consumer[] = [
    { address: person.address as Hex, mood: "has no code", signer: person },
  ];
  for (const mood of ["accepts", "reverts", "burns gas"] as const) {
    const address = (await deployContract(owner, "mocks/HostileConsumer", [])) as Hex;
    const contract = await ethers.getContractAt("HostileConsumer", address, owner);
    await send(contract, "setMood", [MOODS[mood]]);
    consumers.push({ address, mood, signer: owner, contract });
  }
  const crowd = owners.map((signer) => ({
    id: BigInt.asUintN(64, BigInt(signer.address)),
    signer,
  }));
  for (const { id, signer } of crowd) {
    await send(as(operators, signer), "registerOperator", []);
    await send(as(operators, signer), "addSender", [id, signer.address]);
  }
  const { releaseId } = await publishRelease({
    signer: publisher,
    addresses,
    name: "money",
    version: "1.0.0",
    release: {
      manifestDigest: `0x${"ab".repeat(32)}`,
      inputLength: Number(RELEASE.inputLength),
      outputLength: Number(RELEASE.outputLength),
      units: { compute: 3, proof: 2, byte: 1 },
      royaltyBps: RELEASE.royaltyBps,
      primaryWindowSeconds: PRIMARY_WINDOW_SECONDS,
      verifyingKey: UNUSED_KEY,
      levels: LEVELS,
      minBond: RELEASE.minBond,
    },
  });
  return {
    asset,
    coordinator,
    operators,
    ...(token ? { token } : {}),
    addresses,
    releaseId,
    owner,
    publisher,
    feeReceiver,
    treasury,
    challenger,
    crowd,
    consumers,
  };
}

/** Revokes a level's verifier, after which what waited for it can only fail, and makes another current. */
export async function replaceVerifier(
  market: Pick<Market, "coordinator" | "owner">,
  level: Level,
): Promise<void> {
  const { coordinator, owner } = market;
  const current = await coordinator.getFunction("currentVerifier")(LEVEL_NUMBER[level]);
  const verifier = await deployContract(owner, "mocks/GullibleVerifier", []);
  await send(coordinator, "revokeVerifier", [current]);
  await send(coordinator, "proposeVerifier", [LEVEL_NUMBER[level], verifier]);
  const newest = await coordinator.getFunction("verifierCount")();
  await send(coordinator, "activateVerifier", [newest]);
}

async function deployToken(signer: HardhatEthersSigner, keptBps: bigint): Promise<Contract> {
  const address = await deployContract(signer, "mocks/TestToken", [keptBps]);
  return ethers.getContractAt("TestToken", address, signer);
}

async function fund(
  token: Contract,
  signer: HardhatEthersSigner,
  { coordinator, operatorRegistry }: AssayAddresses,
): Promise<void> {
  await send(token, "mint", [signer.address, 1_000_000n * ETHER]);
  for (const spender of [coordinator, operatorRegistry])
    await send(as(token, signer), "approve", [spender, 1_000_000n * ETHER]);
}
