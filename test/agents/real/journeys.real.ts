// What one run does not show: three CLIs in one job, a session that goes on, and an end that leaves nothing behind.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Script } from "../../model/script.ts";
import { drive, models, realKey } from "./drive.ts";

const agents = Object.keys(models);
const editing = {
  do: [{ edit: "src/login.ts", old: "export const tries = 3;", new: "export const tries = 5;" }],
};

test("plan by OpenCode, implement by Codex, review by Claude Code, each reading what was left", async () => {
  const script: Script = [
    {
      when: "01_plan.*02_implement",
      turns: [{ do: [{ read: "src/login.ts" }] }, { say: "# Review\n\nThe plan was kept." }],
    },
    { when: "01_plan", turns: [editing, { say: "# Change\n\nFive tries, as planned." }] },
    { turns: [{ do: [{ read: "README.md" }] }, { say: "# Plan\n\nRaise the limit to five." }] },
  ];
  const { result, model, folder, everything } = await drive({ script, pipeline: "default" });
  expect(result).toMatchObject({ status: "success", change_status: "changed" });
  expect(result.steps.map(({ agent, status }) => `${agent} ${status}`)).toEqual([
    "opencode success",
    "codex success",
    "claude success",
  ]);
  const asked = (path: string): string => model.requests.findLast((one) => one.path === path)?.body ?? "";
  expect(asked("/v1/responses")).toContain("Raise the limit to five.");
  const review = model.requests.findLast(({ headers }) => /claude/i.test(headers["user-agent"] ?? ""))?.body;
  expect(review).toContain("Raise the limit to five.");
  expect(review).toContain("Five tries, as planned.");
  expect(review).toContain("+export const tries = 5;");
  expect(await readFile(join(folder, "report.md"), "utf8")).toContain("The plan was kept.");
  expect(await everything()).not.toContain(realKey);
});

describe.each(agents)("%s", (agent) => {
  test("another attempt lets the session go on", async () => {
    const script: Script = [
      {
        turns: [
          editing,
          { fault: { status: 500, message: "oops" }, times: 1, say: "# Change\n\nFive tries now." },
        ],
      },
    ];
    const env = { RUNNER_MAX_ATTEMPTS_PER_STEP: "2" };
    const { result, model } = await drive({ agent, script, env });
    expect(result.steps[0]).toMatchObject({ status: "success", attempts: 2 });
    expect(result.change_status).toBe("changed");
    const last = model.requests.findLast(({ spoken }) => spoken !== undefined);
    // The whole conversation, and then what it is told to go on with.
    expect(last?.body).toContain("allow five tries");
    expect(last?.body).toContain("You were interrupted");
    expect(last?.spoken).toBeGreaterThanOrEqual(1);
  });

  test("a follow-up lets the session of an ended job go on", async () => {
    const work = [editing, { say: "# Change\n\nFive tries now." }];
    const { result, place } = await drive({ agent, script: [{ turns: work }] });
    expect(result.status).toBe("success");
    const more = { do: [{ write: "NOTES.md", content: "Asked for twice.\n" }] };
    const script: Script = [{ turns: [...work, more, { say: "# More\n\nA note." }] }];
    const goal = "write a note on it";
    const next = await drive({ agent, script, goal, place, follows: result.job_id });
    expect(next.result).toMatchObject({ status: "success", change_status: "changed" });
    expect(next.result.steps[0]?.session_id).toBe(result.steps[0]?.session_id);
    const last = next.model.requests.findLast(({ spoken }) => spoken !== undefined);
    expect(last?.body).toContain("allow five tries");
    expect(last?.body).toContain("Five tries now.");
    expect(last?.body).toContain(goal);
  });

  test("cancelled in the middle of a command, it leaves no process", async () => {
    const mark = `sleep 98${String(Math.floor(Math.random() * 1e6)).padStart(6, "0")}`;
    const script: Script = [
      { turns: [{ do: [{ run: `(setsid ${mark} &) ; ${mark}` }] }, { say: "Never." }] },
    ];
    const { result } = await drive({ agent, script, cancelWhen: () => isRunning(mark) });
    expect(result.status).toBe("cancelled");
    expect(await isRunning(mark)).toBe(false);
    expect(await isRunning(result.job_id)).toBe(false);
  });
});

/** Whether a process of this machine has `text` in its command line or environment. */
async function isRunning(text: string): Promise<boolean> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const found = await Promise.all(
    pids.flatMap((pid) =>
      ["cmdline", "environ"].map(async (file) => {
        const read = await readFile(`/proc/${pid}/${file}`, "latin1").catch(() => "");
        return read.replaceAll("\0", " ").includes(text);
      }),
    ),
  );
  return found.includes(true);
}
