import { mkdir, readFile, stat } from "node:fs/promises";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import type { Command, LaunchOptions } from "../../src/sandbox/launch.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { openTestSandbox } from "./open-test-sandbox.ts";

const folder = await temporaryFolder();
await chmod(folder, 0o755);
const sandbox = await openTestSandbox({
  kind: "bwrap",
  stageRoot: join(folder, "stage"),
  user: process.getuid?.() === 0 ? "nobody" : undefined,
});
let jobs = 0;

async function run(script: string, change: Partial<Command & LaunchOptions> = {}) {
  const marker = `bwrap-test-${process.pid}-${++jobs}`;
  const workspace = join(folder, marker, "tree");
  const home = join(folder, marker, "home");
  await mkdir(join(workspace, ".git"), { recursive: true });
  await mkdir(home);
  const lines: string[] = [];
  const end = await sandbox.launch(
    { binary: "sh", args: ["-c", script], env: {}, stdin: "", homeFiles: [], ...change },
    {
      marker,
      workspace,
      home,
      timeoutMs: 20_000,
      stallMs: 20_000,
      signal: new AbortController().signal,
      onLine: (line) => lines.push(line),
      onOutput: () => undefined,
      readOnly: false,
      doors: undefined,
      ...change,
    },
  );
  return { end, lines, workspace, home };
}

test("a program works in /workspace with a HOME of its own, and is nobody in particular", async () => {
  const { end, lines, workspace, home } = await run(
    'id -u; pwd; cat; cat "$HOME/.config/tool.json"; echo change > file; echo note > ~/note; exit 3',
    { stdin: "the prompt\n", homeFiles: [{ path: ".config/tool.json", content: "{}\n" }] },
  );
  expect(end).toMatchObject({ exitCode: 3, ended: undefined, stderrTail: "" });
  expect(lines).toEqual(["1000", "/workspace", "the prompt", "{}"]);
  expect(await readFile(join(workspace, "file"), "utf8")).toBe("change\n");
  expect(await readFile(join(home, "note"), "utf8")).toBe("note\n");
  expect((await stat(join(workspace, "file"))).uid).not.toBe(0);
  expect(sandbox.seen({ workspace, home })).toEqual({ workspace: "/workspace", home: "/home/agent" });
});

test("a signal that ended it is told as one", async () => {
  expect((await run("kill -KILL $$")).end).toMatchObject({ exitCode: undefined, signal: "SIGKILL" });
});

test("a program that isn't there is refused before anything starts", async () => {
  await expect(run("", { binary: "no-such-agent" })).rejects.toThrow("no-such-agent is not installed");
});

test("a door is reached in a folder that its user may go through and not read", async () => {
  const doors = join(folder, "doors");
  await mkdir(doors);
  const door = createServer((client) => client.end("through the door\n"));
  await new Promise<void>((resolve) => void door.listen(join(doors, "model.sock"), resolve));
  onTestFinished(() => new Promise<void>((resolve) => void door.close(() => resolve())));
  await chmod(join(doors, "model.sock"), 0o666);
  await chmod(doors, 0o311);
  onTestFinished(() => chmod(doors, 0o700));
  const script = "exec 3<>/dev/tcp/127.0.0.1/3129; cat <&3";
  const { end, lines } = await run("", { binary: "bash", args: ["-c", script], doors });
  expect({ end, lines }).toMatchObject({ end: { exitCode: 0 }, lines: ["through the door"] });
});
