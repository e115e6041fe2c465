import assert from "node:assert/strict";
import { describe, it } from "node:test";

import {
  ERROR_SENTENCES,
  fromErrorRecord,
  OrchestratorError,
  toErrorRecord,
} from "../../../orchestrator/domain/errors.ts";

describe("OrchestratorError", () => {
  it("carries its code's sentence, its data and its cause", () => {
    const cause = new Error("disk");
    const error = new OrchestratorError("ArtefactMissing", { data: { cid: "b" }, cause });
    assert.equal(error.message, ERROR_SENTENCES.ArtefactMissing);
    assert.deepEqual(error.data, { cid: "b" });
    assert.equal(error.cause, cause);
    assert.equal(error.retryable, false);
  });

  it("crosses a process border with code, data, cause and retryability", () => {
    const cause = new Error("disk");
    const error = new OrchestratorError("ArtefactMissing", {
      data: { a: 1 },
      cause,
      retryable: true,
    });
    const record = toErrorRecord(error);
    const back = fromErrorRecord(record);
    assert.ok(back instanceof OrchestratorError);
    assert.equal(back.code, "ArtefactMissing");
    assert.deepEqual(back.data, { a: 1, cause: "disk" });
    assert.equal(back.retryable, true);
  });

  it("leaves out a cause that is no error", () => {
    const record = toErrorRecord(new OrchestratorError("ProvingFailed", { cause: "text" }));
    assert.deepEqual(record.data, {});
  });

  it("keeps the message of an unknown error and lets it be tried again", () => {
    const record = toErrorRecord(new TypeError("odd"));
    assert.deepEqual(record, { code: "Unexpected", message: "odd", retryable: true, data: {} });
    assert.equal(fromErrorRecord(record).message, "odd");
    assert.equal(toErrorRecord("text").message, "text");
  });

  it("has one sentence for every code", () => {
    const sentences = Object.values(ERROR_SENTENCES);
    assert.equal(new Set(sentences).size, sentences.length);
    for (const sentence of sentences) assert.match(sentence, /^[A-Z].*[.?]$/);
  });
});
