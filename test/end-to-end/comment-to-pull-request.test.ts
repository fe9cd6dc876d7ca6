import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, person, repo, type PatchbayProcess, type World } from "./world.ts";

const folder = await temporaryFolder();
let world: World;
let patchbay: PatchbayProcess;

beforeAll(async () => {
  world = await createWorld(join(folder, "world"));
  patchbay = await world.start();
});
afterAll(async () => {
  await world.stop();
});

async function published(before: string[]): Promise<string> {
  const all = await world.published(before.length + 1);
  const job = all.find((id) => !before.includes(id));
  if (job === undefined) throw new Error("no new job");
  return job;
}

async function finalJobs(): Promise<string[]> {
  return (await world.jobs()).filter((id) => world.publication(id)?.final === true);
}

describe("a comment on an issue", () => {
  test("ends with 👀, one comment and a draft pull request that holds the gated patch", async () => {
    const before = await finalJobs();
    const number = await world.openIssue();
    const asked = await world.comment(number, "/agent allow five tries in src/login.ts");
    const job = await published(before);

    const [comment, ...more] = world.ownComments(number);
    expect(more).toEqual([]);
    expect(comment?.body).toContain("Simulated");
    const pulls = world.ownPulls();
    expect(pulls).toHaveLength(1);
    const [pull] = pulls;
    expect(pull?.pull?.draft).toBe(true);
    expect(pull?.body).toContain(`Closes #${number}`);
    expect(comment?.body).toContain(`#${pull?.number}`);
    const result = world.result(job);
    expect(result?.status).toBe("success");
    expect(await world.treeOf(pull?.pull?.head.ref ?? "")).toBe(result?.patch?.tree);
    expect(world.standIn.state.signed_commits).toContain(world.publication(job)?.branch?.sha);
    expect(world.reactions()).toContainEqual(
      expect.objectContaining({ subject_id: asked.id, content: "eyes" }),
    );
    expect(world.standIn.violations).toEqual([]);
  });

  test("delivered a second time makes nothing new", async () => {
    const before = { comments: world.standIn.state.comments.length, jobs: (await world.jobs()).length };
    const delivery = world.standIn.deliveries.find((one) => one.response.payload.includes("queued"));
    if (!delivery) throw new Error("nothing was delivered");
    const sent = world.standIn.deliveries.length;
    world.standIn.redeliver(delivery);
    const again = await world.until(() => world.standIn.deliveries[sent], "the redelivery");
    expect(again).toMatchObject({ status_code: 202, redelivery: true });
    expect(again.response.payload).toContain("duplicate");
    expect(world.standIn.state.comments).toHaveLength(before.comments);
    expect(await world.jobs()).toHaveLength(before.jobs);
  });

  test("with --dry-run is answered by the comment alone", async () => {
    const before = await finalJobs();
    const pulls = world.ownPulls().length;
    const number = await world.openIssue();
    await world.comment(number, "/agent --dry-run allow five tries");
    const job = await published(before);
    expect(world.ownPulls()).toHaveLength(pulls);
    expect(world.publication(job)?.branch).toBeNull();
    expect(world.result(job)?.change_status).toBe("changed");
    expect(world.ownComments(number)[0]?.body).toMatch(/dry run/i);
  });

  test("that asks for a plan gets an answer and no pull request", async () => {
    const before = await finalJobs();
    const pulls = world.ownPulls().length;
    const number = await world.openIssue();
    await world.comment(number, "/agent plan how to allow five tries");
    const job = await published(before);
    expect(world.result(job)).toMatchObject({ status: "success", change_status: "no_changes", patch: null });
    expect(world.ownPulls()).toHaveLength(pulls);
  });

  test("with two commands, and two comments at once, answers each once and one after the other", async () => {
    const before = await finalJobs();
    const number = await world.openIssue();
    await Promise.all([
      world.comment(number, "/agent plan one\n\n/agent plan two"),
      world.comment(number, "/agent plan three"),
    ]);
    const all = await world.published(before.length + 3);
    expect(world.ownComments(number)).toHaveLength(3);
    const times = all
      .filter((id) => !before.includes(id))
      .map((id) => world.result(id))
      .map((result) => [Date.parse(result?.started_at ?? ""), Date.parse(result?.finished_at ?? "")] as const)
      .toSorted((a, b) => a[0] - b[0]);
    const overlaps = times.filter(([startedAt], at) => startedAt < (times[at - 1]?.[1] ?? 0));
    expect(overlaps).toEqual([]);
  });
});

