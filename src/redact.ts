// Secrets are registered once, when they are read, and masked wherever text leaves: logs, artifacts, comments.
import { type Forms, formsOf } from "./redact-forms.ts";
import { patterns } from "./redact-patterns.ts";
import { createScan, type Literal } from "./redact-scan.ts";
import { createFeed, maskOf } from "./redact-stream.ts";

export interface StreamMasker {
  /**
   * Takes the next piece and returns what can be told so far. What may be the start of a secret waits, and a quarter
   * of that after it once it is long.
   */
  push(chunk: string): string;
  /** Returns what was held back; the masker is then as new. */
  flush(): string;
}

/** Of one name the latest values count: installation tokens come all day and expire after an hour. */
const maxValuesPerName = 500;

export type Redactor = ReturnType<typeof createRedactor>;

/**
 * An empty register of secrets. Besides what is registered, everything below masks tokens and keys of well-known
 * shapes (redact-patterns.ts). Masking twice is masking once.
 */
export function createRedactor() {
  /** Name → value → its forms. */
  const registered = new Map<string, Map<string, Forms>>();
  let scan: ReturnType<typeof createScan> | undefined;

  function currentScan(): ReturnType<typeof createScan> {
    scan ??= createScan(literalsOf(registered));
    return scan;
  }

  return {
    /**
     * From now on `value` is masked as `[redacted:name]`: as it is, JSON- and HTML-escaped, URL-encoded, in
     * hexadecimal and in base64 at any alignment; a secret of several lines also line by line; one of less than
     * 8 characters only as a whole word, one of a single character or none not at all. Of one name the latest 500
     * values are kept.
     */
    register(value: string, name: string): void {
      const secret = value.trim();
      const values = registered.get(name) ?? new Map<string, Forms>();
      if (secret === "" || values.has(secret)) return;
      values.set(secret, formsOf(secret));
      for (const oldest of values.keys()) {
        if (values.size > maxValuesPerName) values.delete(oldest);
      }
      registered.set(name, values);
      scan = undefined;
    },

    /** Whether exactly this value is registered, spaces around it aside. */
    isRegistered(value: string): boolean {
      return [...registered.values()].some((values) => values.has(value.trim()));
    },

    /** The text with every secret replaced by `[redacted:NAME]`. */
    mask(text: string): string {
      return createFeed(currentScan)(text, true);
    },

    /**
     * The names of the secrets in a text, each once, in order: of registered ones, and of well-known tokens and
     * keys. What example code is full of (credentials in a URL, an Authorization header) is masked, but is no
     * finding.
     */
    find(text: string): string[] {
      const names = new Set<string>();
      createFeed(currentScan, (span) => {
        if (span.certain) names.add(span.name);
      })(text, true);
      return [...names];
    },

    /** A masker for one stream of text; its output, put together, is `mask` of its input, put together. */
    stream(): StreamMasker {
      let feed = createFeed(currentScan);
      return {
        push: (chunk) => feed(chunk, false),
        flush() {
          const rest = feed("", true);
          feed = createFeed(currentScan);
          return rest;
        },
      };
    },
  };
}

function literalsOf(registered: ReadonlyMap<string, ReadonlyMap<string, Forms>>): Literal[] {
  const literals: Literal[] = [];
  const names = new Set(patterns.map((pattern) => pattern.name));
  const secrets = [...registered.values()].flatMap((values) => [...values.keys()]);
  for (const [given, values] of registered) {
    const name = safeName(given, secrets);
    names.add(name);
    for (const { anywhere, words } of values.values()) {
      for (const text of anywhere) literals.push({ text, name, kind: "anywhere" });
      for (const text of words) literals.push({ text, name, kind: "word" });
    }
  }
  for (const name of names) literals.push({ text: maskOf(name), name, kind: "shield" });
  return literals;
}

/** A name that can't be mistaken for anything else in a text, and that tells no secret itself. */
function safeName(name: string, secrets: readonly string[]): string {
  const plain = name.replaceAll(/[^A-Za-z0-9_.-]/g, "_").slice(0, 64);
  return plain === "" || secrets.some((secret) => secret.length > 3 && plain.includes(secret))
    ? "secret"
    : plain;
}
