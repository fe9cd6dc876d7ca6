// Charts as SVG, made on the server: bars that stand on each other, and a line.
import { html } from "hono/html";
import { scaleBand, scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import type { Html } from "./layout.ts";

const width = 560;
const height = 190;
const frame = { left: 46, right: 18, top: 10, bottom: 24 };
const dayMs = 86_400_000;

export interface Series {
  /** Of the style sheet. */
  kind: "good" | "bad" | "grey" | "accent";
  /** Day since 1970 → how much. */
  values: ReadonlyMap<number, number>;
}

interface Chart {
  label: string;
  fromDay: number;
  toDay: number;
  format: (value: number) => string;
}

/** Each day's series stand on each other. */
export function bars(chart: Chart, series: readonly Series[]): Html {
  const days = daysOf(chart);
  const sums = days.map((day) => series.reduce((sum, { values }) => sum + (values.get(day) ?? 0), 0));
  const y = scaleLinear([0, Math.max(1e-9, ...sums)], [height - frame.bottom, frame.top]).nice(4);
  const x = scaleBand(days, [frame.left, width - frame.right]).padding(0.22);
  const shapes = days.map((day) => {
    let below = 0;
    return series.map(({ kind, values }) => {
      const value = values.get(day) ?? 0;
      if (value === 0) return "";
      const [from, to] = [y(below), y(below + value)];
      below += value;
      return html`<rect
        class="${kind}"
        x="${round(x(day) ?? 0)}"
        y="${round(to)}"
        width="${round(x.bandwidth())}"
        height="${round(Math.max(0.5, from - to))}"
      />`;
    });
  });
  return svg(chart, y, (day) => (x(day) ?? 0) + x.bandwidth() / 2, html`${shapes}`);
}

/** Days without a value are bridged by nothing. */
export function curve(chart: Chart, values: ReadonlyMap<number, number>): Html {
  const days = daysOf(chart);
  const y = scaleLinear([0, Math.max(1e-9, ...values.values())], [height - frame.bottom, frame.top]).nice(4);
  const x = scaleLinear(
    [chart.fromDay, Math.max(chart.toDay, chart.fromDay + 1)],
    [frame.left + 6, width - frame.right - 6],
  );
  const draw = line<number>(x, (day) => y(values.get(day) ?? 0)).defined((day) => values.has(day));
  const dots = [...values].map(
    ([day, value]) => html`<circle class="accent" cx="${round(x(day))}" cy="${round(y(value))}" r="2.4" />`,
  );
  return svg(chart, y, x, html`<path class="line" d="${draw(days) ?? ""}" />${dots}`);
}

function svg(
  { label, format, ...chart }: Chart,
  y: { (value: number): number; ticks(count?: number): number[] },
  x: (day: number) => number,
  shapes: Html,
): Html {
  const days = daysOf(chart);
  const every = Math.max(1, Math.ceil(days.length / 6));
  const named = days.filter((_day, at) => (days.length - 1 - at) % every === 0);
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
    ${y
      .ticks(4)
      .map(
        (tick) =>
          html`<line
              class="grid"
              x1="${frame.left}"
              x2="${width - frame.right}"
              y1="${round(y(tick))}"
              y2="${round(y(tick))}"
            />
            <text x="${frame.left - 7}" y="${round(y(tick)) + 3.5}" text-anchor="end">${format(tick)}</text>`,
      )}
    ${shapes}
    ${named.map(
      (day) =>
        html`<text x="${round(x(day))}" y="${height - 7}" text-anchor="middle">
          ${new Date(day * dayMs).toISOString().slice(5, 10)}
        </text>`,
    )}
  </svg>`;
}

function daysOf({ fromDay, toDay }: Pick<Chart, "fromDay" | "toDay">): number[] {
  return Array.from({ length: toDay - fromDay + 1 }, (_, at) => fromDay + at);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** A share as a short bar with its number. */
export function shareBar(part: number, whole: number): Html {
  if (whole === 0) return html`–`;
  const share = part / whole;
  return html`<svg class="share" viewBox="0 0 90 6" preserveAspectRatio="none" aria-hidden="true">
      <rect class="lane" width="90" height="6" rx="3" />
      <rect class="part" width="${round(share * 90)}" height="6" rx="3" /></svg
    >${Math.round(share * 100)} %`;
}
