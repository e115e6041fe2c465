import { after } from "node:test";
import { type Curve, curves } from "snarkjs";

export type Memory = { type: "mem"; data?: Uint8Array };

/** snarkjs's threads would keep the test process alive. */
export function endEngineAfterTests(): void {
  after(async () => {
    const curve = await curves.getCurveFromName("bn128");
    await curve.terminate();
  });
}

export function singleThreaded(): Promise<Curve> {
  return curves.getCurveFromName("bn128", { singleThread: true });
}

/** A snarkjs logger that keeps what it complains about. */
export function listener() {
  const complaints: string[] = [];
  const note = (message: string) => void complaints.push(message);
  return { complaints, logger: { error: note, warn: note, info: ignore, debug: ignore } };
}

function ignore(): void {}
