// Trusted git on repositories that want all of the machine.
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createGit, type Git, line } from "../../src/io/git.ts";
import { temporaryFolder } from "../temp-folder.ts";

const path = process.env["PATH"] ?? "";
const megabyte = 1024 * 1024;

async function repository(): Promise<{ gitDir: string; home: string }> {
  const folder = await temporaryFolder();
  const home = join(folder, "home");
  await mkdir(home);
  const gitDir = join(folder, "repository.git");
  await createGit({ path, home, allowHttp: false })(["init", "--quiet", "--bare", gitDir], { gitDir });
  return { gitDir, home };
}

test("a small object that becomes a large one is stopped at the memory limit, with the remedy; without one it is read", async () => {
  const { gitDir, home } = await repository();
  const free = createGit({ path, home, allowHttp: false });
  const written = await Promise.all(
    ["a", "b"].map((letter) =>
      free(["hash-object", "-w", "--stdin"], { gitDir, input: Buffer.alloc(30 * megabyte, letter) }),
    ),
  );
  const [a = "", b = ""] = written.map(line);
  // Nothing but its length is compared: a failed test would print all of it.
  const lengthOf = async (git: Git): Promise<number> =>
    (await git(["diff", a, b], { gitDir, maxOutputBytes: 128 * megabyte })).stdout.length;
  expect(await lengthOf(free)).toBeGreaterThan(60 * megabyte);

  const limited = createGit({ path, home, allowHttp: false, memoryBytes: 16 * megabyte });
  await expect(lengthOf(limited)).rejects.toThrow(/running git diff: .*memory.*GIT_MEMORY_BYTES/s);
  // Others go on.
  expect(line(await limited(["cat-file", "-t", a], { gitDir }))).toBe("blob");
});

test("a file above the threshold passes through in pieces, whatever its size", async () => {
  const { gitDir, home } = await repository();
  const free = createGit({ path, home, allowHttp: false });
  const limited = createGit({ path, home, allowHttp: false, memoryBytes: 64 * megabyte });
  const sha = line(
    await free(["hash-object", "-w", "--stdin"], { gitDir, input: Buffer.alloc(150 * megabyte) }),
  );
  const { stdout } = await limited(["cat-file", "blob", sha], { gitDir, maxOutputBytes: 200 * megabyte });
  expect(stdout.length).toBe(150 * megabyte);
});

test("a git that hangs is ended, and the error says what was done", async () => {
  const { gitDir, home } = await repository();
  const folder = await temporaryFolder();
  await writeFile(join(folder, "git"), "#!/bin/sh\nexec sleep 600\n");
  await chmod(join(folder, "git"), 0o755);
  const git = createGit({ path: `${folder}:${path}`, home, allowHttp: false });
  await expect(git(["fetch"], { gitDir, timeoutMs: 200 })).rejects.toThrow(
    /running git fetch: out of time; .*too large/,
  );
});
