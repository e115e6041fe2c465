import { spawn, type ChildProcess } from "node:child_process";
import { Socket } from "node:net";

/** Deaf to Ctrl-C, it waits for the end of its input, which comes when whoever holds it is gone. */
const WATCH = `trap '' INT TERM HUP; read -r line; kill -KILL "$0"`;

/**
 * Ends a program that is not ours when this process is gone, however it died; processes of ours see it
 * by their channel. Where there is no `sh` the program stays.
 */
export function endWithParent(program: ChildProcess): void {
  if (program.pid === undefined) return;
  const watch = spawn("sh", ["-c", WATCH, String(program.pid)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  watch.on("error", () => undefined);
  // Only this process holds the other end, and it shall not wait for the watch.
  watch.unref();
  if (watch.stdin instanceof Socket) watch.stdin.unref();
  // Its id may belong to a stranger soon.
  program.once("exit", () => watch.kill("SIGKILL"));
}
