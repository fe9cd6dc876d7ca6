// A runner with real git and real files; only the agent is scripted and the claim is held in memory.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import type { Agent, AgentOutcome, AgentRequest } from "../../src/agents/agent.ts";
import { createBudgets } from "../../src/budget/budget.ts";
import { openFileBudgetStore } from "../../src/budget/file-store.ts";
import type { BudgetLimits } from "../../src/budget/limits.ts";
import { createArtifacts } from "../../src/artifacts/store.ts";
import { createGit } from "../../src/io/git.ts";
import { createSessions } from "../../src/runner/sessions.ts";
import { createMirrors } from "../../src/io/mirror.ts";
import type { Intent } from "../../src/job/intent.ts";
import { newId } from "../../src/job/ids.ts";
import { JobSpec } from "../../src/job/job-spec.ts";
import { defaultProtectedPaths } from "../../src/job/protected-paths.ts";
import { CancelRequested, LeaseLostError, type Claim } from "../../src/queue/contract.ts";
import { createDoors } from "../../src/sandbox/doors.ts";
import type { RunnerDeps, RunnerEvent } from "../../src/runner/deps.ts";
import { createPriceTable } from "../../src/sandbox/model/prices.ts";
import type { Providers } from "../../src/sandbox/model/provider.ts";
import { createRepository } from "../git-repository.ts";
import { openTestSandbox } from "../sandbox/open-test-sandbox.ts";

const noLimits: BudgetLimits = {
  costUsdPerStep: undefined,
  costUsdPerJob: undefined,
  costUsdPerUserAndDay: undefined,
  costUsdPerRepositoryAndDay: undefined,
  costUsdPerDay: undefined,
  callsPerStep: undefined,
  callsPerDay: undefined,
};

export type Script = (request: AgentRequest) => Promise<Partial<AgentOutcome> | void>;

const nothing: AgentOutcome = {
  status: "success",
  report: "",
  error: undefined,
  sessionId: undefined,
  costUsd: undefined,
  tokensIn: undefined,
  tokensOut: undefined,
  warnings: [],
};

