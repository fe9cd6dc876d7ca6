import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, describe, expect, test, vi } from "vitest";
import { temporaryFolder } from "../temp-folder.ts";

const project = join(import.meta.dirname, "..", "..");
const folder = await temporaryFolder();
const children: ChildProcess[] = [];
afterAll(async () => {
  // What a failed test left; the demo ends its own programs when it is asked to.
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGTERM");
    await once(child, "exit");
  }
});

interface Demo {
  lines: string[];
  until(text: string): Promise<string>;
  signal(name: NodeJS.Signals): void;
  exitCode: Promise<number | null>;
}

function startDemo(data: string, ...args: string[]): Demo {
  const child = spawn(process.execPath, [join(project, "demo", "main.ts"), "--data", data, ...args], {
    cwd: project,
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      for (const look of waiting) look();
    });
  }
  const ended = once(child, "exit");
  return {
    lines,
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.find((line) => line.includes(text));
          if (found !== undefined) resolve(found);
        };
        waiting.add(look);
        look();
        void ended.then(() => reject(new Error(`the demo ended before "${text}":\n${lines.join("\n")}`)));
      }),
    signal: (name) => child.kill(name),
    exitCode: ended.then(() => child.exitCode),
  };
}

/** Processes whose command line names the data folder. */
async function leftovers(data: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    const text = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    const words = command.replaceAll("\0", " ");
    if (text.includes(data) || words.includes(data)) found.push(words);
  }
  return found;
}

describe("npm run demo -- --postgres", { timeout: 150_000 }, () => {
  test("two runners share the work of one web; every pull request is there once; nothing stays", async () => {
    const data = join(folder, "postgres");
    const demo = startDemo(data, "--postgres");
    expect(await demo.exitCode, demo.lines.join("\n")).toBe(0);
    const text = demo.lines.join("\n");
    for (const runner of ["runner 1", "runner 2"]) {
      expect(text).toMatch(new RegExp(`${runner} +#\\d +begins`));
      expect(text).toMatch(new RegExp(`^${runner} +#\\d +→ pull request #\\d+`, "m"));
    }
    expect(demo.lines.at(-1)).toMatch(/✓ 6 comments, 6 pull requests .*runner 1 did \d, runner 2 did \d/);
    expect(await leftovers(data)).toEqual([]);
    expect(await readdir(data)).toEqual([]);
  });

  test("its programs and its Postgres end with it when it is killed", async () => {
    const data = join(folder, "postgres-killed");
    const demo = startDemo(data, "--postgres", "--keep");
    const port = /on port (\d+)/.exec(await demo.until("Postgres"))?.[1] ?? "";
    await demo.until("Still running");
    expect(await leftovers(` -p ${port} `)).toHaveLength(1);
    demo.signal("SIGKILL");
    expect(await demo.exitCode).toBe(null);
    await vi.waitFor(async () => expect(await leftovers(data)).toEqual([]), { timeout: 20_000 });
    await vi.waitFor(async () => expect(await leftovers(` -p ${port} `)).toEqual([]), { timeout: 20_000 });
  });
});

describe("npm run demo", () => {
  test("ends with a pull request; a second run against the same data changes nothing; nothing is left running", async () => {
    const data = join(folder, "twice");
    const first = startDemo(data);
    expect(await first.exitCode, first.lines.join("\n")).toBe(0);
    const text = first.lines.join("\n");
    for (const stage of ["webhook", "queue", "workspace", "step", "gate", "published"]) {
      expect(text).toMatch(new RegExp(`\\d s {2}${stage}`));
    }
    expect(text).toContain("+++ b/CONTRIBUTING.md");

    const second = startDemo(data);
    expect(await second.exitCode, second.lines.join("\n")).toBe(0);
    expect(second.lines.join("\n")).toContain("answered 202: known, nothing to do");
    expect(second.lines.at(-1)).toContain("still one comment and one pull request");
    expect((await readdir(join(data, "artifacts"))).length).toBe(1);
    expect(await leftovers(data)).toEqual([]);
  });

  test("--keep leaves it running until it is stopped, with a page to look at", async () => {
    const data = join(folder, "keep");
    const demo = startDemo(data, "--keep");
    await demo.until("Still running");
    const address = /http:\S+\/issues\/1/.exec(await demo.until("conversation  "))?.[0] ?? "";
    const page = await (await fetch(address)).text();
    expect(page).toContain("/agent add a note");
    expect(page).toContain("Pull request");
    demo.signal("SIGINT");
    expect(await demo.exitCode).toBe(130);
    expect(await leftovers(data)).toEqual([]);
  });

  test("its programs end with it when it is killed, and the next run goes on", async () => {
    const data = join(folder, "killed");
    const demo = startDemo(data, "--keep");
    await demo.until("Still running");
    demo.signal("SIGKILL");
    expect(await demo.exitCode).toBe(null);
    await vi.waitFor(async () => expect(await leftovers(data)).toEqual([]), { timeout: 20_000 });
    const again = startDemo(data);
    expect(await again.exitCode, again.lines.join("\n")).toBe(0);
  });
});
