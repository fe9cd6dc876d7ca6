import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { processesOf } from "../../src/io/process-tree.ts";
import type { Command, End, LaunchOptions } from "../../src/sandbox/launch.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { openTestSandbox } from "./open-test-sandbox.ts";

const folder = await temporaryFolder();
const { launch } = await openTestSandbox({ kind: "none", stageRoot: folder });
let jobs = 0;

interface Observed {
  end: Promise<End>;
  marker: string;
  lines: string[];
  firstLine: Promise<string>;
}

async function start(
  fixture: string,
  args: string[],
  change: Partial<LaunchOptions & Command> = {},
): Promise<Observed> {
  const marker = `launch-test-${process.pid}-${++jobs}`;
  const home = join(folder, marker);
  await mkdir(home);
  const lines: string[] = [];
  const first = Promise.withResolvers<string>();
  const end = launch(
    {
      binary: process.execPath,
      args: [join(import.meta.dirname, "..", "fixtures", "agents", fixture), ...args],
      env: change.env ?? {},
      stdin: change.stdin ?? "",
      homeFiles: change.homeFiles ?? [],
    },
    {
      marker,
      workspace: folder,
      home,
      timeoutMs: change.timeoutMs ?? 20_000,
      stallMs: change.stallMs ?? 20_000,
      signal: change.signal ?? new AbortController().signal,
      onLine(line) {
        lines.push(line);
        first.resolve(line);
      },
      onOutput: change.onOutput ?? (() => undefined),
      readOnly: false,
      doors: undefined,
    },
  );
  return { end, marker, lines, firstLine: first.promise };
}

describe("the environment", () => {
  test("is what the operator allows and the agent needs, nothing of this process's own", async () => {
    process.env["PATCHBAY_TEST_CANARY"] = "not for agents";
    const { end, lines, marker } = await start("prints-environment.js", ["a b", "$(id)"], {
      env: { EXTRA: "1" },
      stdin: "the prompt",
      homeFiles: [{ path: ".config/tool.json", content: "{}" }],
    });
    expect(await end).toMatchObject({ exitCode: 0, ended: undefined });
    const seen: unknown = JSON.parse(lines[0] ?? "");
    const home = join(folder, marker);
    expect(seen).toEqual({
      env: {
        PATH: process.env["PATH"],
        EXTRA: "1",
        HOME: home,
        TERM: "dumb",
        PATCHBAY_PROCESS_OF: marker,
      },
      cwd: folder,
      args: ["a b", "$(id)"],
    });
    expect(lines[1]).toBe("stdin the prompt");
    expect(await readFile(join(home, ".config", "tool.json"), "utf8")).toBe("{}");
  });

  test("files for HOME can't be written anywhere else", async () => {
    const { end } = await start("prints-environment.js", [], {
      homeFiles: [{ path: "../escaped", content: "" }],
    });
    await expect(end).rejects.toThrow("leaves");
  });
});

describe("the end of a whole process tree", () => {
  const ways: [string, (controller: AbortController) => Partial<LaunchOptions>, End["ended"]][] = [
    ["the wall clock", () => ({ timeoutMs: 300 }), "timeout"],
    ["a stall", () => ({ stallMs: 300 }), "stalled"],
  ];
  for (const [name, options, ended] of ways) {
    test(`by ${name}, although it ignores SIGTERM and a child has a session of its own`, async () => {
      const { end, marker } = await start("forever.js", [], options(new AbortController()));
      expect((await end).ended).toBe(ended);
      expect(await processesOf(marker)).toEqual([]);
    });
  }

  test("by a cancel in the middle", async () => {
    const controller = new AbortController();
    const { end, marker, firstLine } = await start("forever.js", [], { signal: controller.signal });
    await firstLine;
    expect((await processesOf(marker)).length).toBeGreaterThan(0);
    controller.abort();
    expect(await end).toMatchObject({ ended: "cancelled" });
    expect(await processesOf(marker)).toEqual([]);
  });

  test("what a program leaves in the background ends with it", async () => {
    const { end, marker } = await start("leaves-child.js", []);
    expect(await end).toMatchObject({ exitCode: 0, ended: undefined });
    expect(await processesOf(marker)).toEqual([]);
  });
});

test("a process that got away with another environment is not waited for, although it holds the output open", async () => {
  const begin = performance.now();
  const { end } = await start("escapes.js", []);
  expect(await end).toMatchObject({ exitCode: 0, ended: undefined });
  expect(performance.now() - begin).toBeLessThan(20_000);
});

test("output is handed on and never kept", async () => {
  let chars = 0;
  const { end } = await start("noisy.js", ["64"], {
    onOutput: (_stream, chunk) => {
      chars += chunk.length;
    },
  });
  const before = process.memoryUsage().rss;
  expect(await end).toMatchObject({ exitCode: 0 });
  expect(chars).toBe(64 * 1024 * 1024);
  expect((await end).stderrTail.length).toBeLessThanOrEqual(4000);
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
});

test("a program that isn't there is an error that names it", async () => {
  await expect(
    launch(
      { binary: "no-such-agent", args: [], env: {}, stdin: "", homeFiles: [] },
      {
        marker: "launch-missing",
        workspace: folder,
        home: folder,
        timeoutMs: 1000,
        stallMs: 1000,
        signal: new AbortController().signal,
        onLine: () => undefined,
        onOutput: () => undefined,
        readOnly: false,
        doors: undefined,
      },
    ),
  ).rejects.toThrow("no-such-agent");
});
