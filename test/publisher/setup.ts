// A publisher over a real origin, a GitHub that behaves, and artifacts in memory.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TransientError } from "../../src/errors.ts";
import type { JobSpec } from "../../src/job/job-spec.ts";
import type { JobState } from "../../src/job/job-state.ts";
import type { QueueState } from "../../src/job/queue-state.ts";
import type { Publication } from "../../src/job/publication.ts";
import type { JobResult } from "../../src/job/result.ts";
import type { ReviewFinding } from "../../src/job/review-finding.ts";
import type { Decided, Place, PublisherDeps, Said } from "../../src/publisher/deps.ts";
import { createPublisher, type Publisher } from "../../src/publisher/publisher.ts";
import { bot, createFakeGitHub, type FakeGitHub } from "./fake-github.ts";
import { type Change, createGitWorld, type GitWorld } from "./git-world.ts";
import { mask, resultOf, specOf } from "./job.ts";

export interface Files {
  job?: JobSpec;
  state?: JobState;
  result?: JobResult;
  report?: string;
  log?: string;
  patch?: Buffer;
  candidates?: { A: Buffer; B: Buffer };
  findings?: ReviewFinding[];
  publication?: Publication;
}

export interface Setup {
  publisher: Publisher;
  github: FakeGitHub;
  files: Files;
  tokens: { made: number; revoked: number };
  /** What a person decided, as the audit log has it. */
  decided: Decided[];
  /** What was logged as a bug. */
  bugs: object[];
  warnings: object[];
  /** Where the job's ticket is. */
  queue: { state: QueueState; note: string | undefined };
  /** The n-th write of publication.json from now on is the moment at which the process dies. */
  dieAtWrite(n: number): void;
  writes(): number;
  place(is: Place | undefined): void;
  audited: Said[];
}

export function createSetup(world: GitWorld, files: Files, change: Partial<PublisherDeps> = {}): Setup {
  const github = createFakeGitHub((branch) => world.head(branch));
  const tokens = { made: 0, revoked: 0 };
  const audited: Said[] = [];
  const decided: Decided[] = [];
  const bugs: object[] = [];
  const warnings: object[] = [];
  const queue: Setup["queue"] = { state: "awaiting_approval", note: undefined };
  let writes = 0;
  let dieAt = 0;
  let place: Place | undefined;
  const publisher = createPublisher({
    artifacts: {
      readJob: async () => files.job,
      readState: async () => files.state,
      readResult: async () => files.result,
      readText: async (_id, file) => (file === "report.md" ? files.report : files.log),
      readPatch: async () => files.patch,
      readCandidate: async (_id, label) => files.candidates?.[label],
      readInput: async (_id, path) => `The report of ${path}.\n`,
      async writePatch(_id, patch) {
        files.patch = Buffer.from(patch);
      },
      readFindings: async () =>
        files.findings && { schema_version: "2.0", findings: files.findings, dropped: 0 },
      async writeResult(result) {
        files.result = result;
      },
      async writeState(state) {
        files.state = state;
      },
      readPublication: async () => files.publication,
      async writePublication(publication) {
        writes++;
        if (--dieAt === 0) throw new TransientError("the process died here");
        files.publication = publication;
      },
    },
    github: async () => github,
    async writeToken() {
      tokens.made++;
      const { origin, url } = world;
      return { origin, url, token: "ghs_x", revoke: async () => void tokens.revoked++ };
    },
    mirrors: world.mirrors,
    git: world.git,
    hasVerifiedCommits: false,
    originOf: () => world.origin,
    app: bot,
    isProtected: (path) => path.startsWith(".github/"),
    mask,
    place: async () => place,
    artifactsRoot: "/srv/patchbay/artifacts",
    trigger: "/agent",
    labelPrefix: "agent:",
    jobs: {
      state: async () => queue.state,
      async approve() {
        const isParked = queue.state === "awaiting_approval";
        if (isParked) queue.state = "pending";
        return isParked;
      },
      async settle(_id, note) {
        const isParked = queue.state === "awaiting_approval";
        if (isParked) Object.assign(queue, { state: "done", note });
        return isParked;
      },
      async cancel(_id, note) {
        if (queue.state === "running") return "requested";
        if (queue.state !== "pending" && queue.state !== "awaiting_approval") return "finished";
        Object.assign(queue, { state: "cancelled", note });
        return "cancelled";
      },
    },
    async auditDecided(event) {
      decided.push(event);
    },
    log: {
      error(fields: object) {
        bugs.push(fields);
      },
      warn(fields: object) {
        warnings.push(fields);
      },
    },
    workRoot: world.workRoot,
    async audit(said) {
      audited.push(said);
    },
    clock: () => new Date("2026-03-04T05:07:00Z"),
    ...change,
  });
  return {
    publisher,
    github,
    files,
    tokens,
    decided,
    bugs,
    warnings,
    queue,
    dieAtWrite(n) {
      dieAt = n;
    },
    writes: () => writes,
    audited,
    place(is) {
      place = is;
    },
  };
}

/** A small repository with a login test. */
export function createShop(): Promise<GitWorld> {
  return createGitWorld(async (tree) => {
    await mkdir(join(tree, "src"));
    await writeFile(join(tree, "src/login.test.ts"), "test('login', () => login());\n");
  });
}

/** The files of a finished job whose change is `change`. */
export function finished(world: GitWorld, change: Change, spec: Partial<JobSpec> = {}): Files {
  const { tree, sha256, patch } = change;
  return {
    job: specOf({ base: { ref: "main", sha: world.baseSha }, ...spec }),
    result: resultOf({ patch: { base_sha: world.baseSha, tree, sha256, files: 1, bytes: patch.length } }),
    report: "The test now waits for the session cookie.\n",
    log: "== 02_implement\nok\n",
    patch,
  };
}
