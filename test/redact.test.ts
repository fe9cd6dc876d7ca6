import { generateKeyPairSync } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createRedactor, type Redactor } from "../src/redact.ts";

const secret = 'pa55/w"ord+Ä\\&<x>';

function withSecrets(secrets: Record<string, string>): Redactor {
  const redactor = createRedactor();
  for (const [name, value] of Object.entries(secrets)) redactor.register(value, name);
  return redactor;
}

function inPieces(redactor: Redactor, text: string, size: number): string {
  const stream = redactor.stream();
  let out = "";
  for (let at = 0; at < text.length; at += size) out += stream.push(text.slice(at, at + size));
  return out + stream.flush();
}

const pem = generateKeyPairSync("rsa", {
  modulusLength: 1024,
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
}).privateKey;

describe("a registered secret", () => {
  const redactor = withSecrets({ KEY: secret });
  const json = JSON.stringify(secret).slice(1, -1);
  const bytes = Buffer.from(secret);
  const numbered = (before: string, digits: number, after = ""): string =>
    Array.from(
      secret,
      (char) => `${before}${char.charCodeAt(0).toString(16).padStart(digits, "0")}${after}`,
    ).join("");

  test.each([
    ["as it is", secret],
    ["JSON", json],
    ["JSON in JSON", JSON.stringify(json).slice(1, -1)],
    ["ASCII JSON", json.replace("Ä", "\\u00c4")],
    ["JSON with escaped slashes", json.replaceAll("/", "\\/")],
    ["a URL's component", encodeURIComponent(secret)],
    [
      "a URL's component in lower case",
      encodeURIComponent(secret).replaceAll(/%../g, (code) => code.toLowerCase()),
    ],
    ["a form's field", new URLSearchParams({ x: secret }).toString().slice(2)],
    ["HTML", 'pa55/w"ord+Ä\\&amp;&lt;x&gt;'],
    ["an HTML attribute", "pa55/w&quot;ord+Ä\\&amp;&lt;x&gt;"],
    ["hexadecimal", bytes.toString("hex")],
    ["HEXADECIMAL", bytes.toString("hex").toUpperCase()],
    ["JSON with every character by number", numbered("\\u", 4)],
    [
      "JSON WITH EVERY CHARACTER BY NUMBER",
      numbered("\\u", 4).replaceAll(/[a-f]/g, (hex) => hex.toUpperCase()),
    ],
    ["a URL with every byte by number", bytes.toString("hex").replaceAll(/../g, "%$&")],
    ["a string with every byte by number", bytes.toString("hex").replaceAll(/../g, String.raw`\x$&`)],
    ["HTML with every character by number", numbered("&#x", 1, ";")],
    [
      "HTML with every character by decimal number",
      Array.from(secret, (char) => `&#${char.charCodeAt(0)};`).join(""),
    ],
    ["UTF-8 read as Latin-1", bytes.toString("latin1")],
    ["base64", bytes.toString("base64").replace(/=*$/, "")],
    ["URL-safe base64", bytes.toString("base64url")],
  ])("%s", (_name, form) => {
    expect(redactor.mask(`before ${form} after`)).toBe("before [redacted:KEY] after");
    expect(redactor.find(`before ${form} after`)).toEqual(["KEY"]);
  });

  test("base64 of base64, whatever stands around it at each turn", () => {
    for (const before of ["", "u", "us", "user:"]) {
      for (const after of ["", "\n", "@host"]) {
        const once = Buffer.from(`${before}${secret}${after}`).toString("base64");
        for (const around of ["", "B", "Basic "]) {
          const twice = Buffer.from(`${around}${once}`).toString("base64");
          expect(redactor.mask(twice)).toContain("[redacted:KEY]");
        }
      }
    }
  });

  test("inside of base64, at each alignment, leaves nothing from which it could be read", () => {
    for (let before = 0; before < 6; before++) {
      for (let after = 0; after < 4; after++) {
        for (const kind of ["base64", "base64url"] as const) {
          const text = Buffer.from(`${"u".repeat(before)}${secret}${"v".repeat(after)}`).toString(kind);
          const masked = redactor.mask(text);
          expect(masked).toContain("[redacted:KEY]");
          expect(masked.replace("[redacted:KEY]", "").length).toBeLessThanOrEqual(before * 2 + after * 2 + 4);
        }
      }
    }
  });

  test("keeps its name to what can stand in a mask", () => {
    expect(withSecrets({ "a b]`\n@c": "12345678" }).mask("12345678")).toBe("[redacted:a_b____c]");
  });

  test("isn't told by its own name", () => {
    expect(withSecrets({ MY_TOKEN: "MY_TOKEN" }).mask("x MY_TOKEN x")).toBe("x [redacted:secret] x");
  });

  test("that is a word of our masks is masked once", () => {
    const odd = withSecrets({ A: "redacted", KEY: "some-secret", B: "github-token" });
    for (const text of ["redacted some-secret github-token", `[redacted: ghp_${"aB3".repeat(14)}`]) {
      const masked = odd.mask(text);
      expect(masked.replaceAll(/\[redacted:[\w-]+\]/g, "")).not.toMatch(/some-secret|ghp_|github/);
      expect(odd.mask(masked)).toBe(masked);
      expect(odd.find(masked)).toEqual([]);
      for (let size = 1; size < 30; size++) expect(inPieces(odd, masked, size)).toBe(masked);
    }
  });

  test("can't hide in what only looks like a mask", () => {
    expect(withSecrets({ KEY: "some-secret" }).mask("[redacted:some-secret]")).toBe(
      "[redacted:[redacted:KEY]]",
    );
  });

  test("with spaces around it is the same secret", () => {
    const trimmed = withSecrets({ KEY: "  some-secret\n" });
    expect(trimmed.mask("some-secret")).toBe("[redacted:KEY]");
    expect(trimmed.isRegistered("some-secret")).toBe(true);
    expect(trimmed.isRegistered("some-secre")).toBe(false);
  });

  test("that is empty or one character masks nothing", () => {
    expect(withSecrets({ A: "", B: "  \n", C: "t" }).mask("any t  \n at all")).toBe("any t  \n at all");
  });

  test("counts from the moment at which it is registered, in open streams too", () => {
    const growing = createRedactor();
    const stream = growing.stream();
    expect(stream.push("late-secret ")).toBe("late-secret ");
    growing.register("late-secret", "LATE");
    expect(stream.push("late-secret ") + stream.flush()).toBe("[redacted:LATE] ");
  });

  test("of one name there are as many as a day brings, and no more", () => {
    const busy = createRedactor();
    for (let number = 0; number < 2000; number++)
      busy.register(`token-number-${number}-end`, "installation-token");
    expect(busy.isRegistered("token-number-1999-end")).toBe(true);
    expect(busy.isRegistered("token-number-0-end")).toBe(false);
    expect(busy.mask("token-number-1999-end")).toBe("[redacted:installation-token]");
  });
});

