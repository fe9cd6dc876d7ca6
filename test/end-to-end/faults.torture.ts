// A whole conversation, again and again, each time with another one of its calls to GitHub going wrong in another way.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, person, repo, type World } from "./world.ts";

const forMs = Number(process.env["TORTURE_SECONDS"] ?? 60) * 1000;
const folder = await temporaryFolder();
let world: World;

beforeAll(async () => {
  world = await createWorld(join(folder, "world"), { USER_MAX_JOBS_PER_HOUR: "0" });
  await world.standIn.setPermission(repo, person, "maintain");
  await world.standIn.commitFiles({
    repo,
    branch: "main",
    files: { ".github/agent.yml": "protected_paths: [CONTRIBUTING.md]\n" },
    message: "chore: what is protected",
    author: person,
  });
  await world.start();
});
afterAll(() => world.stop());

type Faults = World["standIn"]["faults"];
const troubles: Record<string, (faults: Faults, nth: number) => { hits: number }> = {
  "500 without effect": (faults, nth) => faults.serverError({ nth }, 500),
  "500 although it was done": (faults, nth) => faults.serverError({ nth, after: true }, 500),
  "a secondary limit": (faults, nth) => faults.secondaryLimit({ nth }, 1),
  "429": (faults, nth) => faults.tooManyRequests({ nth }, 1),
  "a cut connection": (faults, nth) => faults.cut({ nth }),
  "a connection cut after it was done": (faults, nth) => faults.cut({ nth, after: true }),
  "a second's wait": (faults, nth) => faults.slow({ nth }, 1000),
};

const eventually = <T>(look: () => T) => vi.waitFor(look, { timeout: 90_000, interval: 50 });

/** Everything that was ever asked for has been carried out. */
function expectQuiet(): void {
  for (const queue of ["inbox", "queue", "outbox"]) {
    for (const state of ["pending", "running"]) {
      const waiting = readdirSync(join(world.folder, "var", queue, state));
      expect(
        waiting.filter((name) => name.endsWith(".json")),
        `${queue}/${state}`,
      ).toEqual([]);
    }
  }
}

async function settle(): Promise<void> {
  await world.standIn.settled();
  await eventually(expectQuiet);
}

const said = (number: number, pattern: RegExp) =>
  eventually(() => {
    const bodies = world.ownComments(number).map(({ body }) => body);
    expect(bodies, `on #${number}`).toContainEqual(expect.stringMatching(pattern));
  });

/** The pull request that closes this issue. */
const pullOf = (number: number) =>
  world.ownPulls().filter(({ body }) => new RegExp(`Closes #${number}\\b`).test(body ?? ""));

/** A label, a second command, a review, a held patch that is applied, and one that is cancelled. */
async function converse(): Promise<{ issue: number; other: number; pull: number }> {
  const issue = await world.openIssue("Allow five tries", "In src/login.ts.");
  await world.standIn.addLabel({ repo, number: issue, label: "agent:quick", sender: person });
  await said(issue, /✅ Pull request/);
  await settle();
  await world.comment(issue, "/agent say why in src/login.ts");
  await said(issue, /is updated by/);
  await settle();
  const pull = pullOf(issue)[0]?.number ?? 0;
  await world.comment(pull, "/agent review");
  await said(pull, /🔎 Review/);
  await settle();
  const other = await world.openIssue("Say how to test");
  await world.comment(other, "/agent quick add a note to CONTRIBUTING.md");
  await said(other, /✋ Held/);
  await settle();
  await world.comment(other, "/agent apply");
  await said(other, /✅ Pull request/);
  await settle();
  await world.comment(other, "/agent quick add another note to README.md\n/agent quick add a last one");
  await world.comment(other, "/agent cancel");
  await settle();
  return { issue, other, pull };
}

function expectOnce({ issue, other, pull }: Awaited<ReturnType<typeof converse>>, jobs: string[]): void {
  expect(jobs).toHaveLength(6);
  const { state, app } = world.standIn;
  const ours = state.comments.filter(({ author }) => author === app.botLogin);
  for (const job of jobs) {
    expect(
      world.publication(job)?.final,
      `the end of ${job}: ${ours.find(({ body }) => body.includes(job))?.body}`,
    ).toBe(true);
    const mark = `<!-- patchbay:job:${job} -->`;
    expect(
      ours.filter(({ body }) => body.startsWith(mark)),
      `the comment of ${job}`,
    ).toHaveLength(1);
    const reviewed = state.reviews.filter(({ body }) => body?.startsWith(`<!-- patchbay:review:${job} -->`));
    expect(reviewed.length, `reviews by ${job}`).toBeLessThan(2);
  }
  const marks = ours.map(({ body }) => body.split("\n")[0]);
  expect(new Set(marks).size, "marks").toBe(marks.length);
  for (const number of [issue, other]) expect(pullOf(number), `pulls of #${number}`).toHaveLength(1);
  expect(world.ownComments(issue)).toHaveLength(2);
  expect(world.ownComments(pull)).toHaveLength(1);
  const labels = state.issues.find(({ number }) => number === issue)?.labels;
  expect(labels).toEqual(["agent:done"]);
  const heads = new Set(state.check_runs.map((run) => `${run.head_sha} ${run.name} ${run.external_id}`));
  expect(heads.size, "check runs").toBe(state.check_runs.length);
}

/** Runs it with this call going wrong; resolves to how many calls it made. */
async function once(order?: (faults: Faults) => { hits: number }): Promise<number> {
  const { standIn } = world;
  const before = new Set(await world.jobs());
  const asked = standIn.requests.length;
  const fault = order?.(standIn.faults);
  try {
    const conversation = await converse();
    const jobs = (await world.jobs()).filter((job) => !before.has(job));
    await eventually(() => expectOnce(conversation, jobs));
  } finally {
    standIn.faults.clear();
  }
  // Those of the clean run are counted; in others the call may have come to nothing.
  return fault === undefined ? standIn.requests.length - asked : fault.hits;
}

test(
  "whichever call goes wrong, each command is answered once",
  async () => {
    const calls = await once();
    const cases = Object.keys(troubles).flatMap((name) =>
      Array.from({ length: calls }, (_, index) => ({ name, nth: index + 1 })),
    );
    const [order = []] = fc.sample(
      fc.shuffledSubarray(cases, { minLength: cases.length, maxLength: cases.length }),
      { numRuns: 1, seed: Number(process.env["FAST_CHECK_SEED"] ?? 7) },
    );
    const end = Date.now() + forMs;
    let ran = 0;
    for (const { name, nth } of order) {
      if (Date.now() > end) break;
      try {
        await once((faults) => troubles[name]?.(faults, nth) ?? { hits: 0 });
      } catch (cause) {
        const call = world.standIn.requests.findLast(({ status }) => status === 0 || (status ?? 0) >= 429);
        const last = call ? `${call.method} ${call.path}` : "?";
        throw new Error(`call ${nth} of ${calls} met with ${name} (the last: ${last})`, { cause });
      }
      ran++;
    }
    console.log(`${ran} of ${cases.length} cases: ${calls} calls, ${Object.keys(troubles).length} troubles`);
    expect(ran).toBeGreaterThan(0);
    expect(world.standIn.violations).toEqual([]);
  },
  forMs + 200_000,
);
