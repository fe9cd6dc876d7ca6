// A job's end on GitHub: exactly one branch, one pull request and one comment, whatever goes wrong on the way.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TransientError } from "../../src/errors.ts";
import { line } from "../../src/io/git.ts";
import { jobMarker } from "../../src/job/job-marker.ts";
import { bot } from "./fake-github.ts";
import type { Change, GitWorld } from "./git-world.ts";
import { jobId, resultOf, secret, specOf } from "./job.ts";
import { createSetup, createShop, type Files, finished, type Setup } from "./setup.ts";

const publish = { kind: "publish", job_id: jobId, epoch: 1 } as const;
const branch = `patchbay/7-fix-the-flaky-login-test-${jobId.slice(-6)}`;

let world: GitWorld;
let change: Change;

beforeEach(async () => {
  world = await createShop();
  change = await world.change((tree) =>
    writeFile(join(tree, "src/login.test.ts"), "test('login', async () => {\n  await login();\n});\n"),
  );
});
afterEach(() => world.remove());

function ours({ github }: Setup): string[] {
  return github
    .allComments()
    .filter((comment) => comment.user?.login === bot.botLogin)
    .map((comment) => comment.body ?? "");
}

async function expectPublished(setup: Setup): Promise<void> {
  const head = await world.head(branch);
  expect(head).toBeDefined();
  expect(line(await world.git(["rev-parse", `${head}^{tree}`], world.remote))).toBe(change.tree);
  expect(setup.github.pulls).toHaveLength(1);
  expect(setup.github.pulls[0]).toMatchObject({ head: { ref: branch }, base: { ref: "main" } });
  expect(ours(setup)).toHaveLength(1);
  expect(ours(setup)[0]).toContain("#12");
  expect(setup.files.publication).toMatchObject({
    final: true,
    epoch: 1,
    branch: { name: branch, sha: head },
    pull_request: { number: 12 },
  });
  expect(setup.tokens.revoked).toBe(setup.tokens.made);
  expect(await world.leftovers()).toEqual([]);
}

