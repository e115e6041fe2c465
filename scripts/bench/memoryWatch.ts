import { readdir, readFile } from "node:fs/promises";

const PAGE_BYTES = 4096;
const SAMPLE_MS = 250;

/** Watches how much memory this process and all below it hold together. */
export class MemoryWatch {
  #peakBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  start(): void {
    this.#timer = setInterval(() => {
      // A process that ends while it is read is no failure of the watch.
      void familyBytes(process.pid).then(
        (bytes) => (this.#peakBytes = Math.max(this.#peakBytes, bytes)),
        () => 0,
      );
    }, SAMPLE_MS);
    this.#timer.unref();
  }

  /** Highest sum of resident memory seen; null where the system does not say (only Linux does). */
  stop(): number | null {
    clearInterval(this.#timer);
    return this.#peakBytes === 0 ? null : this.#peakBytes;
  }
}

/** Resident memory of a process and its descendants; pages they share count once for each. */
async function familyBytes(ancestor: number): Promise<number> {
  const all = await Promise.all((await readdir("/proc")).filter(isNumber).map(readProcess));
  const processes = all.filter((entry) => entry !== null);
  const family = new Set([ancestor]);
  // Children may be listed before their parents: repeat until nobody joins.
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const { pid, parent } of processes) if (family.has(parent)) family.add(pid);
  }
  return processes
    .filter(({ pid }) => family.has(pid))
    .reduce((sum, { pages }) => sum + pages * PAGE_BYTES, 0);
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
}

async function readProcess(
  name: string,
): Promise<{ readonly pid: number; readonly parent: number; readonly pages: number } | null> {
  try {
    const stat = await readFile(`/proc/${name}/stat`, "utf8");
    // The command's name stands in brackets and may hold anything: count from the last one.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { pid: Number(name), parent: Number(fields[1]), pages: Number(fields[21]) };
  } catch {
    return null;
  }
}