describe("overlapping secrets are masked as one", () => {
  const redactor = withSecrets({ LONG: "abcdefgh-12345678", PART: "abcdefgh", NEXT: "5678-tail-of-it" });

  test.each([
    ["abcdefgh-12345678", "[redacted:LONG]"],
    ["abcdefgh-1234", "[redacted:PART]-1234"],
    ["abcdefgh-12345678-tail-of-it!", "[redacted:LONG]!"],
    ["abcdefghabcdefgh", "[redacted:PART][redacted:PART]"],
  ])("%s", (text, masked) => {
    expect(redactor.mask(text)).toBe(masked);
    for (let size = 1; size <= text.length; size++) expect(inPieces(redactor, text, size)).toBe(masked);
  });

  test("a registered one gives the name, even inside of a longer well-known shape", () => {
    const token = `ghs_${"a1B2".repeat(9)}`;
    expect(withSecrets({ TOKEN: token }).mask(`Authorization: Bearer ${token}`)).toBe(
      "Authorization: Bearer [redacted:TOKEN]",
    );
    expect(withSecrets({ TOKEN: token }).mask(`https://x-access-token:${token}@github.com/`)).toBe(
      "https://[redacted:TOKEN]@github.com/",
    );
  });
});

describe("a short value is masked only as a whole word", () => {
  const redactor = withSecrets({ PIN: "cat" });

  test.each([
    ["the cat sat", "the [redacted:PIN] sat"],
    ["cat", "[redacted:PIN]"],
    ["password=cat;", "password=[redacted:PIN];"],
    ['{"a":"cat","b":"x\\ncat"}', '{"a":"[redacted:PIN]","b":"x\\n[redacted:PIN]"}'],
    ["concatenate category cat_1 éclairécat 4cat", "concatenate category cat_1 éclairécat 4cat"],
    ["cat cat", "[redacted:PIN] [redacted:PIN]"],
    ["catcat", "catcat"],
    ["Y2F0", "[redacted:PIN]"],
  ])("%s", (text, masked) => {
    expect(redactor.mask(text)).toBe(masked);
    for (let size = 1; size <= text.length; size++) expect(inPieces(redactor, text, size)).toBe(masked);
  });

  test("also where it touches another secret, so that masking again changes nothing", () => {
    const both = withSecrets({ PIN: "cat", KEY: "0123456789" });
    for (const text of ["0123456789cat", "cat0123456789", "0123456789cat0123456789"]) {
      const masked = both.mask(text);
      expect(masked).not.toContain("cat");
      expect(both.mask(masked)).toBe(masked);
      for (let size = 1; size <= text.length; size++) expect(inPieces(both, text, size)).toBe(masked);
    }
  });
});

