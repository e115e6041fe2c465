import type { Bill } from "./bill.ts";

/** A bill for a terminal: one line per layer that has rows or terms, then totals and forecasts. */
export function formatBill(bill: Bill): string {
  const { size, layers, domainPower, rowLimit, forecast, advice } = bill;
  const columns = ["layer", "rows", "bits", "terms A", "terms B", "terms C"];
  const lines = [...layers, { label: "total", ...size }]
    .filter(({ rows, label }) => rows > 0 || label === "total")
    .map(({ label, rows, bits, termsA, termsB, termsC }) => [
      label,
      ...[rows, bits, termsA, termsB, termsC].map(grouped),
    ]);
  const widths = columns.map((_, i) =>
    Math.max(...[columns, ...lines].map((line) => line[i]?.length ?? 0)),
  );
  const table = [columns, ...lines].map((line) =>
    line
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  "),
  );
  const fill = ((100 * size.rows) / rowLimit).toFixed(0);
  return [
    ...table,
    "",
    `domain   2^${domainPower}: ${grouped(size.rows)} of ${grouped(rowLimit)} rows (${fill}%)`,
    `key      ${(forecast.zkeyBytes / 1e6).toFixed(1)} MB, setup about ${forecast.setupSeconds.toFixed(0)} s`,
    `proof    about ${forecast.proofSeconds.toFixed(2)} s (snarkjs, warm)`,
    `gas      about ${grouped(forecast.fulfilGas)} to fulfil`,
    `advice   "${advice.layer}" has most rows (${grouped(advice.rows)}); ` +
      `${grouped(advice.rowsToHalve)} rows fewer in all would halve the domain`,
  ].join("\n");
}

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}