test("success: a branch with the gated tree, a draft pull request that closes the issue, one comment", async () => {
  const setup = createSetup(world, finished(world, change));
  await setup.publisher.carryOut(publish);
  await expectPublished(setup);
  expect(setup.github.pulls[0]?.title).toBe("Fix the flaky login test");
  expect(setup.github.pulls[0]?.body).toMatch(/^<!-- patchbay:job:\w+ -->\nCloses #7\n/);
  const message = line(await world.git(["log", "-1", "--format=%B", branch], world.remote));
  expect(message).toBe(
    [
      "fix: flaky login test",
      "",
      "Waits for the session cookie before it asserts.",
      "",
      "Co-authored-by: alice <583231+alice@users.noreply.github.com>",
      `Patchbay-Job: ${jobId}`,
    ].join("\n"),
  );
});

test("what is on GitHub is told to the record, each thing once", async () => {
  const setup = createSetup(world, finished(world, change));
  await setup.publisher.carryOut(publish);
  await setup.publisher.carryOut(publish);
  const { branch: pushed, comment, pull_request } = setup.files.publication ?? {};
  const about = { job_id: jobId };
  expect(setup.audited).toEqual([
    { ...about, epoch: 0, branch: pushed },
    { ...about, epoch: 0, pull_request },
    { ...about, epoch: 0, comment },
    { ...about, epoch: publish.epoch, final: true, comment },
  ]);
});

test("what the record can't take doesn't count as said: it is said again, and GitHub shows it once", async () => {
  let refusals = 0;
  for (let at = 0; ; at++) {
    let calls = 0;
    const setup = createSetup(world, finished(world, change), {
      async audit() {
        if (calls++ === at) throw new TransientError("the disk is full", { code: "internal" });
      },
    });
    const first = setup.publisher.carryOut(publish);
    if (
      await first.then(
        () => true,
        () => false,
      )
    )
      break;
    refusals += 1;
    await setup.publisher.carryOut(publish);
    await expectPublished(setup);
  }
  expect(refusals).toBe(4);
});

test("a repeat asks GitHub for nothing", async () => {
  const setup = createSetup(world, finished(world, change));
  await setup.publisher.carryOut(publish);
  const before = setup.github.writes.length + setup.github.reads.length;
  await setup.publisher.carryOut(publish);
  expect(setup.github.writes.length + setup.github.reads.length).toBe(before);
  expect(setup.tokens.made).toBe(1);
});

test("a later holder says the same again: nothing is written on GitHub", async () => {
  const setup = createSetup(world, finished(world, change));
  await setup.publisher.carryOut(publish);
  const before = [...setup.github.writes];
  await setup.publisher.carryOut({ ...publish, epoch: 2 });
  expect(setup.github.writes).toEqual(before);
  expect(setup.files.publication?.epoch).toBe(2);
  await setup.publisher.carryOut(publish);
  expect(setup.files.publication?.epoch).toBe(2);
});

test("death at each write of publication.json doubles nothing", async () => {
  const whole = createSetup(world, finished(world, change));
  await whole.publisher.carryOut(publish);
  expect(whole.writes()).toBeGreaterThanOrEqual(4);
  for (let at = 1; at <= whole.writes(); at++) {
    const fresh = await createShop();
    const setup = createSetup(fresh, finished(fresh, change));
    setup.dieAtWrite(at);
    await expect(setup.publisher.carryOut(publish)).rejects.toThrow("died");
    await setup.publisher.carryOut(publish);
    expect(setup.github.pulls).toHaveLength(1);
    expect(ours(setup)).toHaveLength(1);
    expect(await fresh.head(branch)).toBe(await world.head(branch));
    await fresh.remove();
  }
});

const creating = ["createComment", "createPullRequest"] as const;
test.for(creating.flatMap((call) => [true, false].map((tookEffect) => ({ call, tookEffect }))))(
  "a lost answer of $call (took effect: $tookEffect) doubles nothing",
  async ({ call, tookEffect }) => {
    const setup = createSetup(world, finished(world, change));
    setup.github.failNext({ call, status: 502, tookEffect });
    await expect(setup.publisher.carryOut(publish)).rejects.toBeInstanceOf(TransientError);
    await setup.publisher.carryOut(publish);
    await expectPublished(setup);
  },
);

test("what a killed process left in the work folder doesn't stand in the way", async () => {
  await mkdir(join(world.workRoot, `land-${jobId}`, "objects"), { recursive: true });
  await writeFile(join(world.workRoot, `land-${jobId}`, "index.lock"), "");
  const setup = createSetup(world, finished(world, change));
  await setup.publisher.carryOut(publish);
  await expectPublished(setup);
  expect(setup.github.reads).toContain("pullRequestsFrom");
});

test("a 422 for a pull request that exists after all is adopted", async () => {
  const setup = createSetup(world, finished(world, change));
  setup.github.failNext({
    call: "createPullRequest",
    status: 422,
    message: "already exists",
    tookEffect: true,
  });
  await setup.publisher.carryOut(publish);
  await expectPublished(setup);
  expect(setup.github.writes).toEqual(["createPullRequest", "createComment"]);
});

test("where drafts are not to be had, the pull request isn't one", async () => {
  const setup = createSetup(world, finished(world, change));
  const message = "Validation Failed: Draft pull requests are not supported in this repository.";
  setup.github.failNext({ call: "createPullRequest", status: 422, message, tookEffect: false });
  await setup.publisher.carryOut(publish);
  await expectPublished(setup);
  expect(setup.github.writes).toEqual(["createPullRequest", "createPullRequest", "createComment"]);
});

test("somebody else's pull request from the branch's name is not taken for ours", async () => {
  const setup = createSetup(world, finished(world, change));
  await setup.github.createPullRequest(specOf().repository, {
    title: "x",
    body: "",
    head: branch,
    base: "main",
    draft: false,
  });
  Object.assign(setup.github.pulls[0] ?? {}, { user: { login: "mallory", id: 3 }, state: "closed" });
  await setup.publisher.carryOut(publish);
  expect(setup.files.publication?.pull_request?.number).toBe(13);
});

test("a pull request that GitHub refuses is told, with the branch", async () => {
  const setup = createSetup(world, finished(world, change));
  setup.github.failNext({
    call: "createPullRequest",
    status: 403,
    message: "Resource not accessible",
    tookEffect: false,
  });
  await setup.publisher.carryOut(publish);
  expect(ours(setup)[0]).toContain(`\`${branch}\``);
  expect(ours(setup)[0]).toContain(`/compare/main...${branch}`);
  expect(setup.files.publication).toMatchObject({ final: true, pull_request: null });
});

test("a branch of that name which isn't ours is left alone and told", async () => {
  await world.git(["update-ref", `refs/heads/${branch}`, world.baseSha], world.remote);
  const setup = createSetup(world, finished(world, change));
  await setup.publisher.carryOut(publish);
  expect(await world.head(branch)).toBe(world.baseSha);
  expect(setup.github.pulls).toHaveLength(0);
  expect(ours(setup)[0]).toContain("not published: the branch moved meanwhile");
  expect(setup.files.publication).toMatchObject({ final: true, branch: null });
});

test("a patch with another tree than the gated one goes nowhere", async () => {
  const files = finished(world, change);
  if (files.result?.patch) files.result.patch.tree = "d".repeat(40);
  const setup = createSetup(world, files);
  await setup.publisher.carryOut(publish);
  expect(await world.head(branch)).toBeUndefined();
  expect(ours(setup)[0]).toContain("does not fit the base commit");
});

test("GitHub's refusal of a workflow file is explained, and the patch is offered", async () => {
  const hook = join(world.remote.gitDir, "hooks", "pre-receive");
  await mkdir(join(world.remote.gitDir, "hooks"), { recursive: true });
  const said =
    "refusing to allow a GitHub App to create or update workflow `x.yml` without `workflows` permission";
  await writeFile(hook, `#!/bin/sh\necho '${said}' >&2\nexit 1\n`, { mode: 0o755 });
  const setup = createSetup(world, finished(world, change));
  await setup.publisher.carryOut(publish);
  const [body] = ours(setup);
  expect(body).toContain("permission, which Patchbay does not have");
  expect(body).toContain(`artifacts/${jobId}/patch.diff`);
  expect(body).toContain("```diff");
  expect(setup.tokens.revoked).toBe(1);
});

test("a dry run pushes nothing and shows the diff", async () => {
  const setup = createSetup(world, finished(world, change, { dry_run: true }));
  await setup.publisher.carryOut(publish);
  expect(setup.tokens.made).toBe(0);
  expect(setup.github.writes).toEqual(["createComment"]);
  expect(ours(setup)[0]).toContain("1 file changed, +3 −1");
  expect(ours(setup)[0]).toContain("+  await login();");
});

test("where only a branch is wanted, there is no pull request but the link to one", async () => {
  const setup = createSetup(
    world,
    finished(world, change, {
      publish: { mode: "branch", branch: "hot-fix", branch_template: "bot/{number}-{id}" },
    }),
  );
  await setup.publisher.carryOut(publish);
  expect(await world.head("hot-fix")).toBeDefined();
  expect(setup.github.writes).toEqual(["createComment"]);
  expect(ours(setup)[0]).toContain("The branch `hot-fix` is ready");
  expect(ours(setup)[0]).toMatch(/open a pull request\]\(.*\/compare\/main\.\.\.hot-fix\?expand=1\)/);
});

