// The log: pino, every line masked before it leaves the process.
import { pino, type Logger } from "pino";

export type Log = Logger;

/**
 * A logger that writes JSON lines, or lines for people, to standard error. `mask` sees each finished line, so
 * that no field, message or stack can carry a registered secret out.
 */
export function createLog(options: { level: string; json: boolean; mask: (line: string) => string }): Log {
  return pino(
    { level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    {
      write(line: string) {
        process.stderr.write(options.mask(options.json ? line : readable(line)));
      },
    },
  );
}

const levels: Record<string, string> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "warn",
  50: "error",
  60: "fatal",
};
const grey = (text: string): string => (process.stderr.isTTY ? `\u001b[90m${text}\u001b[39m` : text);

function readable(line: string): string {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch {
    return line;
  }
  if (typeof record !== "object" || record === null) return line;
  const fields = Object.fromEntries(Object.entries(record));
  const { level, time, msg, err, ...rest } = fields;
  const more = Object.entries(rest)
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
  const stack = typeof err === "object" && err !== null && "stack" in err ? `\n${String(err.stack)}` : "";
  const clock = String(time).slice(11, 23);
  return `${grey(clock)} ${(levels[String(level)] ?? "").padEnd(5)} ${String(msg)}${more === "" ? "" : ` ${grey(more)}`}${stack}\n`;
}
