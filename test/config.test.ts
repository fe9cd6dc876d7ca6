import { generateKeyPairSync } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../src/config.ts";
import { temporaryFolder } from "./temp-folder.ts";

const folder = await temporaryFolder();
const secret = "0123456789abcdef0123";
const pem = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
}).privateKey.trim();

function problems(environment: Record<string, string>): string {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  throw new Error("it was accepted");
}

describe("every problem is reported at once and by name", () => {
  test("values out of range, unknown words and malformed addresses", () => {
    const message = problems({
      PORT: "99999",
      RUNNER_CONCURRENCY: "many",
      SANDBOX: "yes",
      PUBLIC_URL: "ftp://x",
      WEBHOOK_SECRET: "short",
      TRIGGER: "agent",
    });
    for (const name of ["PORT", "RUNNER_CONCURRENCY", "SANDBOX", "PUBLIC_URL", "WEBHOOK_SECRET", "TRIGGER"]) {
      expect(message).toMatch(new RegExp(`^  ${name}: .+`, "m"));
    }
  });

  test("an address of a database that isn't one", () => {
    for (const DATABASE_URL of ["mysql://a@b/c", "postgres://", "postgres:// a", "postgres://u:p%@h/d"]) {
      expect([DATABASE_URL, problems({ DATABASE_URL })]).toEqual([
        DATABASE_URL,
        expect.stringContaining("DATABASE_URL: an address of Postgres"),
      ]);
    }
  });

  test("a part of the credentials alone", () => {
    expect(problems({ APP_ID: "1" })).toContain(
      "PRIVATE_KEY (or PRIVATE_KEY_PATH) and WEBHOOK_SECRET: missing",
    );
    expect(problems({ APP_ID: "1", PRIVATE_KEY: "nonsense", WEBHOOK_SECRET: secret })).toContain(
      "PRIVATE_KEY: ",
    );
    expect(problems({ PRIVATE_KEY_PATH: "/no/such/file" })).toContain(
      "PRIVATE_KEY_PATH: /no/such/file can't be read",
    );
  });

  test("what would let an agent out", () => {
    expect(problems({ SANDBOX: "wrapper" })).toContain("SANDBOX_WRAPPER: ");
    expect(problems({ ENABLE_REAL_CLI: "1", SANDBOX: "none" })).toContain("NETWORK_POLICY: ");
    expect(problems({ GITHUB_TOKEN: "x", ENV_ALLOWLIST: "PATH,GITHUB_TOKEN" })).toContain(
      "GITHUB_TOKEN holds a secret",
    );
    expect(problems({ MY_VALUE: "x", SENSITIVE_ENV_VARS: "MY_VALUE", ENV_ALLOWLIST: "MY_VALUE" })).toContain(
      "MY_VALUE",
    );
    expect(problems({ GHE_HOST: "ghe.example.com", GHE_PROTOCOL: "http" })).toContain("GHE_PROTOCOL: ");
    expect(problems({ GHE_HOST: "127.0.0.1.example.com", GHE_PROTOCOL: "http" })).toContain("GHE_PROTOCOL: ");
  });
});

describe("the credentials", () => {
  test("are read as PEM, with written-out line ends, in base64, or from a file", async () => {
    const path = join(folder, "key.pem");
    await writeFile(path, `${pem}\n`);
    const ways: Record<string, string>[] = [
      { PRIVATE_KEY: pem },
      { PRIVATE_KEY: pem.replaceAll("\n", "\\n") },
      { PRIVATE_KEY: Buffer.from(pem).toString("base64") },
      { PRIVATE_KEY_PATH: path },
    ];
    for (const way of ways) {
      const config = loadConfig({ APP_ID: "7", WEBHOOK_SECRET: secret, ...way });
      expect(config.credentials).toEqual({ appId: 7, privateKey: pem, webhookSecret: secret });
      const names = config.secrets.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(["PRIVATE_KEY", "WEBHOOK_SECRET"]));
    }
  });

  test("are undefined when there are none", () => {
    expect(loadConfig({ APP_ID: "", WEBHOOK_SECRET: "" }).credentials).toBeUndefined();
  });
});