test("a job is asked for again, its agents go on with new words, and where there is none that is said", async () => {
  const number = await world.openIssue();
  const ask = async (text: string): Promise<string> => {
    const known = await finalJobs();
    await world.comment(number, text);
    return published(known);
  };
  await world.comment(number, "/agent retry");
  await world.until(
    () => world.ownComments(number).find(({ body }) => body.includes("No job has ended here")),
    "that there is nothing to retry",
  );
  const first = await ask("/agent plan how to allow five tries");
  const second = await ask("/agent retry --agent codex");
  expect(world.spec(second)).toMatchObject({
    goal: "how to allow five tries",
    pipeline: "plan",
    steps: [{ agent: "codex" }],
  });
  const third = await ask("/agent continue with the README in mind");
  expect(world.spec(third)).toMatchObject({
    goal: "with the README in mind",
    pipeline: "plan",
    follows: second,
  });
  expect(new Set([first, second, third]).size).toBe(3);
  expect(world.ownComments(number)).toHaveLength(4);
});

describe("a label", () => {
  test("starts its pipeline with the title as the goal", async () => {
    const before = await finalJobs();
    const number = await world.openIssue("Allow five tries in src/login.ts", "Three are too few.");
    await world.standIn.addLabel({ repo, number, label: "agent:quick", sender: person });
    const job = await published(before);
    expect(world.artifact(job, "job.json")).toContain('"goal": "Allow five tries in src/login.ts"');
    expect(world.result(job)?.steps).toHaveLength(1);
    expect(world.ownComments(number)).toHaveLength(1);
  });
});

test("a second command on the same issue updates its open pull request; once that is closed, a new one is made", async () => {
  const before = await finalJobs();
  const pullsBefore = world.ownPulls().length;
  const number = await world.openIssue("Discounts", "There are none.");
  const ask = async (text: string, jobs: number): Promise<string> => {
    const known = await finalJobs();
    await world.comment(number, `/agent quick ${text}`);
    const job = await published(known);
    expect(await finalJobs()).toHaveLength(before.length + jobs);
    return job;
  };
  const first = await ask("add src/discount.ts", 1);
  const second = await ask("say it in README.md too", 2);
  expect(world.ownPulls()).toHaveLength(pullsBefore + 1);
  const pull = world.ownPulls().at(-1);
  const head = pull?.pull?.head.ref ?? "";
  expect(await world.treeOf(head)).toBe(world.result(second)?.patch?.tree);
  expect(world.spec(second)).toMatchObject({
    follows: first,
    base: { ref: head, sha: world.publication(first)?.branch?.sha },
    target: { kind: "issue", pull_request: pull?.number },
  });
  const comments = world.ownComments(number);
  expect(comments).toHaveLength(2);
  expect(comments[1]?.body).toContain(`✅ Pull request #${pull?.number} is updated by`);

  await world.standIn.setState({ repo, number: pull?.number ?? 0, state: "closed", sender: person });
  const third = await ask("begin again", 3);
  expect(world.spec(third)?.base?.ref).toBe("main");
  expect(world.ownPulls()).toHaveLength(pullsBefore + 2);
});

