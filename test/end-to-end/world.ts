// The whole product against the stand-in: GitHub lives in the test's process, Patchbay in its own.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { ZodType } from "zod";
import { createStandIn } from "../../demo/github/stand-in.ts";
import { run } from "../../src/io/exec.ts";
import { JobSpec } from "../../src/job/job-spec.ts";
import { JobResult } from "../../src/job/result.ts";
import { Publication } from "../../src/job/publication.ts";
import { createRepository } from "../git-repository.ts";

const project = join(import.meta.dirname, "..", "..");
export const repo = "acme/shop";
export const person = "maintainer";

export interface PatchbayProcess {
  pid: number;
  lines: string[];
  /** SIGTERM, then its exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL at this instant. */
  kill(): Promise<void>;
}

export type World = Awaited<ReturnType<typeof createWorld>>;

/** A stand-in with one repository in which `person` may write; Patchbay isn't started yet. */
export async function createWorld(folder: string, extraEnv: Record<string, string> = {}) {
  await mkdir(folder, { recursive: true });
  const standIn = await createStandIn({ dataDir: join(folder, "github") });
  const source = await createRepository(join(folder, "source"));
  await source.write({
    "README.md": "# Shop\n\nA small shop.\n",
    "CONTRIBUTING.md": "# Contributing\n\nRun `npm test`.\n",
    "src/login.ts": "export const maxTries = 3;\n",
  });
  await source.commit("feat: a shop");
  await standIn.createRepository(repo, { from: source.path, defaultBranch: "main" });
  await standIn.installApp({ account: "acme" });
  await standIn.setPermission(repo, person, "write");
  const keyPath = join(folder, "app.pem");
  await writeFile(keyPath, standIn.app.privateKey);
  const processes: ChildProcess[] = [];
  const listeners = new Set<() => void>();
  standIn.subscribe(() => {
    for (const listener of listeners) listener();
  });

  /** Resolves with what `look` finds, asked after each change on GitHub and each line of Patchbay's log. */
  async function until<T>(
    look: () => Promise<T | undefined> | T | undefined,
    what: string,
    timeoutMs = 45_000,
  ): Promise<T> {
    const late = AbortSignal.timeout(timeoutMs);
    for (;;) {
      const change = Promise.withResolvers<void>();
      listeners.add(change.resolve);
      late.addEventListener("abort", () => change.resolve(), { once: true });
      try {
        const found = await look();
        if (found !== undefined) return found;
        if (late.aborted) throw new Error(`waiting for ${what}`);
        await change.promise;
      } finally {
        listeners.delete(change.resolve);
      }
    }
  }

  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    APP_ID: String(standIn.app.id),
    PRIVATE_KEY_PATH: keyPath,
    WEBHOOK_SECRET: standIn.app.webhookSecret,
    GHE_HOST: new URL(standIn.url).host,
    GHE_PROTOCOL: "http",
    GITHUB_THROTTLE: "0",
    PORT: "0",
    DATA_ROOT: join(folder, "var"),
    ARTIFACTS_ROOT: join(folder, "artifacts"),
    LOG_JSON: "1",
    ...extraEnv,
  };

  /** Starts Patchbay and points GitHub's webhook at it. */
  async function start(part = "all", change: Record<string, string> = {}): Promise<PatchbayProcess> {
    const child = spawn(process.execPath, [join(project, "bin", "patchbay.js"), "start", part], {
      env: { ...env, ...change },
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    processes.push(child);
    const ended = once(child, "exit");
    const lines: string[] = [];
    const ready = Promise.withResolvers<number | undefined>();
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        for (const listener of listeners) listener();
        const port = /"port":(\d+).*"listening for webhooks"/.exec(line)?.[1];
        if (port !== undefined) ready.resolve(Number(port));
        if (line.includes("patchbay is ready")) ready.resolve(undefined);
      });
    }
    void ended.then(() => ready.reject(new Error(`patchbay ended at its start:\n${lines.join("\n")}`)));
    const port = await ready.promise;
    if (port !== undefined) await standIn.setWebhookUrl(`http://127.0.0.1:${port}/api/github/webhooks`);
    return {
      pid: child.pid ?? 0,
      lines,
      async stop() {
        child.kill("SIGTERM");
        await ended;
        return child.exitCode;
      },
      async kill() {
        child.kill("SIGKILL");
        await ended;
      },
    };
  }

  const artifacts = join(folder, "artifacts");
  function readJson<T>(path: string, schema: ZodType<T>): T | undefined {
    return existsSync(path) ? schema.parse(JSON.parse(readFileSync(path, "utf8"))) : undefined;
  }

  return {
    standIn,
    folder,
    env,
    start,
    source,
    until,
    async stop(): Promise<void> {
      for (const child of processes) {
        if (child.exitCode === null && child.signalCode === null) {
          child.kill("SIGKILL");
          await once(child, "exit");
        }
      }
      await standIn.stop();
    },
    async openIssue(title = "Too many tries", body = "Three tries are too few.") {
      return (await standIn.openIssue({ repo, title, body, author: person })).number;
    },
    comment: (number: number, body: string, author = person) =>
      standIn.comment({ repo, number, author, body }),
    /** Every comment of ours on an issue. */
    ownComments: (number: number) =>
      standIn.state.comments.filter(
        (comment) => comment.number === number && comment.author === standIn.app.botLogin,
      ),
    ownPulls: () =>
      standIn.state.issues.filter((issue) => issue.pull !== null && issue.author === standIn.app.botLogin),
    reactions: () => standIn.state.reactions.filter((reaction) => reaction.login === standIn.app.botLogin),
    async jobs(): Promise<string[]> {
      return existsSync(artifacts) ? (await readdir(artifacts)).toSorted() : [];
    },
    spec: (job: string) => readJson(join(artifacts, job, "job.json"), JobSpec),
    result: (job: string) => readJson(join(artifacts, job, "result.json"), JobResult),
    publication: (job: string) => readJson(join(artifacts, job, "publication.json"), Publication),
    artifact: (job: string, file: string) => readFileSync(join(artifacts, job, file), "utf8"),
    /** Resolves once `count` jobs are published for good. */
    async published(count = 1): Promise<string[]> {
      return until(async () => {
        const ids = existsSync(artifacts) ? (await readdir(artifacts)).toSorted() : [];
        const finals = ids.filter(
          (id) => readJson(join(artifacts, id, "publication.json"), Publication)?.final,
        );
        return finals.length >= count ? finals : undefined;
      }, `${count} published jobs`);
    },
    /** The tree of a pull request's head, as git has it. */
    async treeOf(branch: string): Promise<string> {
      const GIT_DIR = join(folder, "github", "repositories", `${repo}.git`);
      const options = { env: { PATH: env.PATH, GIT_DIR, HOME: folder }, timeoutMs: 20_000 };
      const found = await run("git", ["rev-parse", `refs/heads/${branch}^{tree}`], options);
      return found.stdout.toString("utf8").trim();
    },
  };
}
