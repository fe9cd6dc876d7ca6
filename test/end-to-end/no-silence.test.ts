// "Why did nothing happen?" can't be asked: what stands in the way is told on GitHub, or by a reaction, or in the log.
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, type PatchbayProcess, person, repo, type World } from "./world.ts";

let world: World;
let patchbay: PatchbayProcess;

beforeAll(async () => {
  world = await createWorld(await temporaryFolder());
  patchbay = await world.start();
});
afterAll(() => world.stop());

const said = (number: number, pattern: RegExp): Promise<string> =>
  world.until(
    () => world.ownComments(number).find(({ body }) => pattern.test(body))?.body,
    `${String(pattern)} on #${number}`,
  );
const reaction = (subjectId: number, content: string) =>
  world.until(
    () => world.reactions().find((one) => one.subject_id === subjectId && one.content === content),
    `the reaction ${content}`,
  );
const logged = (pattern: RegExp) =>
  world.until(() => patchbay.lines.find((line) => pattern.test(line)), `${String(pattern)} in the log`);

/** Runs with the App's permissions changed; an installation that has not accepted one is like that. */
async function without(
  names: string[],
  work: () => Promise<void>,
  instead: Partial<Record<string, "read">> = {},
): Promise<void> {
  const { permissions } = world.standIn.state.app;
  const kept = Object.fromEntries(
    Object.entries(permissions).flatMap(([name, level]) => {
      const left = names.includes(name) ? instead[name] : level;
      return left === undefined ? [] : [[name, left]];
    }),
  );
  const installation = world.standIn.state.installations[0];
  if (!installation) throw new Error("the App is not installed");
  const tokens = structuredClone(world.standIn.state.tokens);
  const narrow = (to: typeof permissions): void => {
    installation.permissions = to;
    for (const token of world.standIn.state.tokens) {
      const before = tokens.find((one) => one.token === token.token)?.permissions ?? token.permissions;
      token.permissions = Object.fromEntries(
        Object.entries(before).flatMap(([name, level]) => {
          const now = to[name];
          return now === undefined ? [] : [[name, now === "read" ? now : level]];
        }),
      );
    }
  };
  narrow(kept);
  try {
    await work();
  } finally {
    narrow(permissions);
    for (const token of world.standIn.state.tokens) {
      token.permissions = tokens.find((one) => one.token === token.token)?.permissions ?? permissions;
    }
  }
}

test("a locked conversation: a reaction, since nobody lets an App comment there", async () => {
  const number = await world.openIssue();
  await world.standIn.lock({ repo, number, locked: true });
  const asked = await world.comment(number, "/agent fix it");
  await reaction(asked.id, "confused");
  await logged(/locked/);
  expect(world.ownComments(number)).toEqual([]);
});

test("a conversation that is locked while the job runs: the pull request is there, and the result says the rest", async () => {
  const number = await world.openIssue();
  const held = world.standIn.faults.hold({ method: "PATCH", path: "/repos/*/*/issues/comments/*" });
  await world.comment(number, "/agent quick");
  await held.arrived;
  await world.standIn.lock({ repo, number, locked: true });
  // GitHub lets an App edit no comment there either.
  const refused = world.standIn.faults.refuse(
    { method: "PATCH", path: "/repos/*/*/issues/comments/*", times: 1000 },
    403,
    "Unable to edit comment because issue is locked.",
  );
  held.remove();
  const [job] = (await world.jobs()).slice(-1);
  const warnings = await world.until(() => {
    const found = world.result(job ?? "")?.warnings.filter((one) => one.includes("could not be said"));
    return found && found.length > 0 ? found : undefined;
  }, "the warning in the result");
  refused.remove();
  expect(warnings[0]).toContain("unlock the conversation");
  expect(world.ownPulls()).toHaveLength(1);
});

test("a permission that is missing is named, before anything is spent", async () => {
  const jobs = await world.jobs();
  await without(["pull_requests"], async () => {
    const number = await world.openIssue();
    await world.comment(number, "/agent quick");
    await said(number, /the permission pull_requests: read/);
    expect(await world.jobs()).toEqual(jobs);
  });
});

test("one that is only missing for the pull request is named in the job's comment", async () => {
  const work = async (): Promise<void> => {
    const number = await world.openIssue();
    await world.comment(number, "/agent quick");
    expect(await said(number, /not published/)).toContain("the permission pull");
  };
  await without(["pull_requests"], work, { pull_requests: "read" });
});

test("without the permission for checks a job on a pull request runs all the same, and the log names it", async () => {
  await without(["checks"], async () => {
    const branch = "no-checks";
    await world.standIn.commitFiles({
      repo,
      branch,
      files: { "src/a.ts": "export const a = 1;\n" },
      author: person,
    });
    const { number } = await world.standIn.openPullRequest({
      repo,
      title: branch,
      author: person,
      head: branch,
    });
    await world.comment(number, "/agent quick");
    await said(number, /✅/);
    expect(await logged(/the permission checks: /)).toContain("GitHub refuses a sign");
  });
});

test("a comment that was deleted meanwhile doesn't stop what it asked for", async () => {
  const number = await world.openIssue();
  const held = world.standIn.faults.hold({ path: "/repos/*/*/issues/comments/*/reactions" });
  const asked = await world.comment(number, "/agent quick");
  await held.arrived;
  await world.standIn.deleteComment({ repo, id: asked.id });
  held.remove();
  expect(await said(number, /✅/)).toContain("Pull request");
});

test("an archived repository: a line in the log, since nothing can be shown there", async () => {
  const number = await world.openIssue();
  const held = world.standIn.faults.hold({ path: "/repos/*/*/collaborators/*/permission" });
  await world.comment(number, "/agent quick");
  await held.arrived;
  await world.standIn.archive(repo, true);
  held.remove();
  try {
    expect(await logged(/archived/)).toBeDefined();
  } finally {
    await world.standIn.archive(repo, false);
  }
});

test("the App removed: what waits ends with a word in its result", async () => {
  const gone = await createWorld(await temporaryFolder());
  try {
    await gone.start("web");
    const number = await gone.openIssue();
    await gone.comment(number, "/agent quick");
    await gone.until(() => (gone.ownComments(number).length > 0 ? true : undefined), "the comment");
    const [job = ""] = await gone.jobs();
    await gone.standIn.uninstallApp("acme");
    const result = await gone.until(() => gone.result(job), "the result");
    expect(result).toMatchObject({
      status: "cancelled",
      summary: "cancelled: the App was removed from the account",
    });
  } finally {
    await gone.stop();
  }
});
