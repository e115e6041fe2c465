import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Contract, getCreateAddress, ZeroAddress, ZeroHash } from "ethers";
import hre from "hardhat";

import { checkDeployment } from "../../scripts/deploy/checkDeployment.ts";
import { deployAssay, DEVELOPMENT_PROFILE } from "../../scripts/deploy/deploy.ts";
import { deployWithIgnition } from "../../scripts/deploy/ignition/deployWithIgnition.ts";
import { profileOf, ProfileError, type ProductionChoices } from "../../scripts/deploy/profiles.ts";
import {
  readRecord,
  recordOf,
  RECORDS,
  writeRecord,
  type DeploymentRecord,
} from "../../scripts/deploy/record.ts";
import { send } from "./support/world.ts";

const OWNED = ["function acceptOwnership()", "function renounceOwnership()"];
const GUARDIAN = `0x${"9a".repeat(20)}`;
const NEXT_OWNER = `0x${"0e".repeat(20)}`;
const CHOICES = {
  pinnedSetup: `0x${"5e".repeat(32)}`,
  guardian: GUARDIAN,
  nextOwner: NEXT_OWNER,
} as const;

describe("production profiles", () => {
  for (const name of ["l1", "l2"] as const) {
    it(`${name} asks for a judge's grade, a pinned setup, a guardian and a next owner`, () => {
      const profile = profileOf(name, CHOICES);
      expect(profile.leastKeyGrade >= 1n).to.equal(true);
      expect(profile.pinnedSetup).to.equal(CHOICES.pinnedSetup);
      expect([profile.guardian, profile.nextOwner]).to.deep.equal([GUARDIAN, NEXT_OWNER]);
    });
  }

  const refused: readonly (readonly [string, ProductionChoices, keyof ProductionChoices])[] = [
    ["no setup", { guardian: GUARDIAN, nextOwner: NEXT_OWNER }, "pinnedSetup"],
    ["a setup of zero", { ...CHOICES, pinnedSetup: ZeroHash }, "pinnedSetup"],
    ["a setup that is no hash", { ...CHOICES, pinnedSetup: "0x5e" }, "pinnedSetup"],
    ["no guardian", { ...CHOICES, guardian: ZeroAddress }, "guardian"],
    ["a guardian that is no address", { ...CHOICES, guardian: "alice" }, "guardian"],
    ["no next owner", { ...CHOICES, nextOwner: ZeroAddress }, "nextOwner"],
    ["one account for both", { ...CHOICES, nextOwner: GUARDIAN }, "guardian"],
  ];
  for (const [what, choices, field] of refused) {
    it(`refuse ${what}`, () => {
      for (const name of ["l1", "l2"] as const) {
        expect(() => profileOf(name, choices))
          .to.throw(ProfileError)
          .with.property("field", field);
      }
    });
  }

  it("are the only ones that take choices", () => {
    expect(profileOf("development")).to.equal(DEVELOPMENT_PROFILE);
    expect(() => profileOf("development", { guardian: GUARDIAN })).to.throw(ProfileError);
  });
});

describe("a deployment through Ignition", () => {
  it("is that of deployAssay, contract for contract", async () => {
    const byIgnition = await deployWithIgnition({
      connection: await hre.network.create(),
      profileName: "development",
    });
    const { ethers } = await hre.network.create();
    const [signer] = await ethers.getSigners();
    if (signer === undefined) throw new Error("no accounts");
    const addresses = await deployAssay({ signer });
    const byHand = await recordOf({
      provider: ethers.provider,
      deployer: signer.address,
      startBlock: 0,
      profileName: "development",
      profile: DEVELOPMENT_PROFILE,
      addresses,
    });
    expect(byIgnition).to.deep.equal(byHand);
  });

  for (const [profileName, networkName] of [
    ["l1", "default"],
    ["l2", "rollup"],
  ] as const) {
    it(`of profile ${profileName} is what its record says`, async () => {
      const connection = await hre.network.create(networkName);
      const record = await deployWithIgnition({ connection, profileName, choices: CHOICES });
      expect(record.dataFee === ZeroAddress).to.equal(profileName === "l1");
      expect(await checkDeployment(record, connection.ethers.provider)).to.deep.equal([]);
    });
  }

  it("of the rollup's profile is refused by a chain without the rollup's oracle", async () => {
    const connection = await hre.network.create();
    const deployment = deployWithIgnition({ connection, profileName: "l2", choices: CHOICES });
    expect(await deployment.then(String, String)).to.match(/OpStackDataFee|dataFee/);
  });

  it("is refused by a chain whose blocks are too small for what contracts accept", async () => {
    const connection = await hre.network.create({ override: { blockGasLimit: 16_000_000n } });
    const deployment = deployWithIgnition({ connection, profileName: "development" });
    expect(await deployment.then(String, String)).to.match(/16000000 gas; 16777216 are needed/);
  });

  it("fails at the coordinator where its nonce was told wrong, and nothing is in use", async () => {
    const connection = await hre.network.create();
    const { ethers } = connection;
    const [signer] = await ethers.getSigners();
    if (signer === undefined) throw new Error("no accounts");
    const deployment = deployWithIgnition({
      connection,
      profileName: "development",
      firstNonce: 1,
    });
    expect(await deployment.then(String, String)).to.match(/RegistryForeign/);
    const at = getCreateAddress({ from: signer.address, nonce: 6 });
    expect(await ethers.provider.getCode(at)).to.equal("0x");
  });
});

