// Bars as an SVG, readable on light and on dark.
export interface Bars {
  title: string;
  /** One group of bars for each label. */
  groups: { label: string; bars: { name: string; value: number; text: string }[] }[];
}

const width = 760;
const left = 270;
const right = 90;
const barHeight = 16;
const colours = ["#8b949e", "#2f81f7", "#d29922", "#3fb950", "#db61a2", "#a371f7"];

/** Each bar's length is its value, from 0 to the longest. */
export function barChart({ title, groups }: Bars): string {
  const longest = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const scale = (width - left - right) / longest;
  const parts: string[] = [];
  let y = 44;
  for (const { label, bars } of groups) {
    if (label !== "") {
      parts.push(`<text x="16" y="${y + 12}" class="label">${escape(label)}</text>`);
      y += 20;
    }
    for (const [at, { name, value, text }] of bars.entries()) {
      const length = Math.max(1, value * scale).toFixed(1);
      const middle = y + barHeight - 4;
      parts.push(
        `<text x="${left - 8}" y="${middle}" text-anchor="end">${escape(name)}</text>`,
        `<rect x="${left}" y="${y}" width="${length}" height="${barHeight - 3}" rx="2" fill="${colours[at % colours.length]}"/>`,
        `<text x="${(left + Number(length) + 6).toFixed(1)}" y="${middle}">${escape(text)}</text>`,
      );
      y += barHeight + 2;
    }
    y += 10;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" role="img" aria-label="${escape(title)}">
<style>text{font:12px system-ui,sans-serif;fill:#1f2328}.label,.title{font-weight:600}.title{font-size:14px}@media(prefers-color-scheme:dark){text{fill:#e6edf3}}</style>
<text x="16" y="24" class="title">${escape(title)}</text>
${parts.join("\n")}
</svg>
`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
