// Attacks on files: reading what is not the job's, writing what is not, and leaving something that bites later.
import { lstat, mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { openSeat, type Seat, seats } from "./seat.ts";

const Words = z.array(z.string());

describe.each(seats)("%s", (name) => {
  let seat: Seat;
  beforeAll(async () => {
    seat = await openSeat(name);
  });
  afterAll(() => seat.close());

  test("another job's files, this machine's and its secrets are not there", async () => {
    const other = await seat.newFolders();
    const secret = join(other.workspace, "secret");
    await writeFile(secret, "canary");
    const targets = [secret, other.home, "/root", "/home", "/etc/shadow", "/sys/kernel", "/var/log"];
    const inside = await seat.attack("reads.js", targets);
    const [, , , homes, ...others] = inside.printed(Words);
    expect(homes).toBe("folder of 1");
    expect(new Set([...inside.printed(Words).slice(0, 3), ...others])).toEqual(new Set(["ENOENT"]));
    const without = await seat.attack("reads.js", targets, { how: "none" });
    expect(without.printed(Words)[0]).toBe("canary");
    expect(without.printed(Words)[5]).toMatch(/^folder of/);
  });

  test("the accounts of this machine are not told", async () => {
    const targets = ["/etc/passwd", "/etc/hosts"];
    const [passwd, hosts] = (await seat.attack("reads.js", targets)).printed(Words);
    expect(passwd).toMatch(/^root:[^\n]*\nagent:x:1000:1000:agent:\/home\/agent:\/bin\/sh\n$/);
    expect(hosts).toBe("127.0.0.1 localhost sandbox\n::1 localhost\n");
    const [real] = (await seat.attack("reads.js", targets, { how: "none" })).printed(Words);
    expect(real).not.toBe(passwd);
  });

  test("nothing of the system can be written", async () => {
    const targets = [
      "/",
      "/usr/",
      "/usr/lib/os-release",
      "/etc/",
      "/etc/passwd",
      "/etc/ssl/certs/",
      "/dev/",
      "/opt/",
    ];
    const more = [
      "/opt/node",
      "/run/patchbay/",
      "/proc/sys/kernel/core_pattern",
      "/proc/sysrq-trigger",
      "/home/",
    ];
    const inside = (await seat.attack("writes.js", [...targets, ...more])).printed(Words);
    expect(inside.filter((result) => result === "open")).toEqual([]);
    const own = await seat.attack("writes.js", [
      "/workspace/",
      "/home/agent/",
      "/tmp/",
      "/dev/shm/",
      "/run/",
    ]);
    expect(own.printed(Words)).toEqual(["open", "open", "open", "open", "open"]);
    const without = await seat.attack("writes.js", targets, { how: "none" });
    const opened = without.printed(Words).filter((result) => result === "open");
    // An unprivileged user is kept out of these by the system already.
    expect(opened).toHaveLength(seat.uid === 0 ? targets.length : 0);
  });

  test("core_pattern, by which root leaves a container, is closed", async () => {
    const target = ["/proc/sys/kernel/core_pattern"];
    expect((await seat.attack("writes.js", target)).printed(Words)).not.toEqual(["open"]);
    const without = (await seat.attack("writes.js", target, { how: "none" })).printed(Words);
    expect(without).toEqual([seat.uid === 0 ? "open" : "EACCES"]);
  });

  test(".git stays as it is, whatever is tried", async () => {
    const inside = await seat.attack("replaces-git.js", []);
    expect(inside.printed(Words)).toEqual([]);
    expect(await readFile(join(inside.workspace, ".git/config"), "utf8")).toBe("[core]\n");
    const without = await seat.attack("replaces-git.js", [], { how: "none" });
    expect(without.printed(Words)).toEqual(expect.arrayContaining(["config", "hook", "rename"]));
  });

  test("a read-only step can write nothing in the workspace", async () => {
    const inside = await seat.attack("writes.js", ["/workspace/", "/home/agent/"], { readOnly: true });
    expect(inside.printed(Words)).toEqual(["EROFS", "open"]);
    const without = await seat.attack("writes.js", ["/workspace/"]);
    expect(without.printed(Words)).toEqual(["open"]);
  });

  test("no hard link reaches out of the workspace, and a set-uid program is nobody's but the agent's", async () => {
    const secret = join(seat.folder, "linked");
    await writeFile(secret, "canary", { mode: 0o644 });
    const Left = z.object({ hard: Words, symbolic: Words, setUid: z.string() });
    const inside = await seat.attack("links.js", [secret, "/usr/lib/os-release"]);
    expect(inside.printed(Left)).toEqual({
      hard: ["ENOENT", "EXDEV"],
      symbolic: ["made", "made"],
      setUid: "4755",
    });
    const left = await stat(join(inside.workspace, "set-uid"));
    expect(left.uid).not.toBe(0);
    const without = await seat.attack("links.js", [secret, "/usr/lib/os-release"], { how: "none" });
    // The kernel lets nobody link what is another's (proc(5), protected_hardlinks), but root.
    const own = seat.uid === 0 || seat.uid === process.getuid?.();
    expect(without.printed(Left).hard[0]).toBe(own ? "made" : "EPERM");
    const owned = await stat(join(without.workspace, "set-uid"));
    // Started as root, and without a sandbox, it is root's: who runs it is root.
    expect(owned).toMatchObject({ uid: seat.uid, mode: 0o104755 });
  });

  test("a link in place of .git or of the workspace is never followed by this side", async () => {
    const other = await seat.newFolders();
    const { workspace, home, marker } = await seat.newFolders();
    await rm(join(workspace, ".git"), { recursive: true });
    await symlink(other.workspace, join(workspace, ".git"));
    const linked = await seat.attack("reads.js", ["/workspace/.git"], { workspace, home, marker });
    expect(linked.error).toContain("is neither a folder nor a file");
    expect(linked.lines).toEqual([]);

    await rm(workspace, { recursive: true });
    await symlink(other.workspace, workspace);
    const replaced = await seat.attack("reads.js", ["/workspace"], { workspace, home, marker });
    expect(replaced.error).toContain("is not a folder");
  });

  test("files for HOME are not written through a link that an earlier run left there", async () => {
    const { workspace, home, marker } = await seat.newFolders();
    const target = join(seat.folder, "target");
    await mkdir(target);
    const change = { workspace, home, marker };
    await seat.attack("sh", ["-c", `ln -s ${target} ~/.config; ln -s ${target}/file ~/direct`], change);
    expect((await lstat(join(home, ".config"))).isSymbolicLink()).toBe(true);
    for (const path of [".config/tool.json", "direct"]) {
      const again = await seat.attack("true", [], { ...change, homeFiles: [{ path, content: "{}" }] });
      expect(again.error).toMatch(/symbolic link/);
    }
    await expect(stat(join(target, "tool.json"))).rejects.toThrow("ENOENT");
    await expect(stat(join(target, "file"))).rejects.toThrow("ENOENT");
  });
});
