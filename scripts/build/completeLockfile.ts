/**
 * Adds to package-lock.json the optional platform packages that npm left out of it because the
 * registry at hand does not serve them. Without their entries `npm ci` refuses the lockfile on
 * every machine. To be run after a change of the dependencies.
 */
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lockfile {
  readonly packages: Record<string, LockedPackage>;
}

const systems = ["android", "darwin", "freebsd", "linux", "openharmony", "win32"];
const processors: Readonly<Record<string, string>> = { amd64: "x64" };

/** Reads system, processor and libc off the words of a platform package's name. */
function platform(name: string): Readonly<Record<string, readonly string[]>> {
  const words = name.split(/[-/]/);
  const system = words.find((word) => systems.includes(word));
  if (system === undefined) throw new Error(`${name} names no operating system this script knows`);
  const word = words[words.indexOf(system) + 1] ?? "";
  const cpu = { cpu: [processors[word] ?? word] };
  if (system !== "linux") return { ...cpu, os: [system] };
  const libc = words.some((part) => part.startsWith("musl")) ? "musl" : "glibc";
  return { ...cpu, libc: [libc], os: [system] };
}

/** Whether npm would find `name` from the package at `path`: there, or in a folder above. */
function isLocked(packages: Lockfile["packages"], path: string, name: string): boolean {
  for (let at = path; ; at = at.slice(0, Math.max(at.lastIndexOf("node_modules/") - 1, 0))) {
    if (packages[at === "" ? `node_modules/${name}` : `${at}/node_modules/${name}`]) return true;
    if (at === "") return false;
  }
}

const path = resolve(import.meta.dirname, "../../package-lock.json");
const lockfile = JSON.parse(await readFile(path, "utf8")) as Lockfile;
const added: string[] = [];
for (const [at, { optionalDependencies }] of Object.entries(lockfile.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
    if (isLocked(lockfile.packages, at, name)) continue;
    lockfile.packages[`node_modules/${name}`] = {
      version,
      ...platform(name),
      dev: true,
      optional: true,
    };
    added.push(name);
  }
}
const packages = Object.fromEntries(
  Object.entries(lockfile.packages).sort(([a], [b]) => a.localeCompare(b, "en")),
);
await writeFile(path, `${JSON.stringify({ ...lockfile, packages }, null, 2)}\n`);
console.log(`added ${added.length} platform packages to package-lock.json`);