test("the database's address is a secret, and so is the password in it unless it is a common word", () => {
  const secretsOf = (DATABASE_URL: string): string[] =>
    loadConfig({ DATABASE_URL }).secrets.map(({ value }) => value);
  const url = "postgres://patchbay:a%2Fb-correct@db:5432/patchbay";
  expect(secretsOf(url)).toEqual([url, "a/b-correct"]);
  expect(secretsOf("postgres://patchbay:patchbay@db/x")).not.toContain("patchbay");
  expect(problems({ DATABASE_URL: url, ENV_ALLOWLIST: "DATABASE_URL" })).toContain("holds a secret");
});

describe("the model APIs", () => {
  test("are those of which a key or an address is set; their keys are secrets", () => {
    const config = loadConfig({ ANTHROPIC_API_KEY: "sk-1", OPENAI_BASE_URL: "http://127.0.0.1:4000/v1/" });
    expect(config.providers).toEqual({
      anthropic: { baseUrl: "https://api.anthropic.com", apiKey: "sk-1" },
      openai: { baseUrl: "http://127.0.0.1:4000/v1", apiKey: undefined },
    });
    expect(config.secrets).toContainEqual({ name: "ANTHROPIC_API_KEY", value: "sk-1" });
    expect(problems({ GEMINI_API_KEY: "x", ENV_ALLOWLIST: "PATH,GEMINI_API_KEY" })).toContain(
      "GEMINI_API_KEY holds a secret",
    );
  });

  test("each entry of the egress list is exact, or named with what is wrong with it", () => {
    const list = "packages.example.org:443, index.example.org:443";
    expect(loadConfig({ EGRESS_ALLOWLIST: list }).EGRESS_ALLOWLIST).toEqual([
      "packages.example.org:443",
      "index.example.org:443",
    ]);
    const message = problems({ EGRESS_ALLOWLIST: "*.example.org:443,index.example.org,ok.test:1" });
    expect(message).toMatch(/EGRESS_ALLOWLIST.*"\*\.example\.org:443" has a host that is no DNS name/);
    expect(message).toMatch(/EGRESS_ALLOWLIST.*"index\.example\.org" is no host:port/);
    expect(message).not.toContain("ok.test");
  });
});

test("an agent gets only what the list names", () => {
  const config = loadConfig({
    PATH: "/bin",
    LANG: "C",
    SOMETHING: "else",
    ENV_ALLOWLIST: "PATH,LANG,ABSENT",
  });
  expect(config.agentEnvironment).toEqual({ PATH: "/bin", LANG: "C" });
});

test("protected paths are globs, default adds the built-in ones, and a wrong one is refused by name", () => {
  expect(loadConfig({}).PROTECTED_PATHS).toContain(".github/workflows/**");
  expect(loadConfig({ PROTECTED_PATHS: "infra/**" }).PROTECTED_PATHS).toEqual(["infra/**"]);
  expect(loadConfig({ PROTECTED_PATHS: "default, infra/**" }).PROTECTED_PATHS).toEqual(
    expect.arrayContaining([".github/workflows/**", "infra/**"]),
  );
  expect(problems({ PROTECTED_PATHS: "default,/infra" })).toMatch(
    /^ {2}PROTECTED_PATHS: \/infra: .+first \//m,
  );
});

test("a GitHub Enterprise Server is used for the API and for git alike", () => {
  expect(loadConfig({ GHE_HOST: "ghe.example.com" }).github).toEqual({
    host: "ghe.example.com",
    apiUrl: "https://ghe.example.com/api/v3",
    origin: "https://ghe.example.com/",
    plainHttp: false,
  });
});

test(".env.example names every variable that is read, with the default that is used", async () => {
  const text = await readFile(join(import.meta.dirname, "..", ".env.example"), "utf8");
  const entries = [...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]);
  const source = await readFile(join(import.meta.dirname, "..", "src", "config.ts"), "utf8");
  const read = [...source.matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name = ""]) => name);
  expect(new Set(entries.map(([name]) => name))).toEqual(new Set(read));
  expect(loadConfig(Object.fromEntries(entries))).toEqual({ ...loadConfig({}) });
});
