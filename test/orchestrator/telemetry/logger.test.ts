import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { OrchestratorError } from "../../../orchestrator/domain/errors.ts";
import {
  createLogger,
  type LogFormat,
  type LogLevel,
} from "../../../orchestrator/telemetry/logger.ts";

function capture(level: LogLevel, format: LogFormat) {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  return { lines, logger: createLogger({ level, format, now: () => 0, write }) };
}

describe("createLogger", () => {
  it("writes one JSON line per event with all fields", () => {
    const { lines, logger } = capture("info", "json");
    logger.with({ process: "node" }).info("request journaled", { requestId: "0x1", price: 10n });
    assert.equal(lines.length, 1);
    const [line = ""] = lines;
    assert.ok(line.endsWith("}\n"));
    assert.deepEqual(JSON.parse(line), {
      time: "1970-01-01T00:00:00.000Z",
      level: "info",
      event: "request journaled",
      process: "node",
      requestId: "0x1",
      price: "10",
    });
  });

  it("writes its level and everything more important", () => {
    const { lines, logger } = capture("warn", "json");
    logger.debug("a");
    logger.info("b");
    logger.warn("c");
    logger.error("d");
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { event: string }).event),
      ["c", "d"],
    );
  });

  it("writes errors with code, sentence, data and cause, and never bytes", () => {
    const { lines, logger } = capture("debug", "json");
    const cause = new Error("ECONNREFUSED");
    const error = new OrchestratorError("RpcUnavailable", { data: { endpoint: "x" }, cause });
    logger.warn("it failed", { error, input: Uint8Array.of(1, 2, 3) });
    const line = lines[0] ?? "";
    assert.match(line, /"code":"RpcUnavailable"/);
    assert.match(line, /"endpoint":"x"/);
    assert.match(line, /ECONNREFUSED/);
    assert.match(line, /"input":"3 bytes"/);
  });

  it("writes short lines for people", () => {
    const { lines, logger } = capture("debug", "pretty");
    logger.debug("job started", { stage: "infer", event: "x", level: 3 });
    assert.deepEqual(lines, ['00:00:00.000 debug job started stage="infer" event="x" level=3\n']);
  });
});
