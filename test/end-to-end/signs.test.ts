// Labels that say where a job stands, and check runs with buttons, from a press to what GitHub shows.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld, person, repo, type World } from "./world.ts";

const folder = await temporaryFolder();
const fixtures = join(import.meta.dirname, "..", "fixtures", "agents");
let world: World;
let branches = 0;

beforeAll(async () => {
  const path = join(folder, "world");
  world = await createWorld(path, {
    ENABLE_REAL_CLI: "1",
    SANDBOX: "none",
    NETWORK_POLICY: "allow",
    ALLOWED_BINARIES: process.execPath,
    AGENTS_FILE: join(path, "agents.yml"),
  });
  const agents = [
    { name: "binary", args: [join(fixtures, "scripted.js"), "binary"] },
    { name: "waits", args: [join(fixtures, "waits-for-file.js"), join(folder, "never")] },
  ].map((agent) => ({ ...agent, binary: process.execPath }));
  writeFileSync(join(path, "agents.yml"), JSON.stringify(agents));
  await world.start();
});
afterAll(() => world.stop());

const checksOf = (sha: string) => world.standIn.state.check_runs.filter((run) => run.head_sha === sha);

async function openPull(): Promise<{ number: number; sha: string }> {
  const branch = `feature-${++branches}`;
  const { sha } = await world.standIn.commitFiles({
    repo,
    branch,
    files: { [`src/${branch}.ts`]: "export const x = 1;\n" },
    author: person,
  });
  const { number } = await world.standIn.openPullRequest({
    repo,
    title: branch,
    author: person,
    head: branch,
  });
  return { number, sha };
}

function check(sha: string, status: string) {
  return world.until(
    () => checksOf(sha).find((run) => run.conclusion === status || run.status === status),
    `a check run on ${sha} that is ${status}`,
  );
}

async function press(run: { id: number; actions: { label: string; identifier: string }[] }, label: string) {
  const identifier = run.actions.find((action) => action.label === label)?.identifier ?? "";
  await world.standIn.pressCheckRunButton({ repo, checkRunId: run.id, identifier, sender: person });
}

const said = (number: number, pattern: RegExp): Promise<string> =>
  world.until(
    () => world.ownComments(number).find(({ body }) => pattern.test(body))?.body,
    `${String(pattern)} on #${number}`,
  );

describe("a label", () => {
  test("gives way to running, which cancels when it is taken off, and to done at the end", async () => {
    const labels = await createWorld(join(folder, "labels"));
    try {
      const { standIn } = labels;
      await labels.start("web");
      const number = await labels.openIssue();
      const shown = (): string =>
        standIn.state.issues.find((issue) => issue.number === number)?.labels.join() ?? "";
      const become = (wanted: string) =>
        labels.until(() => (shown() === wanted ? true : undefined), `the labels "${wanted}"`);
      await standIn.addLabel({ repo, number, label: "agent:quick", sender: person });
      await become("agent:running");
      const known = standIn.state.repositories[0]?.labels.find(({ name }) => name === "agent:running");
      expect(known).toMatchObject({ color: "1d76db", description: expect.stringContaining("cancel") });

      await standIn.removeLabel({ repo, number, label: "agent:running", sender: person });
      await labels.published();
      expect(labels.ownComments(number)[0]?.body).toContain("🚫 Cancelled");
      expect(shown()).toBe("");

      await labels.start("runner");
      await standIn.addLabel({ repo, number, label: "agent:quick", sender: person });
      await become("agent:done");
      const changes = standIn.deliveries.filter(
        ({ action }) => action === "labeled" || action === "unlabeled",
      );
      expect(changes.length).toBeGreaterThan(6);
      expect(await labels.jobs()).toHaveLength(2);
      expect(labels.ownComments(number)).toHaveLength(2);
    } finally {
      await labels.stop();
    }
  });
});

describe("a check run", () => {
  test("has a button that cancels, and then one that runs the same again", async () => {
    const { number, sha } = await openPull();
    await world.comment(number, "/agent quick --agent waits");
    const run = await check(sha, "in_progress");
    await press(run, "Cancel");
    const ended = await check(sha, "cancelled");
    await said(number, /🚫 Cancelled/);
    const before = (await world.jobs()).length;
    await press(ended, "Retry");
    const again = await world.until(
      () => checksOf(sha).find((one) => one.id !== run.id && one.status === "in_progress"),
      "the check run of another try",
    );
    expect(await world.jobs()).toHaveLength(before + 1);
    expect(world.spec(again.external_id)?.goal).toBe(world.spec(run.external_id)?.goal);
    await press(again, "Cancel");
    await world.until(() => (again.conclusion === "cancelled" ? true : undefined), "its end");
  });

  test("of a held change has a button that applies it, once; the commit that is pushed has a check run too", async () => {
    const { number, sha } = await openPull();
    await world.comment(number, "/agent quick --agent binary");
    const run = await check(sha, "action_required");
    expect(run.actions.map(({ label }) => label)).toEqual(["Apply", "Discard"]);
    const shown = { id: run.id, actions: structuredClone(run.actions) };
    await press(run, "Apply");
    await check(sha, "success");
    const pushed = await world.until(
      () =>
        world.standIn.state.check_runs.find(
          (one) => one.external_id === run.external_id && one.head_sha !== sha,
        ),
      "a check run on the pushed commit",
    );
    expect(pushed).toMatchObject({ conclusion: "success", actions: [] });
    await said(number, /✅ Pushed/);
    // Somebody's page was not loaded anew, and the button is still on it.
    run.actions = shown.actions;
    await press(shown, "Apply");
    await said(number, /it doesn't wait: no patch is held/);
  });

  test("is nobody's to press who may not write", async () => {
    const { number, sha } = await openPull();
    await world.comment(number, "/agent quick --agent waits");
    const run = await check(sha, "in_progress");
    const identifier = run.actions[0]?.identifier ?? "";
    await world.standIn.pressCheckRunButton({ repo, checkRunId: run.id, identifier, sender: "stranger" });
    await world.until(() => world.reactions().find(({ content }) => content === "-1"), "the 👎");
    expect(run.status).toBe("in_progress");
    await press(run, "Cancel");
    await check(sha, "cancelled");
  });
});
