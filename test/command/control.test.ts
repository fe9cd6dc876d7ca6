// Words about jobs that there are, with a real queue: which job is meant, who may say it, and once only.
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createControl } from "../../src/command/control.ts";
import type { ControlCommand } from "../../src/command/control-command.ts";
import { keyOf } from "../../src/command/submit.ts";
import { toJobSpec } from "../../src/command/to-job-spec.ts";
import { type Finding, gateDetails } from "../../src/job/finding.ts";
import { newId } from "../../src/job/ids.ts";
import type { Intent } from "../../src/job/intent.ts";
import { JobSpec, type Permission } from "../../src/job/job-spec.ts";
import { newJobState } from "../../src/job/job-state.ts";
import { builtInPipelines } from "../../src/job/pipelines.ts";
import { JobResult } from "../../src/job/result.ts";
import type { Queue } from "../../src/queue/contract.ts";
import { createFsQueue } from "../../src/queue/fsqueue/fsqueue.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createMemoryQueue } from "../webhook/memory-queue.ts";
import { headSha } from "./fake-github.ts";
import { inboxId, makeTrigger } from "./trigger.ts";

const root = await temporaryFolder();
const sha256 = "1a2b3c4d5e6f".padEnd(64, "0");
const size: Finding = { rule: "size", path: "", message: "too many files" };
const secret: Finding = { rule: "secret", path: "a", message: "it holds a secret" };

let queues = 0;
let jobs: Queue<JobSpec>;
let outbox: ReturnType<typeof createMemoryQueue<Intent>>;
let results: Map<string, JobResult>;

beforeEach(async () => {
  jobs = await createFsQueue<JobSpec>({
    root: join(root, String(++queues)),
    payload: JobSpec,
    leaseMs: 600_000,
    maxCrashes: 3,
  });
  outbox = createMemoryQueue<Intent>();
  results = new Map();
});
afterEach(() => jobs.close());

/** A job on #12, or elsewhere, asked for at this time of the day. */
async function enqueue(
  fields: { at?: string; number?: number; name?: string; goal?: string } = {},
): Promise<string> {
  const { at = "01:00", number = 12, name = "shop", goal = "do it" } = fields;
  const asked = makeTrigger({ subject: { number } });
  const spec: JobSpec = {
    ...toJobSpec(
      { pipeline: "quick", text: goal, dryRun: false, source: "/agent quick do it" },
      {
        trigger: { ...asked, repository: { ...asked.repository, name } },
        ordinal: 0,
        permission: "write",
        base: { base: { ref: "main", sha: headSha } },
        thread: [],
        material: { material: [], material_left_out: [] },
        pipelines: builtInPipelines,
      },
    ),
    job_id: newId(),
    created_at: `2026-01-02T${at}:00.000Z`,
  };
  await jobs.enqueue({ id: spec.job_id, key: keyOf(spec), payload: spec });
  return spec.job_id;
}

/** The same, parked: with a patch that is held for these findings, or for another reason. */
async function park(findings: Finding[], fields: Parameters<typeof enqueue>[0] = {}): Promise<string> {
  const id = await enqueue(fields);
  const claim = await jobs.claim();
  if (claim?.ticket.id !== id) throw new Error("another job came first");
  await claim.park("held");
  results.set(
    id,
    JobResult.parse({
      schema_version: "2.0",
      kind: "job",
      job_id: id,
      status: "needs_human",
      attempts: 1,
      started_at: "2026-01-02T01:00:00.000Z",
      finished_at: "2026-01-02T01:01:00.000Z",
      summary: "",
      change_status: "changed",
      secrets_check: "passed",
      artifacts: { report_md: null, patch_diff: "patch.diff", logs_txt: null, result_json: "result.json" },
      metrics: { duration_ms: 1, cost_usd: null, tokens_in: null, tokens_out: null },
      error:
        findings.length > 0
          ? { code: "gate", message: "held", details: gateDetails(findings) }
          : { code: "awaiting_human", message: "may I?", details: {} },
      patch: { base_sha: headSha, tree: "b".repeat(40), sha256, files: 1, bytes: 1 },
      steps: [],
    }),
  );
  return id;
}

