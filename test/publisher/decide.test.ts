// What a person decides about a job: each decision takes effect once, whenever the process dies, and is told.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Finding } from "../../src/job/finding.ts";
import { gateDetails } from "../../src/job/finding.ts";
import type { Intent } from "../../src/job/intent.ts";
import { line } from "../../src/io/git.ts";
import { bot } from "./fake-github.ts";
import type { Change, GitWorld } from "./git-world.ts";
import { jobId, repository, resultOf, stateOf } from "./job.ts";
import { createSetup, createShop, type Files, finished, type Setup } from "./setup.ts";

type Decide = Extract<Intent, { kind: "decide" }>;

const publish = { kind: "publish", job_id: jobId, epoch: 1 } as const;
const branch = `patchbay/7-fix-the-flaky-login-test-${jobId.slice(-6)}`;
const findings: Finding[] = [{ rule: "size", path: "", message: "900 files changed, 500 are allowed" }];
const pullRequest = { kind: "pull_request" as const, number: 7, title: "Faster", body: "", author: "bob" };

let world: GitWorld;
let change: Change;

beforeEach(async () => {
  world = await createShop();
  change = await world.change((tree) =>
    writeFile(join(tree, "src/login.test.ts"), "test('login', async () => {\n  await login();\n});\n"),
  );
});
afterEach(() => world.remove());

function decide(decision: Decide["decision"], fields: Partial<Decide> = {}): Decide {
  return {
    kind: "decide",
    decision,
    job_id: jobId,
    ...(decision === "apply" && { sha256: change.sha256 }),
    by: { login: "mona", id: 5, permission: "maintain" },
    repository,
    number: 7,
    comment_id: 77,
    marker: "command-0001-0",
    ...fields,
  };
}

/** A job whose patch is held and whose comment says so. */
async function held(
  fields: { files?: Partial<Files>; spec?: Parameters<typeof finished>[2]; findings?: Finding[] } = {},
): Promise<Setup> {
  const files = { ...finished(world, change, fields.spec), state: stateOf("finished"), ...fields.files };
  const found = fields.findings ?? findings;
  files.result = resultOf({
    status: "needs_human",
    secrets_check: found.some(({ rule }) => rule === "secret") ? "failed" : "passed",
    patch: { base_sha: world.baseSha, tree: change.tree, sha256: change.sha256, files: 1, bytes: 10 },
    error: { code: "gate", message: "the patch is held", details: gateDetails(found) },
  });
  const setup = createSetup(world, files);
  await setup.publisher.carryOut(publish);
  setup.github.writes.length = 0;
  return setup;
}

function ours({ github }: Setup): string[] {
  return github
    .allComments()
    .filter((comment) => comment.user?.login === bot.botLogin)
    .map((comment) => comment.body ?? "");
}

/** Somebody else's commit on a branch. */
async function advance(name: string, file: string, content: string): Promise<string> {
  const { tree } = await world.change(async (folder) => {
    await mkdir(join(folder, "src"), { recursive: true });
    await writeFile(join(folder, file), content);
  });
  const identity = { name: "Bob", email: "bob@example.com", dateSec: 1_700_000_100 };
  const args = ["commit-tree", tree, "-p", world.baseSha, "-m", "more"];
  const sha = line(await world.git(args, { ...world.remote, identity }));
  await world.git(["update-ref", `refs/heads/${name}`, sha], world.remote);
  return sha;
}

const treeOf = async (commit: string | undefined): Promise<string> =>
  line(await world.git(["rev-parse", `${commit}^{tree}`], world.remote));

test("a held patch's comment says who may release it and by which words", async () => {
  const shown = change.sha256.slice(0, 12);
  expect(ours(await held())[0]).toContain(`write permission can publish it with \`/agent apply ${shown}\``);
  const grave = await held({
    findings: [{ rule: "workflow", path: ".github/workflows/x.yml", message: "CI" }],
  });
  expect(ours(grave)[0]).toContain("maintain or admin permission");
  expect(ours(grave)[0]).toContain("`workflows` permission");
});

