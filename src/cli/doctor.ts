// `patchbay doctor`: what is missing for real use, and how to get it.
import { access, constants, mkdir } from "node:fs/promises";
import type { Config } from "../config.ts";
import { UserError, explain } from "../errors.ts";
import { run } from "../io/exec.ts";
import { readEnvironment } from "./environment.ts";
import { examineAgents } from "./examine-agents.ts";
import { examineApp } from "./examine-app.ts";
import { examineDatabase } from "./examine-database.ts";
import { examineSandbox } from "./examine-sandbox.ts";
import { examineSchedules } from "./schedules/examine.ts";
import type { Finding } from "./finding.ts";

/** Prints every finding; the exit status is 1 when something required is missing. */
export async function doctor(options: { json?: boolean }): Promise<void> {
  const findings = await examine();
  if (options.json === true) console.log(JSON.stringify(findings, null, 2));
  else console.log(table(findings));
  if (findings.some((finding) => finding.level === "missing")) process.exitCode = 1;
}

/** Looks at everything that Patchbay needs; never throws. */
export async function examine(): Promise<Finding[]> {
  const findings: Finding[] = [nodeVersion(process.versions.node)];
  let config: Config;
  try {
    config = readEnvironment();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [
      ...findings,
      {
        name: "configuration",
        level: "missing",
        found: error.message,
        remedy: "correct .env; .env.example explains each variable",
      },
    ];
  }
  findings.push({ name: "configuration", level: "ok", found: "valid" });
  findings.push(await gitVersion(config));
  for (const [name, folder] of [
    ["data folder", config.DATA_ROOT],
    ["artifacts folder", config.ARTIFACTS_ROOT],
  ] as const) {
    findings.push(await writable(name, folder));
  }
  findings.push(...(await examineDatabase(config)));
  findings.push(credentials(config), ...(await examineApp(config)), publicUrl(config));
  findings.push(...(await examineSandbox(config)), ...(await examineAgents(config)));
  findings.push(...(await examineSchedules(config)));
  return findings;
}

/** Node 24 or newer is needed to run TypeScript as it is. */
function nodeVersion(version: string): Finding {
  const enough = Number(version.split(".")[0]) >= 24;
  const finding: Finding = { name: "node", level: enough ? "ok" : "missing", found: version };
  return enough
    ? finding
    : { ...finding, remedy: "install Node 24, or run npm ci, which brings it along on Linux" };
}

async function gitVersion(config: Config): Promise<Finding> {
  try {
    const { stdout } = await run("git", ["--version"], {
      env: { PATH: config.trustedPath },
      timeoutMs: 10_000,
    });
    const version = /\d+\.\d+(?:\.\d+)?/.exec(stdout.toString("utf8"))?.[0] ?? "0.0";
    const [major = 0, minor = 0] = version.split(".").map(Number);
    // safe.bareRepository came with 2.38.
    if (major > 2 || (major === 2 && minor >= 38)) return { name: "git", level: "ok", found: version };
    return { name: "git", level: "missing", found: version, remedy: "install git 2.38 or newer" };
  } catch (error) {
    return {
      name: "git",
      level: "missing",
      found: explain(error),
      remedy: "install git: apt-get install git",
    };
  }
}

async function writable(name: string, folder: string): Promise<Finding> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK | constants.X_OK);
    return { name, level: "ok", found: folder };
  } catch (error) {
    return { name, level: "missing", found: explain(error), remedy: `make ${folder} writable for this user` };
  }
}

function credentials(config: Config): Finding {
  const name = "GitHub App";
  if (config.credentials)
    return { name, level: "ok", found: `app ${config.credentials.appId} on ${config.github.host}` };
  return {
    name,
    // The gateway works without.
    level: config.API_TOKENS === undefined ? "missing" : "note",
    found: "no credentials",
    remedy:
      "set PUBLIC_URL and run npm start: it opens the page that makes the App; or set APP_ID, PRIVATE_KEY, WEBHOOK_SECRET",
  };
}

function publicUrl(config: Config): Finding {
  const name = "public address";
  if (config.PUBLIC_URL !== undefined) return { name, level: "ok", found: config.PUBLIC_URL };
  return {
    name,
    level: "note",
    found: `only http://${config.HOST}:${config.PORT}`,
    remedy: "set PUBLIC_URL to the address under which GitHub reaches this server",
  };
}

function table(findings: readonly Finding[]): string {
  const marks = { ok: "✓", note: "•", missing: "✗" };
  const width = Math.max(...findings.map((finding) => finding.name.length));
  return findings
    .map(({ name, level, found, remedy }) => {
      const line = `${marks[level]} ${name.padEnd(width)}  ${found}`;
      return remedy === undefined ? line : `${line}\n${" ".repeat(width + 4)}→ ${remedy}`;
    })
    .join("\n");
}
