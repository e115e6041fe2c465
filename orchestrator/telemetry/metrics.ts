/** Fixed label values of one series, e.g. `{stage: "infer"}`. */
export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  increment(labels?: Labels, amount?: number): void;
}

export interface Gauge {
  set(value: number, labels?: Labels): void;
}

export interface Histogram {
  observe(value: number, labels?: Labels): void;
}

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly lines: () => readonly string[];
}

/** Upper bounds that suit durations from a millisecond to minutes. */
export const SECONDS_BUCKETS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120,
];

/** Metrics of one process, written in the Prometheus text format. */
export class MetricsRegistry {
  readonly #metrics: Metric[] = [];

  /** @param name ends in `_total` */
  counter(name: string, help: string): Counter {
    const values = this.#scalar({ name, help, type: "counter" });
    return {
      increment(labels = {}, amount = 1) {
        const key = labelText(labels);
        values.set(key, (values.get(key) ?? 0) + amount);
      },
    };
  }

  /** @param name ends in its unit */
  gauge(name: string, help: string): Gauge {
    const values = this.#scalar({ name, help, type: "gauge" });
    return {
      set(value, labels = {}) {
        values.set(labelText(labels), value);
      },
    };
  }

  /** @param metric.name ends in its unit; `metric.buckets` are upper bounds, ascending */
  histogram(metric: {
    readonly name: string;
    readonly help: string;
    readonly buckets: readonly number[];
  }): Histogram {
    const { name, help, buckets } = metric;
    const series = new Map<
      string,
      { labels: Labels; counts: number[]; sum: number; count: number }
    >();
    this.#metrics.push({
      name,
      help,
      type: "histogram",
      lines: () =>
        [...series.values()].flatMap(({ labels, counts, sum, count }) => [
          ...buckets.map((bound, index) => {
            const key = labelText({ ...labels, le: String(bound) });
            return `${name}_bucket${key} ${counts[index] ?? 0}`;
          }),
          `${name}_bucket${labelText({ ...labels, le: "+Inf" })} ${count}`,
          `${name}_sum${labelText(labels)} ${sum}`,
          `${name}_count${labelText(labels)} ${count}`,
        ]),
    });
    return {
      observe(value, labels = {}) {
        const key = labelText(labels);
        const entry = series.get(key) ?? { labels, counts: buckets.map(() => 0), sum: 0, count: 0 };
        entry.counts = entry.counts.map((n, index) => n + (value <= (buckets[index] ?? 0) ? 1 : 0));
        entry.sum += value;
        entry.count += 1;
        series.set(key, entry);
      },
    };
  }

  /** The exposition page. */
  text(): string {
    return this.#metrics
      .map(({ name, help, type, lines }) =>
        [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines(), ""].join("\n"),
      )
      .join("");
  }

  #scalar(metric: Omit<Metric, "lines">): Map<string, number> {
    const values = new Map<string, number>();
    const lines = () => [...values].map(([labels, value]) => `${metric.name}${labels} ${value}`);
    this.#metrics.push({ ...metric, lines });
    return values;
  }
}

function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