test("no change: the answer alone", async () => {
  const files: Files = { ...finished(world, change), report: "It waits for the cookie already." };
  files.result = resultOf({ patch: null, change_status: "no_changes" });
  const setup = createSetup(world, files);
  await setup.publisher.carryOut(publish);
  expect(setup.github.writes).toEqual(["createComment"]);
  expect(ours(setup)[0]).toContain("It waits for the cookie already.");
});

describe("a job on a pull request", () => {
  const target = { kind: "pull_request" as const, number: 9, title: "Faster login", body: "", author: "bob" };

  test.each([1, 2, 3, 4])(
    "commits on its branch as a fast-forward, once, also after dying at write %d",
    async (at) => {
      await world.git(["update-ref", "refs/heads/faster", world.baseSha], world.remote);
      const files = finished(world, change, { target: { ...target, head_ref: "faster" } });
      const setup = createSetup(world, files);
      setup.dieAtWrite(at);
      await expect(setup.publisher.carryOut(publish)).rejects.toThrow("died");
      await setup.publisher.carryOut(publish);
      const head = await world.head("faster");
      expect(line(await world.git(["rev-parse", `${head}^`], world.remote))).toBe(world.baseSha);
      expect(setup.github.pulls).toHaveLength(0);
      expect(ours(setup)[0]).toContain(`Pushed [${head?.slice(0, 7)}]`);
    },
  );

  test("that died after its push is found done, though others have gone on from it", async () => {
    await world.git(["update-ref", "refs/heads/faster", world.baseSha], world.remote);
    const setup = createSetup(world, finished(world, change, { target: { ...target, head_ref: "faster" } }));
    // The first write says where it goes, the second one what is about to be pushed, the third one that it was.
    setup.dieAtWrite(3);
    await expect(setup.publisher.carryOut(publish)).rejects.toThrow("died");
    const pushed = await world.head("faster");
    expect(pushed).not.toBe(world.baseSha);
    const identity = { name: "Bob", email: "bob@example.com", dateSec: 1_700_000_100 };
    const args = ["commit-tree", change.tree, "-p", pushed ?? "", "-m", "more"];
    const onTop = line(await world.git(args, { ...world.remote, identity }));
    await world.git(["update-ref", "refs/heads/faster", onTop], world.remote);
    await setup.publisher.carryOut(publish);
    expect(await world.head("faster")).toBe(onTop);
    expect(ours(setup)[0]).toContain(`Pushed [${pushed?.slice(0, 7)}]`);
  });

  test("whose branch was reset meanwhile is not taken for done", async () => {
    await world.git(["update-ref", "refs/heads/faster", world.baseSha], world.remote);
    const setup = createSetup(world, finished(world, change, { target: { ...target, head_ref: "faster" } }));
    setup.dieAtWrite(3);
    await expect(setup.publisher.carryOut(publish)).rejects.toThrow("died");
    const tree = line(await world.git(["rev-parse", `${world.baseSha}^{tree}`], world.remote));
    const identity = { name: "Bob", email: "bob@example.com", dateSec: 1_700_000_100 };
    const args = ["commit-tree", tree, "-p", world.baseSha, "-m", "instead"];
    const instead = line(await world.git(args, { ...world.remote, identity }));
    await world.git(["update-ref", "refs/heads/faster", instead], world.remote);
    await setup.publisher.carryOut(publish);
    expect(await world.head("faster")).toBe(instead);
    expect(ours(setup)[0]).toContain("the branch moved meanwhile");
  });

  /** Someone else's commit on the branch, with this content of one file. */
  async function someoneCommits(path: string, content: string): Promise<string> {
    const blob = line(await world.git(["hash-object", "-w", "--stdin"], { ...world.remote, input: content }));
    const index = { ...world.remote, indexFile: join(world.remote.gitDir, "someone") };
    await world.git(["read-tree", world.baseSha], index);
    await world.git(["update-index", "--add", "--cacheinfo", `100644,${blob},${path}`], index);
    const tree = line(await world.git(["write-tree"], index));
    const identity = { name: "Bob", email: "bob@example.com", dateSec: 1_700_000_100 };
    const args = ["commit-tree", tree, "-p", world.baseSha, "-m", "more"];
    const moved = line(await world.git(args, { ...world.remote, identity }));
    await world.git(["update-ref", "refs/heads/faster", moved], world.remote);
    return moved;
  }

  test.each([1, 2, 3, 4])(
    "goes on top of a head that moved, once, also after dying at write %d",
    async (at) => {
      const moved = await someoneCommits("src/other.ts", "export {};\n");
      const setup = createSetup(
        world,
        finished(world, change, { target: { ...target, head_ref: "faster" } }),
      );
      setup.dieAtWrite(at);
      await expect(setup.publisher.carryOut(publish)).rejects.toThrow("died");
      await setup.publisher.carryOut(publish);
      const head = await world.head("faster");
      expect(line(await world.git(["rev-parse", `${head}^`], world.remote))).toBe(moved);
      const changed = await world.git(["diff-tree", "-r", "--name-only", moved, head ?? ""], world.remote);
      expect(line(changed)).toBe("src/login.test.ts");
      expect(ours(setup)[0]).toContain(`Pushed [${head?.slice(0, 7)}]`);
      expect(ours(setup)[0]).toContain("The branch had moved");
    },
  );

  test("does not go on top of a head that changed the same, and names the files", async () => {
    const moved = await someoneCommits("src/login.test.ts", "test('login', () => {});\n");
    const setup = createSetup(world, finished(world, change, { target: { ...target, head_ref: "faster" } }));
    await setup.publisher.carryOut(publish);
    expect(await world.head("faster")).toBe(moved);
    expect(ours(setup)[0]).toContain("the branch moved meanwhile");
    expect(ours(setup)[0]).toContain("src/login.test.ts");
  });

  test("from a fork offers the patch", async () => {
    const setup = createSetup(world, finished(world, change, { target }));
    await setup.publisher.carryOut(publish);
    expect(setup.tokens.made).toBe(0);
    expect(ours(setup)[0]).toContain("fork");
    expect(ours(setup)[0]).toContain("```diff");
  });
});

