import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { MetricsRegistry } from "../../../orchestrator/telemetry/metrics.ts";
import { createNodeMetrics } from "../../../orchestrator/telemetry/nodeMetrics.ts";

describe("MetricsRegistry", () => {
  it("writes counters, gauges and histograms in the Prometheus text format", () => {
    const registry = new MetricsRegistry();
    const jobs = registry.counter("jobs_total", "Jobs.");
    jobs.increment({ stage: "infer" });
    jobs.increment({ stage: "infer" }, 2);
    registry.gauge("head_number", "Head.").set(7);
    const seconds = { name: "run_seconds", help: "Runs.", buckets: [0.1, 1] };
    const histogram = registry.histogram(seconds);
    for (const value of [0.05, 0.5, 5]) histogram.observe(value, { level: 'Z"k' });
    assert.equal(
      registry.text(),
      [
        "# HELP jobs_total Jobs.",
        "# TYPE jobs_total counter",
        'jobs_total{stage="infer"} 3',
        "# HELP head_number Head.",
        "# TYPE head_number gauge",
        "head_number 7",
        "# HELP run_seconds Runs.",
        "# TYPE run_seconds histogram",
        'run_seconds_bucket{level="Z\\"k",le="0.1"} 1',
        'run_seconds_bucket{level="Z\\"k",le="1"} 2',
        'run_seconds_bucket{level="Z\\"k",le="+Inf"} 3',
        'run_seconds_sum{level="Z\\"k"} 5.55',
        'run_seconds_count{level="Z\\"k"} 3',
        "",
      ].join("\n"),
    );
  });

  it("names every metric of the node with its unit", () => {
    const names = [
      ...createNodeMetrics()
        .registry.text()
        .matchAll(/^# TYPE (\S+)/gm),
    ];
    assert.ok(names.length > 10);
    for (const [, name] of names) assert.match(name ?? "", /_(seconds|total|count|number|units)$/);
  });
});
