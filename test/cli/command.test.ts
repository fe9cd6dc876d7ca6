import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, test } from "vitest";
import { ExecError, run } from "../../src/io/exec.ts";
import { temporaryFolder } from "../temp-folder.ts";

const project = join(import.meta.dirname, "..", "..");
const bin = join(project, "bin", "patchbay.js");
const folder = await temporaryFolder();

interface Ran {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

async function patchbay(args: string[], env: Record<string, string> = {}): Promise<Ran> {
  const options = {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, ...env },
    timeoutMs: 30_000,
  };
  try {
    const { stdout, stderr } = await run(process.execPath, [bin, ...args], { ...options, okExitCodes: [1] });
    return { exitCode: 0, stdout: stdout.toString("utf8"), stderr };
  } catch (error) {
    if (!(error instanceof ExecError)) throw error;
    return { exitCode: error.exitCode, stdout: "", stderr: error.stderr };
  }
}

describe("patchbay", () => {
  test("--help names every command, --version the package's version", async () => {
    expect((await patchbay(["--help"])).stdout).toMatch(/start[\s\S]*doctor/);
    const manifest = await readFile(join(project, "package.json"), "utf8");
    expect(manifest).toContain(`"version": "${(await patchbay(["--version"])).stdout.trim()}"`);
  });

  test("says what it doesn't know", async () => {
    expect((await patchbay(["strat"])).stderr).toMatch(/unknown command 'strat'[\s\S]*start/);
    expect((await patchbay(["start", "everything"])).stderr).toContain("all, web, runner");
  });

  test("start reports every problem of the configuration at once", async () => {
    const { stderr } = await patchbay(["start"], { PORT: "x", SANDBOX: "maybe", ENABLE_REAL_CLI: "yes" });
    expect(stderr).toMatch(/PORT: [\s\S]*SANDBOX: /);
    expect(stderr).toContain("ENABLE_REAL_CLI: ");
    expect(stderr).not.toContain("    at ");
  });

  test("start without credentials says how to get them", async () => {
    expect((await patchbay(["start"])).stderr).toContain("PUBLIC_URL");
    expect((await patchbay(["start", "runner"])).stderr).toContain("start web");
  });
});

describe("doctor", () => {
  test("names what is missing with its remedy", async () => {
    const { stdout } = await patchbay(["doctor"], { DATA_ROOT: join(folder, "var") });
    expect(stdout).toMatch(/✓ node/);
    expect(stdout).toMatch(/✗ GitHub App[\s\S]*→ set PUBLIC_URL/);
  });

  test("tells a missing git and an invalid configuration, as JSON too", async () => {
    const noGit: unknown = JSON.parse(
      (await patchbay(["doctor", "--json"], { PATH: "/nonexistent" })).stdout,
    );
    expect(noGit).toContainEqual(
      expect.objectContaining({ name: "git", level: "missing", remedy: expect.stringContaining("apt-get") }),
    );
    const invalid: unknown = JSON.parse((await patchbay(["doctor", "--json"], { PORT: "x" })).stdout);
    expect(invalid).toContainEqual(expect.objectContaining({ name: "configuration", level: "missing" }));
  });
});

test("the set-up page registers an App with the webhook's path and the least permissions", async () => {
  const home = join(folder, "setup");
  await mkdir(home);
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    PORT: "0",
    PUBLIC_URL: "https://patchbay.example.com",
  };
  const child = spawn(process.execPath, [bin, "start"], {
    cwd: project,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  try {
    const address = await new Promise<string>((resolve) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(line)?.[0];
        if (found !== undefined) resolve(found);
      });
    });
    const page = (await (await fetch(`${address}probot`)).text()).replaceAll("&quot;", '"');
    expect(page).toContain("https://patchbay.example.com/api/github/webhooks");
    expect(page).toContain('"contents":"write"');
    expect(page).not.toContain("workflows");
    expect(page).toContain("https://github.com/settings/apps/new");
  } finally {
    child.kill("SIGTERM");
    await once(child, "exit");
  }
  await expect(stat(join(home, ".env"))).rejects.toThrow("ENOENT");
});
