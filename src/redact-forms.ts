// The shapes in which a secret travels: as it is, escaped, URL-encoded, in hexadecimal, in base64.

/** Shorter values are masked only as whole words, so that ordinary text isn't eaten. */
const minSubstringLength = 8;
/** A line of a secret of many lines counts by itself from this length on. */
const minLineLength = 12;
/** base64(1) breaks its lines after 76 characters, PEM (RFC 7468) after 64. */
const base64LineLengths = [64, 76];

export interface Forms {
  /** Masked wherever they stand. */
  anywhere: string[];
  /** Masked only as whole words. */
  words: string[];
}

/** Every form of `value` that must not be seen. Spaces and line ends around it are no part of the secret. */
export function formsOf(value: string): Forms {
  const secret = value.trim();
  // One character is no secret, and to mask it would only spoil the text.
  if (secret.length < 2) return { anywhere: [], words: [] };
  if (secret.length < minSubstringLength) {
    return { anywhere: [], words: unique([secret, ...escaped(secret), base64(secret)]) };
  }
  const lines = linesOf(secret);
  const texts = [secret, ...lines, ...(lines.length > 1 ? [lines.join("")] : [])];
  const anywhere = texts.flatMap((text) => [text, ...escaped(text), ...encoded(text)]);
  return { anywhere: unique(anywhere).filter((form) => form.length >= minSubstringLength), words: [] };
}

/** The lines of a PEM key or the like that are secret by themselves; a PEM's first and last line are not. */
function linesOf(secret: string): string[] {
  if (!/[\r\n]/.test(secret)) return [];
  return secret
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line.length >= minLineLength && !line.startsWith("-----"));
}

function escaped(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const ascii = json.replaceAll(
    /[^\u0020-\u007e]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const html = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  const url = urlEncoded(text);
  return [
    json,
    ascii,
    // JSON in a line of JSON, as agents' event streams have it.
    JSON.stringify(json).slice(1, -1),
    json.replaceAll("/", "\\/"),
    html,
    html.replaceAll('"', "&quot;").replaceAll("'", "&#39;"),
    ...url,
    ...url.map((form) => form.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())),
    ...spelled(text),
    // UTF-8 read as Latin-1, as a patch is searched.
    Buffer.from(text, "utf8").toString("latin1"),
  ];
}

/** Each character by its number, as programs write that escape all there is. */
function spelled(text: string): string[] {
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  const points = Array.from(text, (char) => char.codePointAt(0) ?? 0);
  const bytes = [...Buffer.from(text, "utf8")];
  const inHex = (values: readonly number[], before: string, digits: number, after = ""): string[] => {
    const form = (hex: (value: string) => string): string =>
      values.map((value) => `${before}${hex(value.toString(16)).padStart(digits, "0")}${after}`).join("");
    return [form((hex) => hex), form((hex) => hex.toUpperCase())];
  };
  return [
    ...inHex(units, "\\u", 4),
    ...inHex(bytes, "\\x", 2),
    ...inHex(bytes, "%", 2),
    ...inHex(points, "&#x", 1, ";"),
    points.map((point) => `&#${point};`).join(""),
  ];
}

function urlEncoded(text: string): string[] {
  // Half a surrogate pair has no URL encoding; what carries it is U+FFFD.
  const whole = text.toWellFormed();
  const strict = encodeURIComponent(whole);
  return [strict, encodeURI(whole), new URLSearchParams({ "": whole }).toString().slice(1)];
}

function encoded(text: string): string[] {
  const bytes = Buffer.from(text, "utf8");
  const hex = bytes.toString("hex");
  const forms = [hex, hex.toUpperCase()];
  for (const before of [0, 1, 2]) forms.push(...base64Within(bytes, before));
  // Encoded twice, as a Kubernetes secret is that holds an Authorization header.
  for (const before of [0, 1, 2]) {
    const once = Buffer.from(base64Within(bytes, before).at(-1) ?? "");
    for (const outer of [0, 1, 2]) forms.push(base64Within(once, outer).at(-1) ?? "");
  }
  const whole = bytes.toString("base64");
  for (const length of base64LineLengths) {
    if (whole.length > length) forms.push(...(whole.match(new RegExp(`.{1,${length}}`, "g")) ?? []));
  }
  return forms.flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
}

/**
 * The base64 characters that depend on `bytes` alone when `before` bytes (modulo 3) come before them: once with
 * the end that they have when nothing comes after them, once without.
 */
function base64Within(bytes: Buffer, before: number): string[] {
  const shifted = Buffer.concat([Buffer.alloc(before), bytes])
    .toString("base64")
    .replace(/=+$/, "");
  const from = Math.ceil((before * 8) / 6);
  const to = Math.floor(((before + bytes.length) * 8) / 6);
  return [shifted.slice(from), shifted.slice(from, to)];
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64").replace(/=+$/, "");
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
