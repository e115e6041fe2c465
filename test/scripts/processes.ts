import { execFileSync } from "node:child_process";

/** Whether a process of this id runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Ids of all that a process started, and of what those started. */
export function descendantsOf(pid: number): readonly number[] {
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  const rows = table
    .trim()
    .split("\n")
    .map((row) => row.trim().split(/\s+/).map(Number));
  const family = [pid];
  for (const ancestor of family) {
    family.push(...rows.flatMap(([id = 0, parent]) => (parent === ancestor ? [id] : [])));
  }
  return family.slice(1);
}
