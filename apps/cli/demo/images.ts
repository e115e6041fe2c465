import { join } from "node:path";

import { readModelFolder } from "../../../circuits/release/modelFolder.ts";
import { root } from "../root.ts";

export const DEMO_MODELS = ["digits-mlp", "digits-cnn"] as const;

/** A held-out image and the model that shall read it. */
export interface DemoImage {
  readonly model: (typeof DEMO_MODELS)[number];
  readonly label: number;
  readonly pixels: readonly number[];
}

/** The first held-out image of each digit; the two models take turns. */
export async function chooseImages(): Promise<readonly DemoImage[]> {
  // Both models were measured on the same images.
  const { heldout } = await readModelFolder(join(root, "models", DEMO_MODELS[0]));
  return Array.from({ length: 10 }, (_, digit) => {
    const example = heldout.find(({ label }) => label === digit);
    if (example === undefined) throw new RangeError(`no held-out image of a ${digit}`);
    const model = DEMO_MODELS[digit % DEMO_MODELS.length] ?? DEMO_MODELS[0];
    return { model, label: digit, pixels: example.input };
  });
}