describe("a private key", () => {
  const redactor = withSecrets({ PRIVATE_KEY: pem });
  const lines = pem.trim().split("\n");

  test("is masked whole, in JSON, with other line ends and without any", () => {
    for (const text of [
      pem.trim(),
      JSON.stringify(pem.trim()).slice(1, -1),
      pem.trim().replaceAll("\n", "\r\n"),
    ]) {
      expect(redactor.mask(`a ${text} z`)).toBe("a [redacted:PRIVATE_KEY] z");
    }
    expect(redactor.mask(lines.slice(1, -1).join(""))).toBe("[redacted:PRIVATE_KEY]");
  });

  test("is masked line by line, its first and last line alone are none", () => {
    const [first = "", second = "", third = ""] = lines;
    expect(redactor.mask(`12:04 ${second}\n12:05 ${third}`)).toBe(
      "12:04 [redacted:PRIVATE_KEY]\n12:05 [redacted:PRIVATE_KEY]",
    );
    expect(redactor.mask(first)).toBe(first);
  });

  test("in base64, broken into lines as base64(1) does", () => {
    const broken =
      Buffer.from(pem)
        .toString("base64")
        .match(/.{1,76}/g) ?? [];
    const masked = redactor.mask(broken.join("\n"));
    for (const line of broken.slice(0, -1)) expect(masked).not.toContain(line);
  });

  test("that nobody registered", () => {
    const plain = createRedactor();
    expect(plain.mask(`a\n${pem}z`)).toBe("a\n[redacted:private-key]\nz");
    expect(plain.mask(JSON.stringify({ key: pem }))).toBe('{"key":"[redacted:private-key]\\n"}');
    const cut = lines.slice(0, 6).join("\n");
    expect(plain.mask(`${cut}\nthe rest is ordinary text`)).toBe(
      "[redacted:private-key]\nthe rest is ordinary text",
    );
    const words = "-----BEGIN PRIVATE KEY----- is how such a key begins";
    expect(plain.mask(words)).toBe(words);
  });
});

const token = "aB3".repeat(14);
const header = Buffer.from('{"alg":"RS256","typ":"JWT"}').toString("base64url");
const claims = Buffer.from('{"iss":123456,"exp":1700000000}').toString("base64url");

