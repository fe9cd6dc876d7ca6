// A Postgres of one's own: a data folder and the server on it, on the loopback address only.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { findBinaries } from "./binaries.ts";

/** Whom Postgres runs as: it refuses to be root (https://www.postgresql.org/docs/18/app-postgres.html). */
async function unprivileged(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const users = await readFile("/etc/passwd", "utf8");
  const [, uid, gid] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(users) ?? [];
  if (uid === undefined || gid === undefined) throw new Error("starting Postgres as root: no user nobody");
  return { uid: Number(uid), gid: Number(gid) };
}

/**
 * Makes the data folder if it isn't there; `start` starts the server. `parent` must be a folder that everybody may
 * enter when this process is root: Postgres then runs as nobody.
 */
export async function openCluster(options: { parent: string; settings?: Record<string, string> }) {
  const user = await unprivileged();
  const programs = await findBinaries(user && options.parent);
  const folder = join(options.parent, "postgres");
  const data = join(folder, "data");
  const passwordFile = join(folder, "password");
  const log: string[] = [];
  let server: ChildProcess | undefined;

  async function launch(program: string, args: string[]): Promise<ChildProcess> {
    const env = { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };
    const child = spawn(program, args, { ...user, env, cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    await once(child, "spawn");
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        log.push(line);
        if (log.length > 100) log.shift();
      });
    }
    return child;
  }

  async function initialise(): Promise<string> {
    const password = randomBytes(16).toString("hex");
    await mkdir(folder, { recursive: true });
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (user) for (const path of [folder, passwordFile]) await chown(path, user.uid, user.gid);
    const flags = ["--auth=scram-sha-256", "--username=postgres", `--pwfile=${passwordFile}`];
    const child = await launch(programs.initdb, [
      "-D",
      data,
      ...flags,
      "--encoding=UTF8",
      "--locale=C",
      "--no-sync",
    ]);
    const [code]: unknown[] = await once(child, "exit");
    if (code !== 0) throw new Error(`initdb ended with ${String(code)}:\n${log.join("\n")}`);
    return password;
  }

  const known = await readFile(passwordFile, "utf8").catch(() => undefined);
  const password = known ?? (await initialise());
  const port = await freePort();
  const settings = { listen_addresses: "127.0.0.1", unix_socket_directories: "", ...options.settings };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);

  async function end(signal: NodeJS.Signals): Promise<void> {
    const child = server;
    server = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }

  return {
    port,
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    /** Resolves when connections are accepted. */
    async start(): Promise<void> {
      const child = await launch(programs.postgres, ["-D", data, "-p", String(port), ...flags]);
      server = child;
      await new Promise<void>((resolve, reject) => {
        createInterface({ input: child.stderr ?? process.stdin }).on("line", (line) => {
          if (line.includes("ready to accept connections")) resolve();
        });
        child.once("exit", () => reject(new Error(`Postgres ended at its start:\n${log.join("\n")}`)));
      });
    },
    /** Ends every session and shuts down in order: SIGINT, the fast shutdown. */
    stop: () => end("SIGINT"),
    /** As a crash: SIGQUIT, no last word to anyone; the next start recovers from the log. */
    crash: () => end("SIGQUIT"),
  };
}

/** A port that nobody listens on now. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (typeof address !== "object" || address === null) throw new Error("finding a free port");
  return address.port;
}