describe("the record of a deployment", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "assay-record-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const deployed = async () => {
    const connection = await hre.network.create();
    const record = await deployWithIgnition({ connection, profileName: "l1", choices: CHOICES });
    return { ...connection, record };
  };

  it("is read as it was written, one file per chain, and never written over", async () => {
    const { record } = await deployed();
    await writeRecord(record, folder);
    expect(await readdir(folder)).to.deep.equal(["31337.json"]);
    expect(await readRecord(31_337, folder)).to.deep.equal(record);
    expect(await writeRecord(record, folder).then(String, String)).to.match(/EEXIST/);
    expect(await readRecord(1, folder).then(String, String)).to.match(/ENOENT/);
  });

  const lies: readonly (readonly [
    string,
    (record: DeploymentRecord) => Partial<DeploymentRecord>,
    RegExp,
  ])[] = [
    ["chain", () => ({ chainId: 1 }), /This is chain 31337/],
    ["address", (r) => ({ zkVerifier: r.ceremonyBook }), /zkVerifier: code hash/],
    [
      "code hash",
      (r) => ({ codeHashes: { ...r.codeHashes, coordinator: `0x${"11".repeat(32)}` } }),
      /coordinator: code hash 0x[0-9a-f]{64}, recorded 0x1111/,
    ],
    [
      "window",
      (r) => ({ numbers: { ...r.numbers, challengeWindowSeconds: "1" } }),
      /coordinator.configHash/,
    ],
    ["bond", (r) => ({ numbers: { ...r.numbers, minBond: "1" } }), /operatorRegistry.minBond/],
    ["setup", (r) => ({ numbers: { ...r.numbers, pinnedSetup: ZeroHash } }), /pinnedSetup: 0x5e/],
    [
      "grade",
      (r) => ({ numbers: { ...r.numbers, leastKeyGrade: "0" } }),
      /modelRegistry.leastKeyGrade: 3, recorded 0/,
    ],
    [
      "guardian",
      (r) => ({ numbers: { ...r.numbers, guardian: NEXT_OWNER } }),
      /coordinator.guardian/,
    ],
    ["owner", (r) => ({ numbers: { ...r.numbers, nextOwner: GUARDIAN } }), /coordinator.owner/],
    ["deployer", () => ({ deployer: GUARDIAN }), /coordinator.configHash/],
  ];
  for (const [name, lie, said] of lies) {
    it(`is contradicted by the chain where its ${name} is another`, async () => {
      const { record, ethers } = await deployed();
      const wrong = await checkDeployment({ ...record, ...lie(record) }, ethers.provider);
      expect(wrong.join("\n")).to.match(said);
    });
  }

  it("is contradicted where other code stands at an address, with a hash that fits it", async () => {
    const { record, ethers } = await deployed();
    const zkVerifier = record.codeHashes.ceremonyBook ?? "";
    const foreign = {
      ...record,
      zkVerifier: record.ceremonyBook,
      codeHashes: { ...record.codeHashes, zkVerifier },
    };
    expect(await checkDeployment(foreign, ethers.provider)).to.deep.equal([
      "zkVerifier: not the code of contracts/ZkVerifier.sol.",
    ]);
  });

  it("holds before and after the next owner accepts, and for no other owner", async () => {
    const { record, ethers, networkHelpers } = await deployed();
    expect(await checkDeployment(record, ethers.provider)).to.deep.equal([]);
    await networkHelpers.impersonateAccount(NEXT_OWNER);
    await networkHelpers.setBalance(NEXT_OWNER, 10n ** 18n);
    const next = await ethers.getSigner(NEXT_OWNER);
    for (const part of ["coordinator", "ceremonyBook"] as const) {
      await send(new Contract(record[part], OWNED, next), "acceptOwnership", []);
      expect(await checkDeployment(record, ethers.provider)).to.deep.equal([]);
    }
    await send(new Contract(record.coordinator, OWNED, next), "renounceOwnership", []);
    const wrong = await checkDeployment(record, ethers.provider);
    expect(wrong.join("\n")).to.match(/coordinator.owner: 0x0{40}, recorded 0x0e/);
  });
});

describe("deploy/", () => {
  it("holds records of chains alone, each named after its own", async () => {
    for (const file of await readdir(RECORDS)) {
      if (file === "README.md") continue;
      expect(file).to.match(/^[1-9][0-9]*\.json$/);
      await readRecord(Number(file.replace(".json", "")));
    }
  });
});
