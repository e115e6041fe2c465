import type { Command } from "commander";

import type { Hex } from "../../../sdk/protocol/abiEncoding.ts";
import { asAccount, withChain, type ChainOptions, type OpenAccount } from "../chain/options.ts";
import { parseWord } from "../chain/words.ts";
import { challenge, closeChallenge } from "../dispute/challenge.ts";
import { escalate } from "../dispute/escalate.ts";
import { overturn } from "../dispute/overturn.ts";

interface ProofOptions extends ChainOptions {
  readonly store: string;
}

/** `assay challenge`, `overturn`, `escalate`: what decides about an optimistic answer. */
export function registerDispute(program: Command): void {
  onRequest(program, "challenge", "ask for a proof of an optimistic answer, against a bond")
    .option("--close", "end a challenge that no proof answered in time")
    .action(async (text: string, options: ChainOptions & { readonly close?: boolean }) => {
      const requestId = parseWord(text, "request id");
      await asAccount(options, (open) =>
        options.close === true ? closeChallenge(open, requestId) : challenge(open, requestId),
      );
    });
  withStore(onRequest(program, "overturn", "prove that an optimistic answer is wrong")).action(
    proving(overturn),
  );
  withStore(onRequest(program, "escalate", "prove that an optimistic answer is right")).action(
    proving(escalate),
  );
}

function onRequest(program: Command, name: string, description: string): Command {
  return withChain(
    program.command(name).description(description).argument("<request>", "id of the request"),
  );
}

function withStore(command: Command): Command {
  return command.option("--store <folder>", "holds the release's artefacts", ".assay/store");
}

function proving(
  work: (
    open: OpenAccount,
    what: { readonly requestId: Hex; readonly storeFolder: string },
  ) => Promise<void>,
) {
  return async (text: string, options: ProofOptions): Promise<void> => {
    const requestId = parseWord(text, "request id");
    await asAccount(options, (open) => work(open, { requestId, storeFolder: options.store }));
  };
}