describe("apply", () => {
  test("publishes the gated tree, says by whom, and ends the ticket", async () => {
    const setup = await held();
    await setup.publisher.carryOut(decide("apply"));
    expect(await treeOf(await world.head(branch))).toBe(change.tree);
    expect(setup.github.pulls).toHaveLength(1);
    expect(ours(setup)).toHaveLength(1);
    expect(ours(setup)[0]).toContain("✅ Pull request #12");
    expect(ours(setup)[0]).toContain("released by mona");
    expect(setup.queue).toEqual({ state: "done", note: "released by @mona" });
    expect(setup.files.result).toMatchObject({
      status: "success",
      error: null,
      decision: { kind: "applied", login: "mona" },
    });
    expect(setup.files.publication?.final).toBe(true);
    expect([...setup.github.reactions]).toEqual([expect.stringContaining("+1")]);
    expect(setup.decided).toMatchObject([
      { decision: "apply", job_id: jobId, sha256: change.sha256, onto: world.baseSha, by: { login: "mona" } },
    ]);
    expect(setup.tokens.made).toBe(setup.tokens.revoked);
  });

  test("also publishes a patch with what looked like a secret", async () => {
    const setup = await held({ findings: [{ rule: "secret", path: "a", message: "it holds a secret" }] });
    expect(ours(setup)[0]).not.toContain("```diff");
    await setup.publisher.carryOut(decide("apply"));
    expect(setup.github.pulls).toHaveLength(1);
    expect(setup.files.result?.secrets_check).toBe("failed");
  });

  test("said again, by a redelivery or after its end, changes nothing", async () => {
    const setup = await held();
    await setup.publisher.carryOut(decide("apply"));
    const before = [...setup.github.writes];
    await setup.publisher.carryOut(decide("apply"));
    expect(setup.github.writes).toEqual([...before, "react"]);
    await setup.publisher.carryOut(decide("apply", { marker: "command-0002-0" }));
    expect(ours(setup)).toHaveLength(2);
    expect(ours(setup)[1]).toContain("not held any more: the job is done");
  });

  test("doubles nothing when the process dies at any write", async () => {
    const whole = await held();
    const already = whole.writes();
    await whole.publisher.carryOut(decide("apply"));
    const writes = whole.writes() - already;
    expect(writes).toBeGreaterThanOrEqual(5);
    for (let at = 1; at <= writes; at++) {
      await world.remove();
      world = await createShop();
      const setup = await held();
      setup.dieAtWrite(at);
      await expect(setup.publisher.carryOut(decide("apply"))).rejects.toThrow("died");
      await setup.publisher.carryOut(decide("apply"));
      expect(setup.github.pulls).toHaveLength(1);
      expect(ours(setup)).toHaveLength(1);
      expect(await treeOf(await world.head(branch))).toBe(change.tree);
      expect(setup.queue.state).toBe("done");
      expect(setup.files.result?.decision?.kind).toBe("applied");
    }
  });

  test("of one of two changes publishes that one, whenever the process dies", async () => {
    const other = await world.change((tree) => writeFile(join(tree, "src/other.ts"), "export {};\n"));
    const candidate = (label: "A" | "B", { tree, sha256 }: Change) => ({
      label,
      step_id: `02_implement_${label}`,
      agent: label === "A" ? "claude" : "codex",
      status: "success" as const,
      patch: { base_sha: world.baseSha, tree, sha256, files: 1, bytes: 10 },
      secrets_check: "passed" as const,
      error: null,
    });
    for (let at = 1, died = true; died; at++) {
      await world.remove();
      world = await createShop();
      const files = { ...finished(world, change), state: stateOf("finished") };
      files.result = resultOf({
        status: "needs_human",
        patch: null,
        error: { code: "awaiting_human", message: "a change is to be chosen: A or B", details: {} },
        candidates: [candidate("A", other), candidate("B", change)],
      });
      delete files.patch;
      files.candidates = { A: other.patch, B: change.patch };
      const setup = createSetup(world, files);
      await setup.publisher.carryOut(publish);
      expect(ours(setup)[0]).toContain("⚖️ Two changes to choose from");
      setup.dieAtWrite(at);
      died = await setup.publisher.carryOut(decide("apply", { label: "B" })).then(
        () => false,
        () => true,
      );
      setup.dieAtWrite(1000);
      await setup.publisher.carryOut(decide("apply", { label: "B" }));
      expect(setup.github.pulls).toHaveLength(1);
      expect(setup.github.pulls[0]?.body).toContain("The report of 02_implement_B/report.md");
      expect(await treeOf(await world.head(branch))).toBe(change.tree);
      expect(setup.files.result).toMatchObject({
        status: "success",
        chosen: "B",
        patch: { tree: change.tree },
      });
      expect(setup.files.patch).toEqual(change.patch);
      expect(ours(setup)).toHaveLength(1);
      expect(ours(setup)[0]).toContain("mona chose B, the change by codex");
      expect(setup.queue.state).toBe("done");
      expect(at).toBeLessThan(20);
    }
  });

  test("of another patch than the one that was shown publishes nothing", async () => {
    const setup = await held();
    await setup.publisher.carryOut(decide("apply", { sha256: "d".repeat(64) }));
    expect(ours(setup)[1]).toContain("not the one that was shown");
    expect(setup.queue.state).toBe("awaiting_approval");
    expect(setup.tokens.made).toBe(0);
  });

  test("of a patch that was changed on the disk publishes nothing", async () => {
    const setup = await held();
    setup.files.patch = Buffer.from(change.patch.toString().replace("await login", "await attack"));
    await setup.publisher.carryOut(decide("apply"));
    expect(setup.github.pulls).toEqual([]);
    expect(ours(setup)[0]).toContain("**Not published:**");
    expect(ours(setup)[1]).toContain("is still held");
    expect(setup.queue.state).toBe("awaiting_approval");
  });

  test("goes on top of a branch that has moved, when it is still the same change", async () => {
    const moved = await advance("main", "src/other.ts", "export {};\n");
    const setup = await held();
    await setup.publisher.carryOut(decide("apply"));
    const head = await world.head(branch);
    expect(line(await world.git(["rev-parse", `${head}^`], world.remote))).toBe(moved);
    const changed = await world.git(["diff-tree", "-r", "--name-only", moved, head ?? ""], world.remote);
    expect(changed.stdout.toString().trim()).toBe("src/login.test.ts");
    expect(setup.queue.state).toBe("done");
  });

  test("says which files stand against it when they moved too, and keeps it held", async () => {
    await advance("main", "src/login.test.ts", "test('login', () => logout());\n");
    const setup = await held();
    await setup.publisher.carryOut(decide("apply"));
    expect(setup.github.pulls).toEqual([]);
    expect(ours(setup)[0]).toMatch(/Not published:.*there too were changed: src\/login\.test\.ts/);
    expect(ours(setup)[1]).toContain("is still held");
    expect(setup.queue.state).toBe("awaiting_approval");
    expect(setup.files.publication?.final).toBe(false);
    // And what stood against it may go away.
    await world.git(["update-ref", "refs/heads/main", world.baseSha], world.remote);
    await setup.publisher.carryOut(decide("apply", { marker: "command-0002-0" }));
    expect(setup.queue.state).toBe("done");
  });

  test("pushes to a pull request's own branch, on top of what came there since", async () => {
    const moved = await advance("faster", "src/other.ts", "export {};\n");
    const setup = await held({ spec: { target: { ...pullRequest, head_ref: "faster" } } });
    await setup.publisher.carryOut(decide("apply"));
    const head = await world.head("faster");
    expect(line(await world.git(["rev-parse", `${head}^`], world.remote))).toBe(moved);
    expect(ours(setup)[0]).toContain("✅ Pushed");
    expect(setup.queue.state).toBe("done");
  });

  test("for a fork's pull request offers the patch and keeps it held", async () => {
    const setup = await held({ spec: { target: pullRequest } });
    await setup.publisher.carryOut(decide("apply"));
    expect(ours(setup)[1]).toContain("fork can't be pushed to");
    expect(setup.queue.state).toBe("awaiting_approval");
    expect(setup.tokens.made).toBe(0);
  });
});

