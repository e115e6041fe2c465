import type { Command } from "commander";

import { beacon, contribute, start } from "../ceremony/contributing.ts";
import { exportKeys, powers, verify } from "../ceremony/finishing.ts";
import { sign } from "../ceremony/signing.ts";
import { withJson } from "../chain/options.ts";

const CONTRACTS_CHAIN = "HTTP endpoint of the chain, to ask contracts what they signed";

/** `assay ceremony`: a key that rests on more than one person's word; docs/ceremony.md. */
export function registerCeremony(program: Command): void {
  const ceremony = program
    .command("ceremony")
    .description("make a key with contributors who hand on one file");
  withJson(ceremony.command("powers").description("what a powers-of-tau file is known by"))
    .argument("<ptau>", "prepared powers of tau")
    .action(powers);
  registerContributing(ceremony);
  registerFinishing(ceremony);
}

function registerContributing(ceremony: Command): void {
  ceremony
    .command("start")
    .description("make the file that contributors hand on")
    .argument("<circuit>", "a model's folder, or an .r1cs file")
    .requiredOption("--ptau <file>", "prepared powers of tau")
    .requiredOption("--out <file>", "the file to hand on; must not exist")
    .option("--addresses <file>", "JSON of the deployment whose CeremonyBook signatures are for")
    .option("--book <address>", "that CeremonyBook, without such a file")
    .option("--chain-id <number>", "its chain, without such a file")
    .action(start);
  withJson(ceremony.command("contribute").description("multiply a secret of yours into the key"))
    .argument("<file>", "the file you were handed; it is replaced")
    .requiredOption("--name <name>", "your name, as everybody will read it")
    .option("--key-file <file>", "holds the private key you sign with")
    .option(
      "--contributor <address>",
      "who signs elsewhere, as a contract does; you are asked for it",
    )
    .option("--rpc <url>", CONTRACTS_CHAIN)
    .option("--typed", "also mix in a line typed on standard input")
    .action(contribute);
  ceremony
    .command("beacon")
    .description("end the contributions with a public hash")
    .argument("<file>", "the file of the last contributor; it is replaced")
    .requiredOption("--hash <hex>", "nobody could know it when the last contribution was made")
    .option("--iterations <exponent>", "2^exponent hashes of it, 10 to 30", "20")
    .option("--rpc <url>", CONTRACTS_CHAIN)
    .action(beacon);
  withJson(ceremony.command("sign").description("sign for your contribution to the final key"))
    .argument("<file>", "the file with the beacon; the signature is added to it")
    .option("--key-file <file>", "holds the private key you contributed with")
    .option("--signature <hex>", "what was signed elsewhere, or the file that holds it")
    .option("--message", "print what --contributor has to sign, and add nothing")
    .option("--contributor <address>", "whose signature or message it is")
    .option("--rpc <url>", CONTRACTS_CHAIN)
    .option("--circuit <path>", "verify the whole key first: the model's folder, or an .r1cs file")
    .option("--ptau <file>", "and the powers of tau it started from")
    .action(sign);
}

function registerFinishing(ceremony: Command): void {
  withCircuit(withJson(ceremony.command("verify").description("compute everything anew")))
    .option("--unfinished", "accept a file that is still handed on")
    .option("--rpc <url>", "HTTP endpoint of the chain, to read the grade and ask contracts")
    .action(verify);
  withCircuit(ceremony.command("export").description("verify, and write what assay publish takes"))
    .requiredOption("--out <folder>", "where key, verifying key, circuit and transcript go")
    .option("--record", "record the signatures on chain; otherwise the calls are printed")
    .option("--rpc <url>", "HTTP endpoint of the chain")
    .option("--key-file <file>", "holds the private key of the account that records")
    .action(exportKeys);
}

function withCircuit(command: Command): Command {
  return command
    .argument("<file>", "the file of the ceremony")
    .requiredOption("--circuit <path>", "the model's folder, or an .r1cs file")
    .requiredOption("--ptau <file>", "the powers of tau it started from")
    .option("--publisher <address>", "does not count as a contributor");
}
