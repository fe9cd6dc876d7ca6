import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Script } from "../../model/script.ts";
import { drive, models, realKey } from "./drive.ts";

const agents = Object.keys(models);

describe.each(agents)("%s, in the sandbox, through the key proxy", (agent) => {
  test("reads, edits, runs a command, reports; the step knows what it used", async () => {
    const script: Script = [
      {
        turns: [
          { do: [{ read: "src/login.ts" }] },
          { do: [{ edit: "src/login.ts", old: "export const tries = 3;", new: "export const tries = 5;" }] },
          { do: [{ write: "NOTES.md", content: "Five tries.\n" }] },
          { do: [{ run: "env > env.txt; id -u >> env.txt" }] },
          { say: "# Change\n\nFive tries now." },
        ],
      },
    ];
    const { result, model, folder, everything } = await drive({ agent, script });
    expect(result).toMatchObject({ status: "success", change_status: "changed" });
    const patch = await readFile(join(folder, "patch.diff"), "utf8");
    expect(patch).toContain("+export const tries = 5;");
    expect(patch).toContain("+Five tries.");
    expect(await readFile(join(folder, "report.md"), "utf8")).toContain("Five tries now.");
    // Five turns of the script; OpenCode has the job named as well, and that costs too.
    expect(result.metrics.tokens_in).toBe(model.requests.length * 1000);
    expect(result.metrics.cost_usd).toBeGreaterThan(0);
    expect(result.steps[0]?.session_id).toMatch(/.{8}/);

    // The agent's command saw its own environment: no real key, no host user.
    expect(patch).toContain("+HOME=/home/agent");
    expect(patch).not.toContain(realKey);
    expect(await everything()).not.toContain(realKey);
    const turns = model.requests.filter(({ spoken }) => spoken !== undefined);
    expect(turns.length).toBeGreaterThanOrEqual(5);
    for (const { headers } of model.requests) {
      expect(headers["x-api-key"] ?? headers["x-goog-api-key"] ?? headers.authorization).toMatch(realKey);
    }
  });

  test("a planner can only read, whatever the model tries", async () => {
    const script: Script = [
      {
        turns: [
          { do: [{ read: "README.md" }] },
          { do: [{ write: "planted.txt", content: "x" }] },
          { do: [{ run: "touch planted.txt" }] },
          { say: "# Plan\n\nRaise the limit." },
        ],
      },
    ];
    const { result, folder } = await drive({ agent, script, pipeline: "plan" });
    expect(result).toMatchObject({ status: "success", change_status: "no_changes" });
    expect(await readFile(join(folder, "report.md"), "utf8")).toContain("Raise the limit.");
    expect(result.steps[0]?.warnings.join()).not.toContain("was undone");
  });
});