describe("tokens of well-known shapes", () => {
  test.each([
    [`ghp_${token}`, "github-token"],
    [`gho_${token}`, "github-token"],
    [`ghu_${token}`, "github-token"],
    [`ghs_${token}`, "github-token"],
    [`ghr_${token}`, "github-token"],
    [`ghs_1234567_${header}.${claims}.${token}`, "github-token"],
    [`github_pat_${token}_${token}`, "github-token"],
    [`sk-ant-api03-${token}-AA`, "anthropic-key"],
    [`sk-proj-${token}_-x`, "openai-key"],
    [`sk-${token}`, "openai-key"],
    ["AKIAIOSFODNN7EXAMPLE", "aws-key"],
    ["ASIAIOSFODNN7EXAMPLE", "aws-key"],
    [`xoxb-1234567890-${token}`, "slack-token"],
    [`xapp-1-A012-${token}`, "slack-token"],
    [`AIza${"aB3-_".repeat(7)}`, "google-key"],
    [`glpat-${token.slice(0, 20)}`, "gitlab-token"],
    [`npm_${token.slice(0, 36)}`, "npm-token"],
    [`${header}.${claims}.${token}`, "jwt"],
  ])("%s", (text, name) => {
    const redactor = createRedactor();
    for (const around of ["x %s y", "'%s'", "KEY=%s\n", '{"a":"%s"}', "%s", "“%s”", "(%s)."]) {
      const whole = around.replace("%s", text);
      const masked = around.replace("%s", `[redacted:${name}]`);
      expect(redactor.mask(whole)).toBe(masked);
      expect(redactor.find(whole)).toEqual([name]);
      for (const size of [1, 3, 7, 20]) expect(inPieces(redactor, whole, size)).toBe(masked);
    }
  });

  test.each([
    ["Authorization: Bearer abcdef.123456", "Authorization: Bearer [redacted:authorization]"],
    ["authorization: basic dXNlcjpwYXNz", "authorization: basic [redacted:authorization]"],
    ['{"Authorization":"token 0123456789"}', '{"Authorization":"token [redacted:authorization]"}'],
    ["AUTHORIZATION: basic dXNlcjpwYXNz", "AUTHORIZATION: basic [redacted:authorization]"],
    ["x-api-key: 0123456789abcdef", "x-api-key: [redacted:api-key]"],
    ["curl -H 'Bearer a1b2c3d4e5f6g7h8i9j0'", "curl -H 'Bearer [redacted:bearer-token]'"],
    ["https://me:pa55@example.com/x", "https://[redacted:url-credentials]@example.com/x"],
    ["postgres://:pa55@db/x", "postgres://[redacted:url-credentials]@db/x"],
  ])("%s is masked, but no finding: examples are full of it", (text, masked) => {
    const redactor = createRedactor();
    expect(redactor.mask(text)).toBe(masked);
    expect(redactor.find(text)).toEqual([]);
    for (const size of [1, 3, 7]) expect(inPieces(redactor, text, size)).toBe(masked);
  });

  test.each([
    "a risk-based desk-sk-lamp task-oriented-programming-language",
    "sk-fading-circle sk-cube-grid-with-a-long-name",
    "npm_config_registry_and_some_more_words npm_lifecycle_event",
    "https://example.com:8080/a@b?x=http://c:d",
    "https://user@example.com git@github.com:acme/shop.git",
    "postgres://${USER}:${PASSWORD}@db, https://me:<token>@example.com, https://me:***@example.com",
    "eyJhbGciOiJub25lIn0 alone is only a header",
    "Bearer authentication is described below. Basic internationalization-support-of-it",
    "ghp_short AKIA AKIA123 xoxo xox- AIzaShort glpat- -----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    "5d41402abc4b2a76b9719d911017c592 0190a0b0-1111-7000-8000-000000000000",
    "",
  ])("%s is ordinary text", (text) => {
    expect(createRedactor().mask(text)).toBe(text);
    for (const size of [1, 5]) expect(inPieces(createRedactor(), text, size)).toBe(text);
  });

  test("binary data read as Latin-1 stays as it is", () => {
    const noise = gzipSync(Buffer.from("some text ".repeat(500))).toString("latin1");
    expect(createRedactor().mask(noise)).toBe(noise);
  });
});

describe("a stream", () => {
  test("holds back nothing that can't be the start of a secret", () => {
    const stream = withSecrets({ KEY: "swordfish-77" }).stream();
    expect(stream.push("plain text\n")).toBe("plain text\n");
    expect(stream.push("sword")).toBe("");
    expect(stream.push("play\n")).toBe("swordplay\n");
    expect(stream.push("swordfish-7")).toBe("");
    expect(stream.push("7\n")).toBe("[redacted:KEY]\n");
    expect(stream.flush()).toBe("");
  });

  test("is as new after its end", () => {
    const stream = withSecrets({ KEY: "swordfish-77" }).stream();
    expect(stream.push("swordfish")).toBe("");
    expect(stream.flush()).toBe("swordfish");
    expect(stream.push("-77 swordfish-77 ")).toBe("-77 [redacted:KEY] ");
  });

  test.each([
    ["a key without an end", "-----BEGIN PRIVATE KEY-----\n", "QUJD".repeat(16) + "\n"],
    ["a token without an end", "ghp_", "a".repeat(1000)],
    ["a JWT without an end", "eyJ", "a".repeat(1000)],
    ["a password without an end", "https://me:", "a".repeat(1000)],
    ["a secret over and over", "", "aaaaaaaaaaaa".repeat(100)],
    ["a short secret over and over", "", "cat".repeat(300)],
  ])("never holds back without limit: %s", (_name, start, more) => {
    const stream = withSecrets({ A: "a".repeat(12), PIN: "cat", KEY: pem }).stream();
    stream.push(start);
    for (let round = 0; round < 200; round++) stream.push(more);
    // As much again of ordinary text as may be held back, and all of it but that comes out.
    const ordinary = " the end\n".repeat(4000);
    expect(stream.push(ordinary).length).toBeGreaterThan(ordinary.length - 20_000);
    expect(stream.flush().length).toBeLessThan(20_000);
  });
});
