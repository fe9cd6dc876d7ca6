// A launch on node:child_process that starts real programs, for tests of what drives them.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Launch } from "../../src/agents/agent.ts";

export const program = (name: string): string =>
  join(import.meta.dirname, "fixtures", "programs", `${name}.js`);

/** Starts programs in `folder`, which is their HOME too; `signal` ends them as cancelled. */
export function createTestLaunch(folder: string, signal: AbortSignal = new AbortController().signal): Launch {
  return async (command, onLine) => {
    for (const file of command.homeFiles) {
      const path = join(folder, file.path);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, file.content);
    }
    const child = spawn(command.binary, command.args, {
      cwd: folder,
      env: { PATH: process.env["PATH"], HOME: folder, ...command.env },
    });
    const stop = (): boolean => child.kill("SIGKILL");
    signal.addEventListener("abort", stop, { once: true });
    let stderrTail = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      stderrTail = (stderrTail + chunk).slice(-4000);
    });
    const lines = createInterface({ input: child.stdout });
    lines.on("line", onLine);
    // A program that ends before it has read its prompt is no error of the test's.
    child.stdin.on("error", () => undefined);
    child.stdin.end(command.stdin);
    const read = new Promise<void>((resolve) => lines.once("close", resolve));
    const [exitCode, exitSignal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, name) => resolve([code, name]));
    });
    await read;
    signal.removeEventListener("abort", stop);
    return {
      exitCode: exitCode ?? undefined,
      signal: exitSignal ?? undefined,
      ended: signal.aborted ? "cancelled" : undefined,
      stderrTail,
    };
  };
}