function say(
  command: Omit<ControlCommand, "source">,
  options: { permission?: Permission; login?: string; ordinal?: number; inboxId?: string } = {},
): Promise<void> {
  const { permission = "write", login = "ann", ordinal = 0 } = options;
  const trigger = makeTrigger({ sender: { login, id: 2, type: "User" } });
  const control = createControl({
    jobs,
    artifacts: {
      readResult: async (id) => results.get(id),
      async readState(id) {
        const payload = (await jobs.find(id))?.payload;
        if (!payload) return undefined;
        const state = newJobState(payload, "2026-01-02T01:00:00.000Z");
        return { ...state, steps: state.steps.map((step) => ({ ...step, status: "running" as const })) };
      },
    },
    outbox,
    trigger: "/agent",
  });
  const delivery = { ...trigger.delivery, inboxId: options.inboxId ?? inboxId };
  return control({ trigger: { ...trigger, delivery }, ordinal, permission }, { ...command, source: "" });
}

/** Of each decision that was asked for: which, and about which job. */
const decisions = () =>
  outbox.payloads().flatMap((intent) => (intent.kind === "decide" ? [[intent.decision, intent.job_id]] : []));
const replies = () => outbox.payloads().flatMap((intent) => (intent.kind === "reply" ? [intent.body] : []));

describe("apply", () => {
  test("means the newest held patch of this issue, and names its hash", async () => {
    await park([size], { at: "01:00" });
    const newest = await park([size], { at: "02:00" });
    await park([size], { at: "02:30", number: 13 });
    await park([], { at: "02:40" });
    await say({ verb: "apply" });
    expect(outbox.payloads()).toMatchObject([
      {
        kind: "decide",
        decision: "apply",
        job_id: newest,
        sha256,
        by: { login: "ann", id: 2, permission: "write" },
        number: 12,
        comment_id: 1000,
        marker: `${inboxId}-0`,
      },
    ]);
    expect(outbox.tickets[0]?.key).toBe(`job:${newest}`);
  });

  test("handled again makes the same intent, also when another patch is held by then", async () => {
    const first = await park([size], { at: "01:00" });
    await say({ verb: "apply" });
    await jobs.settle(first, "done");
    await park([size], { at: "00:30" });
    await say({ verb: "apply" });
    expect(decisions()).toEqual([["apply", first]]);
  });

  test("doesn't reach a job that came after it", async () => {
    await park([size], { at: "03:30" });
    await say({ verb: "apply" });
    expect(replies()).toEqual(["No patch is held here."]);
  });

  test("of a secret or a protected path needs maintain", async () => {
    const id = await park([size, secret]);
    await say({ verb: "apply" });
    expect(replies()[0]).toContain("only someone with maintain permission");
    expect(decisions()).toEqual([]);
    await say({ verb: "apply" }, { permission: "maintain", ordinal: 1 });
    await say({ verb: "apply" }, { permission: "admin", ordinal: 2 });
    expect(decisions()).toEqual([
      ["apply", id],
      ["apply", id],
    ]);
  });

  test("with a hash means that patch and no other", async () => {
    const id = await park([size]);
    await say({ verb: "apply", hash: "ffffffffffff" });
    expect(replies()[0]).toMatch(/not the patch that is held, which is `1a2b3c4d5e6f`/);
    await say({ verb: "apply", hash: "1a2b3c4d" }, { ordinal: 1 });
    expect(decisions()).toEqual([["apply", id]]);
  });

  test("with a job's id reaches another issue, but never another repository", async () => {
    const elsewhere = await park([size], { number: 99 });
    const foreign = await park([size], { name: "bank" });
    await say({ verb: "apply", job: elsewhere });
    await say({ verb: "apply", job: foreign }, { ordinal: 1 });
    await say({ verb: "apply", job: "no-such-job" }, { ordinal: 2 });
    expect(decisions()).toEqual([["apply", elsewhere]]);
    expect(replies()).toHaveLength(2);
  });

  test("is a person's word, not a bot's", async () => {
    await park([size]);
    await say({ verb: "apply" }, { login: "renovate[bot]" });
    expect(decisions()).toEqual([]);
    expect(replies()).toEqual(["Only a person can release a patch that is held."]);
  });

  test("waits behind no running job", async () => {
    const id = await park([size]);
    await enqueue({ at: "02:00" });
    await jobs.claim();
    await say({ verb: "apply" });
    expect(decisions()).toEqual([["apply", id]]);
  });
});

