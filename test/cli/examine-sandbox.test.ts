import { chmod, cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { examineSandbox } from "../../src/cli/examine-sandbox.ts";
import { loadConfig } from "../../src/config.ts";
import { locateProgram } from "../../src/io/locate-program.ts";
import { temporaryFolder } from "../temp-folder.ts";

const folder = await temporaryFolder();
await chmod(folder, 0o755);
const path = "/usr/local/bin:/usr/bin:/bin";
const isRoot = process.getuid?.() === 0;
let folders = 0;

function examine(change: Record<string, string> = {}) {
  return examineSandbox(
    loadConfig({
      PATH: path,
      DATA_ROOT: join(folder, `data-${++folders}`),
      ENABLE_REAL_CLI: "1",
      ...(isRoot ? { SANDBOX_USER: "nobody" } : {}),
      ...change,
    }),
  );
}

/** A PATH with these programs and no others. */
async function only(names: string[], own: Record<string, string> = {}): Promise<string> {
  const bin = join(folder, `bin-${++folders}`);
  await mkdir(bin);
  for (const name of names) await symlink(await locateProgram(name, path), join(bin, name));
  for (const [name, text] of Object.entries(own)) await writeFile(join(bin, name), text, { mode: 0o755 });
  return bin;
}

test("where everything is there, each probe holds and the limits in force are told", async () => {
  const found = await examine();
  expect(found.filter(({ level }) => level === "missing")).toEqual([]);
  expect(found.find(({ name }) => name === "sandbox")?.found).toMatch(
    /^the sandbox: (\d+) of \1 probes hold/,
  );
  expect(found.find(({ name }) => name === "limits")?.found).toMatch(/^by (?:cgroup|scope|prlimit)/);
});

describe("what is missing is told with its remedy", () => {
  const needed = ["id", "prlimit", "chown"];

  test("bubblewrap", async () => {
    expect(await examine({ PATH: await only(needed) })).toContainEqual(
      expect.objectContaining({
        name: "bubblewrap",
        level: "missing",
        remedy: expect.stringContaining("apt-get install bubblewrap"),
      }),
    );
  });

  test("a newer bubblewrap", async () => {
    const old = "#!/bin/sh\necho bubblewrap 0.4.1\n";
    expect(await examine({ PATH: await only(needed, { bwrap: old }) })).toContainEqual(
      expect.objectContaining({
        name: "bubblewrap",
        level: "missing",
        found: expect.stringContaining("is version 0.4.1"),
      }),
    );
  });

  test("a bubblewrap without the set-uid bit", async () => {
    const bin = await only(needed, { bwrap: "#!/bin/sh\necho bubblewrap 0.8.0\n" });
    await chmod(join(bin, "bwrap"), 0o4755);
    expect(await examine({ PATH: bin })).toContainEqual(
      expect.objectContaining({ name: "bubblewrap", level: "missing", remedy: `\`chmod u-s ${bin}/bwrap\`` }),
    );
  });

  test("the right to make namespaces: the kernel's word is matched to a hint", async () => {
    const refused = [
      "#!/bin/sh",
      'if [ "$1" = --version ]; then echo bubblewrap 0.8.0; exit; fi',
      "echo 'bwrap: setting up uid map: Permission denied' >&2; exit 1",
    ];
    const bin = await only(["id", "prlimit", "chown", "sleep", "sh"], { bwrap: `${refused.join("\n")}\n` });
    expect(await examine({ PATH: bin })).toContainEqual(
      expect.objectContaining({
        name: "sandbox",
        level: "missing",
        found: expect.stringContaining("bwrap-userns-restrict"),
      }),
    );
  });

  test("a user that there is", async () => {
    expect(await examine({ SANDBOX_USER: "nobody-of-this-name" })).toContainEqual(
      expect.objectContaining({
        name: "sandbox user",
        level: "missing",
        remedy: expect.stringContaining("useradd"),
      }),
    );
  });

  test("what the operator's own sandbox does not keep", async () => {
    const wrapper = join(folder, "wrapper");
    await cp(join(import.meta.dirname, "../fixtures/wrapper.sh"), wrapper);
    const found = await examine({ SANDBOX: "wrapper", SANDBOX_WRAPPER: `${wrapper} git` });
    expect(found.filter(({ level }) => level === "missing").map(({ name }) => name)).toEqual([
      "sandbox: .git",
      "sandbox",
    ]);
  });
});

test("without a sandbox that is said, and for simulated agents nothing is required", async () => {
  const none = await examine({ SANDBOX: "none", NETWORK_POLICY: "allow" });
  expect(none).toEqual([expect.objectContaining({ level: "note", found: "none (SANDBOX=none)" })]);
  const simulated = await examine({ ENABLE_REAL_CLI: "0", PATH: await only(["id"]) });
  expect(simulated.map(({ level }) => level)).not.toContain("missing");
});