test("a bug on the way is told, with where the patch is, and its trace is logged", async () => {
  const broken = () => Promise.reject(new TypeError("x is not a function"));
  const setup = createSetup(world, finished(world, change), { mirrors: { fetch: broken } });
  await setup.publisher.carryOut(publish);
  expect(ours(setup)[0]).toContain("a bug in Patchbay");
  expect(ours(setup)[0]).not.toContain("x is not a function");
  expect(ours(setup)[0]).toContain("patch.diff");
  expect(setup.bugs).toMatchObject([{ job: jobId, err: expect.any(TypeError) }]);
  expect(setup.files.publication?.final).toBe(true);
});

test("a full disk on the way is no bug: the intent is repeated", async () => {
  const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  const setup = createSetup(world, finished(world, change), {
    mirrors: { fetch: () => Promise.reject(full) },
  });
  await expect(setup.publisher.carryOut(publish)).rejects.toBe(full);
  expect(ours(setup)).toEqual([]);
});

describe("a later run of the same job", () => {
  test("brings its pull request's body up to date", async () => {
    const setup = createSetup(world, finished(world, change));
    await setup.publisher.carryOut(publish);
    setup.files.report = "Now it waits for two cookies.\n";
    await setup.publisher.carryOut({ ...publish, epoch: 2 });
    expect(setup.github.pulls).toHaveLength(1);
    expect(setup.github.pulls[0]?.body).toContain("two cookies");
    const before = setup.github.writes.length;
    await setup.publisher.carryOut({ ...publish, epoch: 3 });
    expect(setup.github.writes).toHaveLength(before);
  });

  test.each([
    ["that a person has changed since", (body: string) => `${body}\nReviewed by Mona.`],
    ["without our mark", () => "Closes #7"],
  ])("leaves a body alone %s", async (_what, edit) => {
    const setup = createSetup(world, finished(world, change));
    await setup.publisher.carryOut(publish);
    const [pull] = setup.github.pulls;
    if (pull) pull.body = edit(pull.body ?? "");
    const kept = pull?.body;
    setup.files.report = "Now it waits for two cookies.\n";
    await setup.publisher.carryOut({ ...publish, epoch: 2 });
    expect(pull?.body).toBe(kept);
  });
});

