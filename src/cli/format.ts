/**
 * Numbers as people read them.
 *
 * @module
 */

const byteUnits = ["B", "kB", "MB", "GB", "TB"];

/** Bytes in decimal units: `98.1 MB`. */
export function formatBytes(bytes: number): string {
  let unit = 0;
  while (bytes >= 999.5 && unit < byteUnits.length - 1) {
    bytes /= 1000;
    unit++;
  }
  return `${unit === 0 ? bytes : short(bytes)} ${byteUnits[unit]}`;
}

/** Milliseconds as `87 ms`, `1.24 s` or `2 min 5 s`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 999.5) return `${milliseconds.toFixed(0)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.5) return `${short(seconds)} s`;
  return `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`;
}

/** A rate as `412 tok/s`. */
export function formatRate(perSecond: number, unit: string): string {
  return `${short(perSecond)} ${unit}/s`;
}

/** Counts of things as `14.2 M`, for parameters. */
export function formatCount(count: number): string {
  if (count >= 999.5e6) return `${short(count / 1e9)} B`;
  return count >= 999.5e3 ? `${short(count / 1e6)} M` : `${count}`;
}

/** Three significant digits, or all digits of what has more before the point. */
function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** `items` per second over a time in milliseconds; 0 where nothing was timed. */
export function perSecond(items: number, milliseconds: number): number {
  return items > 0 && milliseconds > 0 ? items * 1000 / milliseconds : 0;
}

/** Lays cells out in columns, the numeric ones to the right, under a heading and a rule as in Markdown. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heading.map((h, i) => Math.max(h.length, ...rows.map((row) => row[i].length)));
  const right = heading.map((_, i) => rows.length > 0 && rows.every((row) => /^[\d.]/.test(row[i])));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((c, i) => right[i] ? c.padStart(widths[i]) : c.padEnd(widths[i])).join(" | ")} |\n`;
  const rule = widths.map((width, i) => right[i] ? "-".repeat(width - 1) + ":" : "-".repeat(width));
  return line(heading) + line(rule) + rows.map(line).join("");
}
