// `npm run demo -- --agent NAME`, as a person starts it, in a folder of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { openTemporary, realAgents } from "../../../demo/real-agent.ts";

const project = join(import.meta.dirname, "..", "..", "..");

test.each(realAgents)("%s makes the pull request of the demo", async (agent) => {
  const folder = openTemporary();
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const args = [join(project, "demo", "main.ts"), "--agent", agent, "--data", join(folder, "data")];
  const child = spawn(process.execPath, args, {
    cwd: project,
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [said, complaints] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  expect(child.exitCode, said + complaints).toBe(0);
  expect(said).toContain(`${agent} in the sandbox`);
  expect(said).toContain(`implementer ${agent}: success`);
  expect(said).toContain("+## Run a single test file");
  expect(said).toContain("✓ from comment to pull request");
});