describe("discard", () => {
  test("ends what is held, says by whom, and shows the patch no more", async () => {
    const setup = await held();
    expect(ours(setup)[0]).toContain("```diff");
    await setup.publisher.carryOut(decide("discard"));
    expect(ours(setup)).toHaveLength(1);
    expect(ours(setup)[0]).toContain("🗑️ Discarded by mona");
    expect(ours(setup)[0]).not.toContain("```diff");
    expect(setup.queue).toEqual({ state: "cancelled", note: "discarded by @mona" });
    expect(setup.files.result).toMatchObject({ status: "cancelled", decision: { kind: "discarded" } });
    expect(setup.decided).toMatchObject([{ decision: "discard", sha256: change.sha256 }]);
    expect(setup.tokens.made).toBe(0);
    await setup.publisher.carryOut(decide("apply", { marker: "command-0002-0" }));
    expect(setup.github.pulls).toEqual([]);
  });

  test("doubles nothing when the process dies at any write", async () => {
    const whole = await held();
    const already = whole.writes();
    await whole.publisher.carryOut(decide("discard"));
    for (let at = 1; at <= whole.writes() - already; at++) {
      const setup = await held();
      setup.dieAtWrite(at);
      await expect(setup.publisher.carryOut(decide("discard"))).rejects.toThrow("died");
      await setup.publisher.carryOut(decide("discard"));
      expect(ours(setup)).toHaveLength(1);
      expect(setup.queue.state).toBe("cancelled");
    }
  });

  test("of a job that doesn't wait is answered", async () => {
    const setup = await held();
    setup.queue.state = "running";
    await setup.publisher.carryOut(decide("discard"));
    expect(ours(setup)[1]).toContain("the job is running");
    expect(setup.files.result?.status).toBe("needs_human");
  });
});

