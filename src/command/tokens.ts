// One command line as tokens: words of text, and options with their values.

export type Token =
  | { kind: "option"; start: number; name: string; written: string; value?: string }
  /** `--`: what follows is text. */
  | { kind: "end"; start: number; written: string }
  | { kind: "word"; start: number; text: string };

export interface TokenReader {
  /** The next token, undefined at the line's end. */
  next(): Token | undefined;
  /** The next word as an option's value, without its quotes; undefined when there is none or an option follows. */
  value(): string | undefined;
  /** Where the next token is looked for. */
  position(): number;
}

/** Two hyphens, or what telephones make of them: an em dash or an en dash. */
const optionStart = /(?:--|[\u2014\u2013])(?=[A-Za-z])/y;
const optionName = /[A-Za-z][A-Za-z0-9_-]*/y;
const endOfOptions = /(?:--|\u2014)(?=\s|$)/y;
const space = /\s*/y;
const bare = /\S+/y;
const quotedValue = /"([^"]*)"|\u201c([^\u201c\u201d]*)\u201d|'([^']*)'|\u2018([^\u2018\u2019]*)\u2019/y;
/** Code and quotations in free text, in which nothing is an option. */
const verbatim = /(`+)(?!`)[\s\S]*?[^`]\1(?!`)\S*|["\u201c\u201d][^"\u201c\u201d]*["\u201c\u201d]\S*/y;

/** A reader of one line. */
export function createTokenReader(line: string): TokenReader {
  let at = 0;

  function take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = at;
    const found = pattern.exec(line);
    if (found) at += found[0].length;
    return found;
  }

  function readValue(): string | undefined {
    const quoted = take(quotedValue);
    if (quoted) return quoted[1] ?? quoted[2] ?? quoted[3] ?? quoted[4];
    return take(bare)?.[0];
  }

  return {
    next() {
      take(space);
      const start = at;
      if (at >= line.length) return undefined;
      const end = take(endOfOptions);
      if (end) return { kind: "end", start, written: end[0] };
      if (take(optionStart)) {
        const name = take(optionName)?.[0] ?? "";
        const written = line.slice(start, at);
        if (!take(/=/y)) return { kind: "option", start, name, written };
        return { kind: "option", start, name, written, value: readValue() ?? "" };
      }
      return { kind: "word", start, text: (take(verbatim) ?? take(bare))?.[0] ?? "" };
    },
    value() {
      take(space);
      optionStart.lastIndex = at;
      if (at >= line.length || optionStart.test(line)) return undefined;
      return readValue();
    },
    position: () => at,
  };
}
