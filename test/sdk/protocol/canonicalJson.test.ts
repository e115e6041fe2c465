import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { assert as holds, jsonValue, property } from "fast-check";
import { type JsonValue, canonicalJson } from "../../../sdk/protocol/canonicalJson.ts";

describe("canonicalJson", () => {
  it("gives the example of RFC 8785, section 3.2.2 and 3.2.3", () => {
    const value = {
      numbers: [Number("333333333.33333329"), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"/",
      literals: [null, true, false],
    };
    assert.equal(
      canonicalJson(value),
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it("orders keys by UTF-16 units, as RFC 8785 section 3.2.3 shows", () => {
    const keys = ["\u20ac", "\r", "\ufb33", "1", "\u{1f600}", "\u0080", "\u00f6"];
    const text = canonicalJson(Object.fromEntries(keys.map((key) => [key, 0])));
    assert.deepEqual(Object.keys(JSON.parse(text) as object).slice(1), [
      "\r",
      "\u0080",
      "\u00f6",
      "\u20ac",
      "\u{1f600}",
      "\ufb33",
    ]);
  });

  it("says the same of a value whatever the order of its keys, and loses nothing", () => {
    holds(
      property(jsonValue(), (value) => {
        const json = JSON.stringify(value);
        const text = canonicalJson(JSON.parse(json) as JsonValue);
        assert.deepEqual(JSON.parse(text), JSON.parse(json));
        assert.equal(canonicalJson(JSON.parse(text) as JsonValue), text);
      }),
    );
  });

  it("refuses what JSON cannot say", () => {
    for (const value of [Number.NaN, Infinity, "\ud800", { "\udc00": 1 }, [[-Infinity]]]) {
      assert.throws(() => canonicalJson(value), TypeError);
    }
  });
});