/** `scripts` by agent name say what each agent does. */
export async function createTestRunner(
  folder: string,
  scripts: Record<string, Script>,
  providers: Providers = {},
  limits: Partial<BudgetLimits> = {},
) {
  const home = join(folder, "home");
  await mkdir(home, { recursive: true });
  const git = createGit({ path: process.env["PATH"] ?? "", home, allowHttp: false });
  const source = await createRepository(join(folder, "source"));
  await source.write({ "README.md": "# Shop\n", "src/login.ts": "export const tries = 3;\n" });
  const sha = await source.commit("first");
  const mirrors = createMirrors({ root: join(folder, "mirrors"), git });
  const artifacts = createArtifacts({
    root: join(folder, "artifacts"),
    mask: (text) => text.replaceAll("S3CRET", "***"),
  });
  const told: Intent[] = [];
  const clock = (): Date => new Date();
  const open = createDoors({
    providers,
    prices: createPriceTable({ "gpt-*": { input: 10, output: 100 } }),
    clock,
    log: pino({ level: "silent" }),
  });
  const audited: RunnerEvent[] = [];

  const deps: RunnerDeps = {
    artifacts,
    agents: {
      async get(name): Promise<Agent> {
        return {
          name,
          simulated: false,
          binary: undefined,
          versionFlag: "--version",
          async run(request) {
            return { ...nothing, ...(await scripts[name]?.(request)) };
          },
        };
      },
    },
    sessions: createSessions({ root: join(folder, "sessions") }),
    sandbox: async () => openTestSandbox({ kind: "none", graceMs: 20, stageRoot: folder }),
    git,
    workspacesRoot: join(folder, "workspaces"),
    async fetchBase({ repository, base, job_id: jobId }) {
      if (!repository || !base) throw new Error("the test's jobs have a repository");
      return mirrors.fetch(repository, base.sha, jobId, {
        origin: "https://github.com/",
        url: "https://github.com/acme/shop.git",
        token: "unused",
      });
    },
    outbox: {
      async enqueue({ payload }) {
        told.push(payload);
        return "queued";
      },
    },
    buildPrompt: async (spec, step, { inputs }) =>
      `${step.role}: ${spec.goal}\n${inputs.map((input) => `${input.path}: ${input.text}`).join("\n")}`,
    limitInputs: (inputs) => inputs,
    redactor: {
      find: (text) => (text.includes("S3CRET") ? ["TEST"] : []),
      stream: () => ({ push: (chunk) => chunk.replaceAll("S3CRET", "***"), flush: () => "" }),
    },
    budgets: createBudgets({
      store: await openFileBudgetStore({ folder: join(folder, "budget"), onDamaged: () => undefined }),
      limits: { ...noLimits, ...limits },
      clock,
    }),
    openDoors: (_spec, step) => open({ ...step, folder, allow: [] }),
    gate: {
      maxFiles: 100,
      maxLines: 10_000,
      maxPatchBytes: 1_000_000,
      maxBinaryBytes: 100_000,
      protectedPaths: defaultProtectedPaths,
      searchMs: 20_000,
    },
    limits: {
      maxAttemptsPerStep: 3,
      maxParallelSteps: 3,
      maxPatchBytes: 1_000_000,
      maxOutputChars: 10_000,
      maxInputBytes: 100_000,
      stallMs: 10_000,
    },
    clock,
    async audit(event) {
      audited.push(event);
    },
    log: pino({ level: "silent" }),
  };

  /** A job on the source's commit, which lies in the mirror already. */
  async function newJob(steps: object[], fields: object = {}): Promise<JobSpec> {
    const spec = JobSpec.parse({
      schema_version: "2.0",
      job_id: newId(),
      created_at: new Date().toISOString(),
      source: { type: "webhook" },
      goal: "allow five tries",
      repository: {
        host: "github.com",
        owner: "acme",
        name: "shop",
        default_branch: "main",
        installation_id: 1,
      },
      target: { kind: "issue", number: 7, title: "Tries", author: "ada" },
      base: { ref: "main", sha },
      requested_by: { login: "ada", permission: "write" },
      steps,
      ...fields,
    });
    if (spec.repository) {
      const mirror = mirrors.pathOf(spec.repository);
      await git(["init", "--quiet", "--bare", mirror], { gitDir: mirror });
      await git(["fetch", "--quiet", source.path, `+${spec.base?.sha ?? sha}:refs/heads/main`], {
        gitDir: mirror,
        allowFile: true,
      });
    }
    return spec;
  }

  return { deps, artifacts, git, told, audited, sha, source, newJob };
}

export interface TestClaim {
  claim: Claim<JobSpec>;
  /** The verbs that were called, with their notes. */
  ended: string[];
  cancel(): void;
  lose(): void;
}

/** A claim in memory; `epoch` and `crashes` as after that many deaths of a runner. */
export function createTestClaim(spec: JobSpec, crashes = 0): TestClaim {
  const controller = new AbortController();
  const ended: string[] = [];
  let lost = false;
  const verb = (name: string) => async (note?: unknown) => {
    ended.push(typeof note === "string" && note !== "" ? `${name}: ${note}` : name);
  };
  const claim: Claim<JobSpec> = {
    ticket: {
      id: spec.job_id,
      key: "k",
      payload: spec,
      priority: 5,
      state: "running",
      enqueuedAt: new Date(),
      notBefore: undefined,
      attempts: crashes + 1,
      crashes,
      note: undefined,
    },
    epoch: crashes + 1,
    signal: controller.signal,
    async assertHeld() {
      if (lost) throw new LeaseLostError("the lease is lost");
    },
    complete: verb("complete"),
    fail: verb("fail"),
    cancelled: verb("cancelled"),
    park: verb("park"),
    retry: verb("retry"),
    release: verb("release"),
  };
  return {
    claim,
    ended,
    cancel: () => controller.abort(new CancelRequested("cancelled by @ada")),
    lose() {
      lost = true;
      controller.abort(new LeaseLostError("the lease is lost"));
    },
  };
}
