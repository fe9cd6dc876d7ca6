// One job for a real CLI, from outside: `patchbay run` as a process, the scripted model behind the key proxy.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, vi } from "vitest";
import { JobResult } from "../../../src/job/result.ts";
import { createRepository } from "../../git-repository.ts";
import type { Script } from "../../model/script.ts";
import { createScriptedModel, type ScriptedModel } from "../../model/server.ts";

const project = join(import.meta.dirname, "..", "..", "..");
const programs = join(project, "test", "agents", "cli", "bin");
/** What the trusted side holds; it may appear nowhere else. */
export const realKey = "sk-real-0123456789abcdef0123456789abcdef";
export const models: Record<string, string> = {
  claude: "claude-opus-4-1",
  codex: "gpt-5.5",
  opencode: "gpt-5.5",
  gemini: "gemini-2.5-pro",
};

export interface Driven {
  result: JobResult;
  model: ScriptedModel;
  /** Where everything of this run lies. */
  place: string;
  /** The job's artifacts. */
  folder: string;
  /** Every file of a folder with its text, for looking for what must not be there. */
  everything(): Promise<string>;
}

/** Codex's home must not lie under /tmp, and the sandbox's user has to come through. */
const root = await mkdtemp("/var/tmp/patchbay-real-");
await chmod(root, 0o755);
afterAll(() => rm(root, { recursive: true, force: true }));

export interface DriveOptions {
  /** Without one the pipeline's own, each with the model that it takes by itself. */
  agent?: string;
  script: Script;
  pipeline?: string;
  goal?: string;
  /** Of an earlier run, whose data this one finds. */
  place?: string;
  /** The job whose sessions go on. */
  follows?: string;
  env?: Record<string, string>;
  /** Cancels at the terminal as soon as it is true. */
  cancelWhen?: () => Promise<boolean>;
}

/** Runs the job to its end. */
export async function drive({
  agent,
  script,
  pipeline = "quick",
  goal = "allow five tries",
  place: known,
  follows,
  env = {},
  cancelWhen,
}: DriveOptions): Promise<Driven> {
  const place = known ?? (await openPlace());
  const shop = join(place, "shop");
  const model = await createScriptedModel({ script });
  const args = ["run", goal, "--repo", shop, "--pipeline", pipeline, "--json"];
  if (follows !== undefined) args.push("--continue", follows);
  if (agent !== undefined) args.push("--agent", agent, "--model", models[agent] ?? "");
  const child = spawn(process.execPath, [join(project, "bin", "patchbay.js"), ...args], {
    cwd: place,
    env: { ...environmentOf(place, model), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const cancelling = cancelWhen && cancel(child, cancelWhen);
  const [said, complaints] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  await cancelling;
  await model.close();
  const parsed = JobResult.safeParse(parse(said));
  if (!parsed.success) throw new Error(`patchbay run gave no result:\n${said}\n${complaints}`);
  const folder = join(place, "artifacts", parsed.data.job_id);
  return { result: parsed.data, model, place, folder, everything: () => readAll(folder) };
}

/** What the operator's environment says for a run of these programs in `place`. */
export function environmentOf(place: string, model: ScriptedModel): Record<string, string> {
  return {
    PATH: `${programs}:${process.env["PATH"] ?? ""}`,
    HOME: place,
    DATA_ROOT: join(place, "var"),
    ARTIFACTS_ROOT: join(place, "artifacts"),
    ENABLE_REAL_CLI: "1",
    RUNNER_MAX_ATTEMPTS_PER_STEP: "1",
    // Root has to name someone else for the agents.
    ...(process.getuid?.() === 0 ? { SANDBOX_USER: "nobody" } : {}),
    ANTHROPIC_API_KEY: realKey,
    ANTHROPIC_BASE_URL: model.url,
    OPENAI_API_KEY: realKey,
    OPENAI_BASE_URL: model.url,
    // Gemini CLI is known by configuration alone.
    AGENTS_FILE: join(project, "docs", "agents", "gemini.yml"),
    ALLOWED_BINARIES: "claude,codex,opencode,gemini",
    GEMINI_API_KEY: realKey,
    GEMINI_BASE_URL: model.url,
  };
}

/** A folder with the repository `shop` in it. */
export async function openPlace(): Promise<string> {
  const place = await mkdtemp(join(root, "job-"));
  await chmod(place, 0o755);
  const shop = await createRepository(join(place, "shop"));
  await shop.write({ "README.md": "# Shop\n", "src/login.ts": "export const tries = 3;\n" });
  await shop.commit("first");
  return place;
}

async function cancel(child: ChildProcess, when: () => Promise<boolean>): Promise<void> {
  await vi.waitUntil(async () => child.exitCode !== null || (await when()), {
    timeout: 90_000,
    interval: 100,
  });
  child.kill("SIGINT");
}

function parse(said: string): unknown {
  try {
    return JSON.parse(said);
  } catch {
    return undefined;
  }
}

async function readAll(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  const texts = await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), "utf8")));
  return texts.join("\n");
}
