// Probot's manifest set-up: a page that makes the App on GitHub and brings its credentials back into .env.
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { run } from "probot";
import { z } from "zod";
import { webhookPath } from "./route.ts";

export interface SetupOptions {
  host: string;
  port: number;
  publicUrl: string;
  gheHost?: string;
  gheProtocol?: string;
  /** Where the credentials are written; `.env` unless told. */
  envFile?: string;
}

/** Starts the set-up page; resolves once it listens. Reads app.yml in the current folder. */
export async function startManifestSetup(
  options: SetupOptions,
): Promise<{ port: number; stop: () => Promise<void> }> {
  const envFile = options.envFile ?? ".env";
  // Probot's set-up reads these from the process itself: the webhook's URL (which also keeps it from asking
  // smee.io for a proxy) and the server to register at.
  const settings: Record<string, string | undefined> = {
    WEBHOOK_PROXY_URL: `${options.publicUrl}${webhookPath}`,
    NO_SMEE_SETUP: "true",
    GHE_HOST: options.gheHost,
    GHE_PROTOCOL: options.gheProtocol,
  };
  for (const [name, value] of Object.entries(settings)) {
    // oxlint-disable-next-line node/no-process-env -- the only way in which Probot's set-up takes them
    if (value !== undefined) process.env[name] = value;
  }
  const server = await run(() => undefined, {
    env: { HOST: options.host, PORT: String(options.port), LOG_LEVEL: "warn" },
    updateEnv: (values) => {
      const given = z.record(z.string(), z.string()).parse(values);
      writeFileSync(envFile, mergeEnv(readEnv(envFile), given), { mode: 0o600 });
      chmodSync(envFile, 0o600);
      return given;
    },
  });
  return { port: server.port, stop: () => server.stop() };
}

function readEnv(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

/** The text of an .env file with these values set; comments and other lines stay as they are. Pure. */
export function mergeEnv(text: string, values: Record<string, string>): string {
  const left = new Map(Object.entries(values));
  const lines = text.split("\n").map((line) => {
    const name = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*=/.exec(line)?.[1] ?? "";
    const value = left.get(name);
    if (value === undefined) return line;
    left.delete(name);
    return `${name}=${quote(value)}`;
  });
  while (lines.at(-1) === "") lines.pop();
  return `${[...lines, ...[...left].map(([name, value]) => `${name}=${quote(value)}`)].join("\n")}\n`;
}

function quote(value: string): string {
  const bare = value.replace(/^"([\s\S]*)"$/, "$1").replaceAll("\n", "\\n");
  return /^[\w.@:/+=-]*$/.test(bare) ? bare : `"${bare}"`;
}