describe("discard and approve", () => {
  test("discard drops whatever waits for a person", async () => {
    const id = await park([]);
    await say({ verb: "discard" });
    expect(decisions()).toEqual([["discard", id]]);
  });

  test("approve means a job that waits for something else than its patch", async () => {
    const asking = await park([], { at: "01:00" });
    await park([size], { at: "02:00" });
    await say({ verb: "approve" });
    expect(decisions()).toEqual([["approve", asking]]);
  });

  test("approve of a held patch says the right word", async () => {
    await park([size]);
    await say({ verb: "approve" });
    expect(replies()[0]).toContain("`/agent apply`");
  });

  test("approve with a commit means that commit", async () => {
    const id = await park([]);
    await say({ verb: "approve", hash: "ffffffff" });
    expect(replies()[0]).toContain(headSha.slice(0, 12));
    await say({ verb: "approve", hash: headSha.slice(0, 10) }, { ordinal: 1 });
    expect(decisions()).toEqual([["approve", id]]);
  });
});

describe("cancel", () => {
  test("ends everything that runs and waits here, each by an intent of its own", async () => {
    const running = await enqueue({ at: "01:00" });
    await jobs.claim();
    const waiting = await enqueue({ at: "02:00" });
    await enqueue({ number: 13 });
    await say({ verb: "cancel" });
    expect(decisions()).toEqual([
      ["cancel", running],
      ["cancel", waiting],
    ]);
    // Done at once, whatever is being said about the job meanwhile.
    expect(outbox.tickets.map(({ key }) => key)).toEqual([`cancel:${running}`, `cancel:${waiting}`]);
  });

  test("handled again finds what is left and asks for nothing twice", async () => {
    const [first, second] = [await enqueue({ at: "01:00" }), await enqueue({ at: "02:00" })];
    await say({ verb: "cancel" });
    await jobs.cancel(first, "cancelled");
    await enqueue({ at: "05:00" });
    await say({ verb: "cancel" });
    expect(decisions()).toEqual([
      ["cancel", first],
      ["cancel", second],
    ]);
  });

  test("of what is held is a discard", async () => {
    const id = await park([size]);
    await say({ verb: "cancel", job: id });
    expect(decisions()).toEqual([["discard", id]]);
  });

  test("of nothing says so", async () => {
    await say({ verb: "cancel" });
    expect(replies()[0]).toContain("Nothing runs or waits here");
  });
});

describe("status", () => {
  test("says what runs, waits and is held, and can't be read as a command", async () => {
    const held = await park([size], { at: "00:30", goal: "/agent fix @mona" });
    const running = await enqueue({ at: "01:00" });
    await jobs.claim();
    const waiting = await enqueue({ at: "02:00" });
    await say({ verb: "status" });
    const [text = ""] = replies();
    const lines = text.split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain("**held**, `/agent apply 1a2b3c4d5e6f`");
    expect(lines[0]).toContain(held);
    expect(lines[1]).toContain("**runs**, `01_implement`, step 1 of 1");
    expect(lines[1]).toContain(running);
    expect(lines[2]).toContain("**waits**");
    expect(lines[2]).toContain(waiting);
    expect(text).not.toContain("@mona");
    expect(text).not.toMatch(/^\/agent/m);
  });

  test("of one job, also one that has ended, and of nothing", async () => {
    const id = await enqueue();
    await jobs.cancel(id, "cancelled by @ann");
    await say({ verb: "status", job: id });
    expect(replies()[0]).toContain("**cancelled**");
    await say({ verb: "status" }, { ordinal: 1 });
    expect(replies()[1]).toBe("Nothing runs, waits or is held here.");
  });
});