test("a held patch is told with its rules and goes on later", async () => {
  const files = finished(world, change);
  files.result = resultOf({
    status: "needs_human",
    error: {
      code: "gate",
      message: "the patch is held",
      details: {
        findings: [
          { rule: "workflow", path: ".github/workflows/ci.yml", message: "a change here runs code in CI" },
        ],
      },
    },
  });
  const setup = createSetup(world, files);
  await setup.publisher.carryOut(publish);
  expect(setup.tokens.made).toBe(0);
  expect(ours(setup)[0]).toContain("`.github/workflows/ci.yml` · a change here runs code in CI");
  expect(setup.files.publication?.final).toBe(false);
  const before = [...setup.github.writes];
  await setup.publisher.carryOut(publish);
  expect(setup.github.writes).toEqual(before);
});

test("a patch with a secret is neither pushed nor shown", async () => {
  const files = finished(world, change);
  files.patch = Buffer.from(`diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+${secret} and more\n`);
  if (files.result) files.result = { ...files.result, secrets_check: "failed" };
  const setup = createSetup(world, files);
  await setup.publisher.carryOut(publish);
  expect(setup.tokens.made).toBe(0);
  expect(ours(setup)[0]).not.toContain("and more");
  expect(ours(setup)[0]).not.toContain(secret);
});

test("a comment of ours that was left double is removed, others' imitations are not", async () => {
  const setup = createSetup(world, finished(world, change));
  setup.github.comment(`${jobMarker(jobId)}\nfake`, { login: "mallory" });
  const first = setup.github.comment(`${jobMarker(jobId)}\nfirst`, { login: bot.botLogin, app: bot.id });
  setup.github.comment(`${jobMarker(jobId)}\nsecond`, { login: bot.botLogin, app: bot.id });
  setup.github.comment(`about ${jobMarker(jobId)}`, { login: bot.botLogin, app: bot.id });
  await setup.publisher.carryOut(publish);
  expect(setup.files.publication?.comment?.id).toBe(first.id);
  expect(setup.github.allComments().map((comment) => comment.user?.login)).toEqual([
    "mallory",
    bot.botLogin,
    bot.botLogin,
  ]);
});

test("a job that did not come from GitHub says nothing there", async () => {
  const { target: _, ...rest } = specOf();
  const setup = createSetup(world, { ...finished(world, change), job: rest });
  await setup.publisher.carryOut(publish);
  await setup.publisher.carryOut({ ...publish, kind: "progress" });
  expect([...setup.github.writes, ...setup.github.reads]).toEqual([]);
});