describe("a comment on a pull request", () => {
  test("of the same repository ends with a commit on its branch", async () => {
    const before = await finalJobs();
    const sha = await world.standIn.commitFiles({
      repo,
      branch: "feature",
      files: { "src/cart.ts": "export const cart = [];\n" },
      author: person,
    });
    const { number, head_sha } = await world.standIn.openPullRequest({
      repo,
      title: "A cart",
      author: person,
      head: "feature",
    });
    expect(head_sha).toBe(sha.sha);
    await world.comment(number, "/agent quick describe the cart in README.md");
    const job = await published(before);
    const result = world.result(job);
    expect(result?.status).toBe("success");
    expect(await world.treeOf("feature")).toBe(result?.patch?.tree);
    expect(world.publication(job)).toMatchObject({ branch: { name: "feature" } });
    expect(world.ownComments(number)).toHaveLength(1);
  });

  test("is told what was said on its lines, what failed, what it changes and what it is linked to", async () => {
    const before = await finalJobs();
    const linked = await world.openIssue("A discount", "Ten percent, never more.");
    await world.standIn.commitFiles({
      repo,
      branch: "discount",
      files: { "src/discount.ts": "export const percent = 11;\n" },
      author: person,
    });
    const { number, head_sha: sha } = await world.standIn.openPullRequest({
      repo,
      title: "A discount",
      body: `For #${linked}.`,
      author: person,
      head: "discount",
    });
    const comments = [{ path: "src/discount.ts", line: 1, body: "Too much, isn't it?" }];
    await world.standIn.review({ repo, number, author: "reader", comments });
    const output = { title: "1 failed", summary: "percent is 11" };
    await world.standIn.reportCheck({ repo, sha, name: "unit tests", output });
    // GitHub's times have whole seconds, and what was written in the second of the request may have come after it.
    const second = Math.floor(Date.now() / 1000);
    await vi.waitUntil(() => Math.floor(Date.now() / 1000) > second, { timeout: 5000 });
    await world.comment(number, "/agent quick mend the discount");
    const job = await published(before);
    const prompt = world.artifact(job, "steps/01_implement/prompt.md");
    expect(prompt).toMatch(
      /<<<DATA \w+: comment on src\/discount\.ts:1 by @reader>>>[^<]*Too much, isn't it\?/,
    );
    expect(prompt).toMatch(/<<<DATA \w+: failed check unit tests>>>[^<]*percent is 11/);
    expect(prompt).toMatch(/<<<DATA \w+: the diff of pull request #\d+>>>[^<]*\+export const percent = 11;/);
    expect(prompt).toMatch(/<<<DATA \w+: #\d+ by @maintainer>>>[^<]*Ten percent, never more\./);
    expect(world.standIn.violations).toEqual([]);
  });

  test("from a fork waits for an approval of exactly its commit, and then offers the patch", async () => {
    await world.standIn.createRepository("stranger/shop", { forkOf: repo });
    await world.standIn.commitFiles({
      repo: "stranger/shop",
      branch: "patch-1",
      files: { "x.txt": "x\n" },
      author: "stranger",
    });
    const { number } = await world.standIn.openPullRequest({
      repo,
      title: "From a fork",
      author: "stranger",
      head: "patch-1",
      fork: "stranger/shop",
    });
    await world.comment(number, "/agent fix the spelling");
    const said = (pattern: RegExp, at = 0) =>
      world.until(
        () => {
          const body = world.ownComments(number)[at]?.body;
          return body !== undefined && pattern.test(body) ? body : undefined;
        },
        `${String(pattern)} on the fork's pull request`,
      );
    const question = await said(/✋/);
    expect(question).toContain("stranger/shop");
    const sha = /`\/agent approve ([0-9a-f]{12})`/.exec(question)?.[1] ?? "";
    expect(sha).not.toBe("");
    const job = /job `([0-9a-f]{32})`/.exec(question)?.[1] ?? "";
    expect(world.result(job)?.steps).toEqual([]);

    // What comes later is not what someone looked at.
    const later = await world.standIn.commitFiles({
      repo: "stranger/shop",
      branch: "patch-1",
      files: { "y.txt": "y\n" },
      author: "stranger",
    });
    await world.comment(number, `/agent approve ${later.sha.slice(0, 12)}`);
    await said(/Nothing was approved: the job is not for/, 1);
    await world.comment(number, "/agent approve");
    await said(/say which commit you have looked at/, 2);
    await world.comment(number, `/agent approve ${sha}`);
    await said(/is at `[0-9a-f]{12}` by now/, 3);
    expect(world.result(job)?.steps).toEqual([]);

    await world.comment(number, "/agent fix the spelling");
    const again = await said(/✋/, 4);
    const next = /job `([0-9a-f]{32})`/.exec(again)?.[1] ?? "";
    await world.comment(number, `/agent approve ${later.sha.slice(0, 12)}`, "stranger");
    await world.comment(number, `/agent approve ${later.sha.slice(0, 12)} ${next}`);
    expect(await said(/a fork's branch can't be pushed to/, 4)).toContain("```diff");
    expect(world.result(next)).toMatchObject({ status: "success", patch: { base_sha: later.sha } });
    expect(world.result(job)?.steps).toEqual([]);
  });
});

describe("who and what is not a command", () => {
  test("a stranger gets a 👎 and nothing else", async () => {
    const number = await world.openIssue();
    const asked = await world.comment(number, "/agent delete everything", "stranger");
    await world.until(
      () =>
        world.reactions().some((reaction) => reaction.subject_id === asked.id && reaction.content === "-1"),
      "the 👎",
    );
    expect(world.ownComments(number)).toEqual([]);
  });

  test("help and an unknown option get one reply each", async () => {
    const number = await world.openIssue();
    await world.comment(number, "/agent help");
    await world.comment(number, "/agent --modle fast fix it");
    const replies = await world.until(() => {
      const own = world.ownComments(number);
      return own.length >= 2 ? own : undefined;
    }, "two replies");
    expect(replies[0]?.body).toContain("/agent");
    expect(replies[1]?.body).toMatch(/--modle[\s\S]*--model/);
  });

  test("quotes, code and words that only look like it are nothing", async () => {
    const deliveries = world.standIn.deliveries.length;
    const number = await world.openIssue();
    const jobs = (await world.jobs()).length;
    await world.comment(
      number,
      "> /agent fix it\n\n```\n/agent fix it\n```\n\nsee /agent fix it\n\n<!--\n/agent fix it\n-->",
    );
    await world.until(
      () => world.standIn.deliveries.slice(deliveries).find((one) => one.event === "issue_comment"),
      "the delivery",
    );
    // A command that comes after it is answered: what was to happen for the first one would have happened.
    await world.comment(number, "/agent help");
    await world.until(() => world.ownComments(number)[0], "the answer to the second one");
    expect(await world.jobs()).toHaveLength(jobs);
    expect(world.ownComments(number)).toHaveLength(1);
  });
});

test("SIGTERM ends it in good order", async () => {
  expect(await patchbay.stop()).toBe(0);
});
