// Numbers in Prometheus's text format, version 0.0.4 (prometheus.io, "Exposition formats"). Pure.

export interface Metric {
  name: string;
  help: string;
  type: "gauge" | "counter";
  samples: Sample[];
}

interface Sample {
  labels?: Record<string, string>;
  value: number;
}

export const metricsContentType = "text/plain; version=0.0.4; charset=utf-8";

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelName = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;

/** The text of all metrics; one without samples is left out. Throws for a name that the format doesn't know. */
export function metricsText(metrics: readonly Metric[]): string {
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .map(
      ({ name, help, type, samples }) =>
        `# HELP ${checked(name, metricName)} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n` +
        samples
          .map(({ labels = {}, value }) => `${name}${labelsText(labels)} ${valueText(value)}\n`)
          .join(""),
    )
    .join("");
}

function labelsText(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${checked(name, labelName)}="${escapeLabel(value)}"`,
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function valueText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}

function escapeHelp(text: string): string {
  return text.toWellFormed().replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}

function checked(name: string, form: RegExp): string {
  if (!form.test(name)) throw new Error(`${JSON.stringify(name)} is not a name of Prometheus's format`);
  return name;
}
