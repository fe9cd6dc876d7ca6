import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Agent } from "../../src/agents/agent.ts";
import { parseMinimumVersions } from "../../src/agents/preflight.ts";
import { createPreflight } from "../../src/runner/preflight.ts";
import { temporaryFolder } from "../temp-folder.ts";

const folder = await temporaryFolder();
const environment = { PATH: `${folder}:/usr/bin:/bin` };

function agentWith(binary: string | undefined): Agent {
  return {
    name: "tool",
    simulated: false,
    binary,
    versionFlag: "--version",
    run: () => Promise.reject(new Error("never run here")),
  };
}

/** A program that prints its arguments, its environment's size and a version. */
async function install(name: string, version: string): Promise<void> {
  const path = join(folder, name);
  await writeFile(
    `${path}.new`,
    `#!/bin/sh\n[ "$1" = "$FLAG" ] || [ "$1" = --version ] || exit 2\necho "${name} v${version} (test)"\n`,
    {
      mode: 0o755,
    },
  );
  await rename(`${path}.new`, path);
}

describe("a program", () => {
  test("that is new enough passes; an older one is refused with both versions", async () => {
    await install("tool", "1.9.10");
    const check = (minimum: string) =>
      createPreflight({ environment, minimums: parseMinimumVersions(`tool=${minimum}`) })(agentWith("tool"));
    await expect(check("1.9.9")).resolves.toBe("1.9.10");
    await expect(check("1.10.0")).rejects.toThrow(/1\.9\.10.*1\.10\.0/);
  });

  test("that was replaced is asked again", async () => {
    await install("changing", "2.0.0");
    const preflight = createPreflight({ environment, minimums: parseMinimumVersions("changing=2.0.0") });
    await preflight(agentWith("changing"));
    await install("changing", "1.0.0");
    await expect(preflight(agentWith("changing"))).rejects.toThrow("1.0.0");
  });

  test("that is missing, or no program, is named with the remedy", async () => {
    const preflight = createPreflight({ environment, minimums: [] });
    await expect(preflight(agentWith("not-there"))).rejects.toThrow(/not-there is not installed.*PATH/);
    await writeFile(join(folder, "plain"), "text", { mode: 0o644 });
    await expect(preflight(agentWith("plain"))).rejects.toThrow("plain is not installed");
  });

  test("isn't needed by an agent without one", async () => {
    await expect(
      createPreflight({ environment, minimums: [] })(agentWith(undefined)),
    ).resolves.toBeUndefined();
  });
});
