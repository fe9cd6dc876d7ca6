// Programs that print a version, as a test installs, replaces and removes them.
import { appendFile, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Agent } from "../../src/agents/agent.ts";

export function agentWith(binary: string | undefined, name = "tool"): Agent {
  return {
    name,
    simulated: false,
    binary,
    versionFlag: "--version",
    models: ["anthropic", "openai"],
    run: () => Promise.reject(new Error("never run here")),
  };
}

export function programsIn(folder: string) {
  const asked = join(folder, "asked");
  return {
    path: (name: string) => join(folder, name),
    /** A program that knows `flag`, prints a version, writes into HOME and counts how often it was asked. */
    async install(name: string, version: string, flag = "--version"): Promise<void> {
      const path = join(folder, name);
      const script = [
        "#!/bin/sh",
        `[ "$1" = "${flag}" ] || exit 2`,
        `echo x > "$HOME/config" || exit 3`,
        `echo "${name}" >> "${asked}"`,
        `echo "${name} v${version} (test)"`,
      ];
      await writeFile(`${path}.new`, `${script.join("\n")}\n`, { mode: 0o755 });
      await rename(`${path}.new`, path);
    },
    /** The same file, written to. */
    touch: (name: string) => appendFile(join(folder, name), "# changed\n"),
    remove: (name: string) => rm(join(folder, name)),
    async timesAsked(name: string): Promise<number> {
      const lines = await readFile(asked, "utf8").catch(() => "");
      return lines.split("\n").filter((line) => line === name).length;
    },
  };
}