describe("approve", () => {
  async function asking(): Promise<Setup> {
    const setup = await held();
    setup.files.result = resultOf({
      status: "needs_human",
      patch: null,
      error: { code: "awaiting_human", message: "02_implement: may I?", details: {} },
    });
    return setup;
  }

  test("lets a job go on that a step has stopped, and its comment says so", async () => {
    const setup = await asking();
    setup.place({ ahead: 0, startsAt: undefined });
    await setup.publisher.carryOut(decide("approve"));
    expect(setup.queue.state).toBe("pending");
    expect(setup.files.state?.phase).toBe("queued");
    expect(ours(setup)).toHaveLength(1);
    expect(ours(setup)[0]).toContain("Next in the queue");
    // Handled again while it runs already.
    setup.queue.state = "running";
    await setup.publisher.carryOut(decide("approve"));
    expect(ours(setup)).toHaveLength(1);
  });

  test("of a held patch is answered with the right word", async () => {
    const setup = await held();
    await setup.publisher.carryOut(decide("approve"));
    expect(ours(setup)[1]).toContain("`/agent apply`");
    expect(setup.queue.state).toBe("awaiting_approval");
  });

  test("of a job that has ended is answered", async () => {
    const setup = await asking();
    setup.queue.state = "done";
    await setup.publisher.carryOut(decide("approve"));
    expect(ours(setup)[1]).toContain("Nothing was approved: the job is done");
  });
});

describe("cancel", () => {
  test.each([
    ["running", "running"],
    ["pending", "cancelled"],
  ] as const)("of a %s job is done without a word but a thumb", async (state, after) => {
    const setup = await held();
    setup.queue.state = state;
    await setup.publisher.carryOut(decide("cancel"));
    expect(setup.queue.state).toBe(after);
    expect(setup.github.writes).toEqual(["react"]);
    expect(setup.decided).toMatchObject([{ decision: "cancel" }]);
  });

  test.each([
    ["done", "has ended already (done)"],
    ["awaiting_approval", "`/agent discard` drops it"],
  ] as const)("of a job that is %s is answered", async (state, words) => {
    const setup = await held();
    setup.queue.state = state;
    await setup.publisher.carryOut(decide("cancel"));
    expect(setup.queue.state).toBe(state);
    expect(ours(setup)[1]).toContain(words);
    expect(setup.decided).toEqual([]);
  });
});
