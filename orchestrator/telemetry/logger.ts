import type { LogFields, Logger } from "../domain/ports.ts";

/** Least important last; a logger writes its level and all before it. */
const LEVELS = ["error", "warn", "info", "debug"] as const;

export type LogLevel = (typeof LEVELS)[number];
export type LogFormat = "json" | "pretty";

/** A logger that writes one line per event to `write` (stderr in the processes). */
export function createLogger(options: {
  readonly level: LogLevel;
  readonly format: LogFormat;
  readonly now: () => number;
  readonly write: (line: string) => void;
  readonly fields?: LogFields;
}): Logger {
  const { level, format, now, write, fields = {} } = options;
  const log = (lineLevel: LogLevel, event: string, more: LogFields = {}): void => {
    if (LEVELS.indexOf(lineLevel) > LEVELS.indexOf(level)) return;
    const line = { time: new Date(now()).toISOString(), level: lineLevel, event };
    const all = { ...fields, ...more };
    write(format === "json" ? `${toJson({ ...line, ...all })}\n` : toPretty(line, all));
  };
  return {
    error: (event, more) => {
      log("error", event, more);
    },
    warn: (event, more) => {
      log("warn", event, more);
    },
    info: (event, more) => {
      log("info", event, more);
    },
    debug: (event, more) => {
      log("debug", event, more);
    },
    with: (more) => createLogger({ ...options, fields: { ...fields, ...more } }),
  };
}

/** A logger that says nothing. */
export const silentLogger: Logger = {
  error() {},
  warn() {},
  info() {},
  debug() {},
  with: () => silentLogger,
};

function toPretty(
  line: { readonly time: string; readonly level: LogLevel; readonly event: string },
  fields: LogFields,
): string {
  const parts = Object.entries(fields).map(([name, value]) => `${name}=${toJson(value)}`);
  const time = line.time.slice(11, 23);
  return [time, line.level.padEnd(5), line.event, ...parts].join(" ") + "\n";
}

function toJson(value: unknown): string {
  return JSON.stringify(value, replacer) ?? "undefined";
}

/** Bigints as decimals, bytes by their length (inputs are private), errors as code and sentence. */
function replacer(_: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof Error) return errorFields(value);
  return value;
}

function errorFields(error: Error): LogFields {
  const { message, cause } = error;
  const code = "code" in error ? { code: error.code } : {};
  const data = "data" in error ? { data: error.data } : {};
  return { ...code, message, ...data, ...(cause instanceof Error ? { cause } : {}) };
}
