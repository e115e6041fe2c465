import type { Command } from "commander";

import { transact } from "../../../scripts/account/transact.ts";
import { asAccount, withChain, type ChainOptions } from "../chain/options.ts";
import { sayMined } from "../chain/say.ts";
import { parseReceiver, parseWord } from "../chain/words.ts";

const ID = "id of the model; assay publish prints it";

/** `assay model`: what a publisher does with a model beside publishing. */
export function registerModel(program: Command): void {
  const model = program.command("model").description("who publishes a model");
  withChain(model.command("hand-over").description("hand a model over; none: to nobody any more"))
    .argument("<model>", ID)
    .argument("<address>", "the next publisher's account, or the word none")
    .action(handOver);
  withChain(model.command("take-over").description("take a model that was handed over to you"))
    .argument("<model>", ID)
    .action(takeOver);
}

async function handOver(id: string, text: string, options: ChainOptions): Promise<void> {
  const modelId = parseWord(id, "model id");
  const { address, isNobody } = parseReceiver(text);
  await asAccount(options, async ({ deployment }) => {
    const call = { method: "handOverModel", values: [modelId, address] };
    const mined = await transact(deployment.modelRegistry, call);
    const effect = isNobody
      ? `model ${modelId} is handed over to nobody`
      : `${address} may take model ${modelId}: assay model take-over ${modelId}`;
    sayMined(effect, mined);
  });
}

async function takeOver(id: string, options: ChainOptions): Promise<void> {
  const modelId = parseWord(id, "model id");
  await asAccount(options, async ({ deployment, account }) => {
    const call = { method: "takeOverModel", values: [modelId] };
    const mined = await transact(deployment.modelRegistry, call);
    const next = `assay publish FOLDER --as ${modelId}`;
    sayMined(`model ${modelId} is published by ${account}; its next release: ${next}`, mined);
  });
}
