/** A line and its name in the legend. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface LineChart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
  /** Said of everything above zero, which is shaded. */
  readonly aboveZero: string;
}

interface Scale {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
}

const WIDTH = 760;
const HEIGHT = 420;
const LEFT = 70;
const RIGHT = 170;
const TOP = 40;
const BOTTOM = 50;
const COLOURS = ["#1b3a4b", "#0077b6", "#2a9d8f", "#8a9a5b", "#e07a1f", "#c1121f"];
const TICKS = 6;

/** A drawing of shares, from 0 to 1 across, and what they bring. */
export function lineChart(chart: LineChart): string {
  const y = niceScale(chart.series.flatMap(({ points }) => points.map(([, value]) => value)));
  const xAt = (value: number): number => LEFT + value * (WIDTH - LEFT - RIGHT);
  const yAt = (value: number): number =>
    TOP + ((y.to - value) / (y.to - y.from)) * (HEIGHT - TOP - BOTTOM);
  const right = WIDTH - RIGHT;
  const shade = `<rect x="${LEFT}" y="${TOP}" width="${right - LEFT}" height="${at(yAt(0) - TOP)}" fill="#fbe9e7"/>`;
  const rows = y.ticks.map((tick) =>
    [
      `<line x1="${LEFT}" x2="${right}" y1="${at(yAt(tick))}" y2="${at(yAt(tick))}" stroke="${tick === 0 ? "#333" : "#ddd"}"/>`,
      text(LEFT - 8, yAt(tick) + 4, String(tick), "end"),
    ].join(""),
  );
  const columns = [0, 0.25, 0.5, 0.75, 1].map((tick) =>
    text(xAt(tick), HEIGHT - BOTTOM + 18, `${tick * 100}%`, "middle"),
  );
  const lines = chart.series.map(({ name, points }, index) => {
    const colour = COLOURS[index % COLOURS.length] ?? "#000";
    const path = points.map(([x, value]) => `${at(xAt(x))},${at(yAt(value))}`).join(" ");
    const dots = points.map(
      ([x, value]) =>
        `<circle cx="${at(xAt(x))}" cy="${at(yAt(value))}" r="2.5" fill="${colour}"/>`,
    );
    const legend = TOP + 10 + index * 20;
    return [
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...dots,
      `<line x1="${right + 12}" x2="${right + 32}" y1="${legend}" y2="${legend}" stroke="${colour}" stroke-width="2"/>`,
      text(right + 38, legend + 4, name, "start"),
    ].join("\n");
  });
  return drawing(WIDTH, HEIGHT, [
    shade,
    text(right - 6, TOP + 16, chart.aboveZero, "end", "#b23a2e"),
    ...rows,
    ...columns,
    ...lines,
    text(LEFT, 22, chart.title, "start", "#000", 15),
    text((LEFT + right) / 2, HEIGHT - 10, chart.xLabel, "middle"),
    `<g transform="rotate(-90 16 ${HEIGHT / 2})">${text(16, HEIGHT / 2, chart.yLabel, "middle")}</g>`,
  ]);
}

/** One SVG file. */
export function drawing(width: number, height: number, parts: readonly string[]): string {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif">`;
  const back = `<rect width="${width}" height="${height}" fill="#fff"/>`;
  return `${[head, back, ...parts, "</svg>"].join("\n")}\n`;
}

export function text(
  x: number,
  y: number,
  content: string,
  ...[anchor, colour = "#333", size = 12]: readonly [
    "start" | "middle" | "end",
    colour?: string,
    size?: number,
  ]
): string {
  const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${at(x)}" y="${at(y)}" font-size="${size}" fill="${colour}" text-anchor="${anchor}">${escaped}</text>`;
}

/** Steps of 1, 2 or 5 and zeros that hold all values and zero. */
function niceScale(values: readonly number[]): Scale {
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  const rough = (most - least || 1) / TICKS;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((times) => times * power >= rough) ?? 10) * power;
  const [first, last] = [Math.floor(least / step), Math.ceil(most / step)];
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  const rounded = ticks.map((tick) => Number(tick.toPrecision(6)));
  return { from: first * step, to: Math.max(last, first + 1) * step, ticks: rounded };
}

function at(value: number): string {
  return Number(value.toFixed(1)).toString();
}
