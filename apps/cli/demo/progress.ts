const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"] as const;
const FRAME_MS = 100;

/**
 * Says what is going on: on a terminal in one line that is written over, elsewhere in a line per
 * step. Lasting text goes through `print`, so that the two never mix.
 */
export class Progress {
  readonly #out: NodeJS.WriteStream;
  readonly #start = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #frame = 0;
  #step = "";

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  /** Milliseconds since the demo began. */
  get elapsedMs(): number {
    return performance.now() - this.#start;
  }

  step(text: string): void {
    if (text === this.#step) return;
    this.#step = text;
    if (!this.#out.isTTY) {
      this.#out.write(`${this.#clock()}  ${text}\n`);
      return;
    }
    this.#timer ??= setInterval(() => {
      this.#draw();
    }, FRAME_MS);
    this.#draw();
  }

  print(text: string): void {
    if (this.#out.isTTY) this.#out.write("\r\x1b[2K");
    this.#out.write(`${text}\n`);
    if (this.#timer !== undefined) this.#draw();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#out.isTTY) this.#out.write("\r\x1b[2K");
  }

  #draw(): void {
    this.#frame = (this.#frame + 1) % FRAMES.length;
    this.#out.write(`\r\x1b[2K${FRAMES[this.#frame]} ${this.#clock()}  ${this.#step}`);
  }

  #clock(): string {
    return `${(this.elapsedMs / 1000).toFixed(1).padStart(5)} s`;
  }
}
