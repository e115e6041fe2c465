import { drawing, text } from "./lineChart.ts";

/** Shares in rows and columns; 1 is drawn as "always". */
export interface Panel {
  readonly title: string;
  readonly values: readonly (readonly number[])[];
}

export interface HeatMap {
  readonly title: string;
  readonly rowLabel: string;
  readonly rows: readonly string[];
  readonly columnLabel: string;
  readonly columns: readonly string[];
  readonly panels: readonly Panel[];
}

const CELL_WIDTH = 62;
const CELL_HEIGHT = 34;
const LEFT = 84;
const TOP = 66;
const PANEL_HEIGHT_BESIDE_CELLS = 76;

/** Panels one below the other: the darker, the more has to be watched. */
export function heatMap(map: HeatMap): string {
  const panelHeight = map.rows.length * CELL_HEIGHT + PANEL_HEIGHT_BESIDE_CELLS;
  const width = LEFT + map.columns.length * CELL_WIDTH + 30;
  const panels = map.panels.map((panel, index) => drawPanel(map, panel, TOP + index * panelHeight));
  return drawing(width, TOP + map.panels.length * panelHeight, [
    text(16, 24, map.title, "start", "#000", 15),
    ...panels,
  ]);
}

function drawPanel(map: HeatMap, panel: Panel, top: number): string {
  const bottom = top + map.rows.length * CELL_HEIGHT;
  const middle = LEFT + (map.columns.length * CELL_WIDTH) / 2;
  return [
    text(LEFT, top - 10, panel.title, "start", "#000", 13),
    text(LEFT - 10, top - 10, map.rowLabel, "end"),
    ...map.rows.map((row, index) => text(LEFT - 10, top + (index + 0.6) * CELL_HEIGHT, row, "end")),
    ...map.columns.map((column, index) =>
      text(LEFT + (index + 0.5) * CELL_WIDTH, bottom + 16, column, "middle"),
    ),
    text(middle, bottom + 34, map.columnLabel, "middle"),
    ...panel.values.flatMap((row, rowIndex) =>
      row.map((value, index) =>
        drawCell(value, LEFT + index * CELL_WIDTH, top + rowIndex * CELL_HEIGHT),
      ),
    ),
  ].join("\n");
}

function drawCell(value: number, x: number, y: number): string {
  const fade = Math.round(255 - 155 * value);
  const isAlways = value >= 1;
  const fill = isAlways ? "#7f1d1d" : `rgb(255,${fade},${fade})`;
  const label = isAlways ? "always" : `${(value * 100).toFixed(value < 0.1 ? 1 : 0)}%`;
  return [
    `<rect x="${x}" y="${y}" width="${CELL_WIDTH}" height="${CELL_HEIGHT}" fill="${fill}" stroke="#fff"/>`,
    text(x + CELL_WIDTH / 2, y + CELL_HEIGHT / 2 + 4, label, "middle", isAlways ? "#fff" : "#333"),
  ].join("");
}
