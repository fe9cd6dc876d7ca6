// What secretlint's maintained rules find in one text, without what only looks like a secret.
import { lintSource } from "@secretlint/core";
import { rules } from "@secretlint/secretlint-rule-preset-recommend";

/** A secret at `offset` of the text. It names the rule and never the secret. */
export interface SecretHit {
  rule: string;
  offset: number;
}

/** It would let everything pass in a text that says "secretlint-disable". */
const filter = "@secretlint/secretlint-rule-filter-comments";

const config = {
  rules: rules
    .filter((rule) => rule.meta.id !== filter)
    .map((rule) => ({ id: rule.meta.id, rule, options: {} })),
};

/** Finds secrets in a text; `extension` is that of its file, such as ".json". */
export async function secretHits(text: string, extension: string): Promise<SecretHit[]> {
  const { messages } = await lintSource({
    source: { filePath: `/change${extension}`, content: text, ext: extension, contentType: "text" },
    options: { maskSecrets: true, noPhysicFilePath: true, config },
  });
  return messages
    .filter(({ range: [start, end] }) => looksReal(text.slice(start, end)))
    .map(({ ruleId, messageId, range }) => ({
      rule: `${ruleId.replace(/^.*secretlint-rule-/, "")}: ${messageId}`,
      offset: range[0],
    }));
}

const minBitsPerChar = 3;

/**
 * Whether something of the shape of a secret can be one. Placeholders repeat themselves or say what they are; the
 * password of a database on one's own machine is no secret.
 */
export function looksReal(found: string): boolean {
  const address = /^[a-z0-9+]+:\/\/[^\s:/@]*:([^\s@]+)@([^\s/:?]*)/i.exec(found);
  if (address) {
    const [, password = "", host = ""] = address;
    return !isExampleHost(host) && password.length >= 8 && bitsPerChar(password) >= 2.5;
  }
  if (/example|placeholder|your[_-]|changeme|x{8}/i.test(found)) return false;
  const runs = found.match(/[A-Za-z0-9+/=_-]{8,}/g) ?? [found];
  return bitsPerChar(runs.at(-1) ?? "") >= minBitsPerChar;
}

function isExampleHost(host: string): boolean {
  return !host.includes(".") || /^(?:127\.|0\.0\.0\.0|.*\bexample\b)/i.test(host);
}

/** Shannon's entropy of a text's characters. */
export function bitsPerChar(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
