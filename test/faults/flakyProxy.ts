import { connect, createServer, type Server, type Socket } from "node:net";

/** A way to a server on the loopback that can be cut and mended. */
export class FlakyProxy {
  readonly #port: number;
  readonly #targetPort: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;

  constructor(ports: { readonly port: number; readonly targetPort: number }) {
    this.#port = ports.port;
    this.#targetPort = ports.targetPort;
  }

  async mend(): Promise<void> {
    const server = createServer((near) => {
      const far = connect(this.#targetPort, "127.0.0.1");
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on("error", () => undefined);
        socket.on("close", () => {
          this.#sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#server = server;
  }

  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      if (server === null) resolve();
      else
        server.close(() => {
          resolve();
        });
    });
  }
}
