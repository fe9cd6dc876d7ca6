// The recorded streams that the fast tests read, against what the CLIs print today. `npm run record:agents` records anew.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Script } from "../../model/script.ts";
import { drive, models } from "./drive.ts";
import { settle, shapesOf } from "./stream-shape.ts";

const recorded = join(import.meta.dirname, "..", "recorded");
const recording = process.env["RECORD_STREAMS"] === "1";
const scenes: Record<string, Script> = {
  work: [
    {
      turns: [
        { say: "I look first.", do: [{ read: "src/login.ts" }] },
        { do: [{ edit: "src/login.ts", old: "export const tries = 3;", new: "export const tries = 5;" }] },
        { do: [{ write: "NOTES.md", content: "Five tries.\n" }] },
        { do: [{ run: "echo checked; exit 3" }] },
        { say: "# Change\n\nFive tries now." },
      ],
    },
  ],
  unauthorized: [{ turns: [{ fault: { status: 401, message: "invalid x-api-key" } }], forever: true }],
  refused: [{ turns: [{ fault: "refusal" }], forever: true }],
  "context-too-long": [{ turns: [{ fault: "context_too_long" }], forever: true }],
};

describe.each(Object.keys(models))("%s", (agent) => {
  test.each(Object.keys(scenes))("%s", async (scene) => {
    const { folder } = await drive({ agent, script: scenes[scene] ?? [] });
    const [step = ""] = await readdir(join(folder, "steps"));
    const now = settle(await readFile(join(folder, "steps", step, "raw_stdout.txt"), "utf8"));
    const file = join(recorded, agent, `${scene}.jsonl`);
    if (recording) {
      await mkdir(join(recorded, agent), { recursive: true });
      await writeFile(file, now);
    }
    const known = await readFile(file, "utf8");
    expect(shapesOf(now), "the stream has changed; npm run record:agents records it anew").toEqual(
      shapesOf(known),
    );
  });
});
