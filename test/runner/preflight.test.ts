import { mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseMinimumVersions } from "../../src/agents/preflight.ts";
import { createPreflight } from "../../src/runner/preflight.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { agentWith, programsIn } from "./program.ts";

const folder = await temporaryFolder();
const environment = { PATH: `${folder}:/usr/bin:/bin` };
const { install, remove, touch, timesAsked, path } = programsIn(folder);

function preflightWith(minimums = "") {
  const warned: unknown[] = [];
  const log = { warn: (fields: unknown) => void warned.push(fields) };
  return { warned, ...createPreflight({ environment, minimums: parseMinimumVersions(minimums), log }) };
}

describe("a program", () => {
  test("that is new enough passes; an older one is refused with both versions", async () => {
    await install("tool", "1.9.10");
    const find = (minimum: string) => preflightWith(`tool=${minimum}`).find(agentWith("tool"));
    await expect(find("1.9.9")).resolves.toEqual({ path: path("tool"), version: "1.9.10" });
    await expect(find("1.10.0")).rejects.toThrow(/1\.9\.10.*1\.10\.0/);
  });

  test("is asked with the flag that is configured for it", async () => {
    await install("odd", "3.0.0", "-v");
    await expect(preflightWith().find(agentWith("odd"))).rejects.toMatchObject({ code: "preflight" });
    await expect(preflightWith("odd=0.2.0:-v").find(agentWith("odd"))).resolves.toMatchObject({
      version: "3.0.0",
    });
  });

  test("is asked once for as long as it stays the same, by however many at once", async () => {
    await install("same", "1.0.0");
    const { find, beforeStep } = preflightWith();
    await Promise.all([1, 2, 3].map(() => find(agentWith("same"))));
    await beforeStep(agentWith("same"));
    expect(await timesAsked("same")).toBe(1);
  });

  test("finds a HOME that it may write to, and nothing of it is left", async () => {
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith("patchbay-version-"));
    await install("writes", "1.0.0");
    await preflightWith().find(agentWith("writes"));
    const after = (await readdir(tmpdir())).filter((name) => name.startsWith("patchbay-version-"));
    expect(after.filter((name) => !before.includes(name))).toEqual([]);
  });

  test("that is missing, or no program, is named with the remedy", async () => {
    const { find } = preflightWith();
    await expect(find(agentWith("not-there"))).rejects.toThrow(/not-there is not installed.*PATH/);
    await writeFile(join(folder, "plain"), "text", { mode: 0o644 });
    await expect(find(agentWith("plain"))).rejects.toThrow("plain is not installed");
    await expect(find(agentWith("/no/such/program"))).rejects.toThrow("/no/such/program is not installed");
  });

  test("isn't needed by an agent without one", async () => {
    const { find, beforeStep } = preflightWith("absent=1.0.0");
    expect(await find(agentWith(undefined))).toBeUndefined();
    expect(await beforeStep(agentWith(undefined))).toEqual([]);
  });
});

describe("while the process runs", () => {
  test("another version is logged, and told once by the next step, whoever looked first", async () => {
    await install("changing", "2.0.0");
    const { find, beforeStep, warned } = preflightWith("changing=2.0.0");
    const agent = agentWith("changing");
    expect(await beforeStep(agent)).toEqual([]);
    await install("changing", "2.1.0");
    await find(agent);
    expect(warned).toHaveLength(1);
    expect(await beforeStep(agent)).toEqual([
      expect.stringMatching(/changing was replaced.*2\.0\.0.*2\.1\.0/),
    ]);
    expect(await beforeStep(agent)).toEqual([]);
    await install("changing", "1.0.0");
    await expect(beforeStep(agent)).rejects.toThrow("1.0.0");
  });

  test("a file that was written to, or a link that leads elsewhere, is asked again", async () => {
    await install("real-a", "1.0.0");
    await install("real-b", "1.1.0");
    await symlink(path("real-a"), path("linked"));
    const { beforeStep } = preflightWith();
    const agent = agentWith("linked");
    await beforeStep(agent);
    await touch("real-a");
    expect(await beforeStep(agent)).toEqual([]);
    expect(await timesAsked("real-a")).toBe(2);
    await remove("linked");
    await symlink(path("real-b"), path("linked"));
    expect(await beforeStep(agent)).toEqual([expect.stringContaining("1.1.0")]);
  });

  test("one that vanished fails the step with the remedy, and is found again when it is back", async () => {
    await install("going", "1.0.0");
    const { beforeStep } = preflightWith();
    await beforeStep(agentWith("going"));
    await remove("going");
    const vanished = expect.objectContaining({
      code: "preflight",
      message: expect.stringContaining("install it"),
    });
    await expect(beforeStep(agentWith("going"))).rejects.toEqual(vanished);
    await mkdir(path("going"));
    await expect(beforeStep(agentWith("going"))).rejects.toEqual(vanished);
    await rm(path("going"), { recursive: true });
    await install("going", "1.0.1");
    expect(await beforeStep(agentWith("going"))).toEqual([expect.stringContaining("1.0.1")]);
  });
});
