// Attacks on processes: seeing and touching others, outliving the job, finding what was left open.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { endAll, livingWith } from "./living.ts";
import { inheritedDescriptor, inheritedText, nothingUpTo, openSeat, type Seat, seats } from "./seat.ts";

const Seen = z.object({ seen: z.number(), signal: z.string(), environ: z.string(), first: z.string() });

describe.each(seats)("%s", (name) => {
  let seat: Seat;
  beforeAll(async () => {
    seat = await openSeat(name);
  });
  afterAll(() => seat.close());

  test("other processes can't be seen, signalled or read", async () => {
    const identity = {
      uid: seat.uid,
      ...(seat.uid === 0 ? {} : { gid: process.getgid?.() === 0 ? 65_534 : undefined }),
    };
    const target = spawn("sleep", ["60"], { env: { CANARY: "of the host" }, stdio: "ignore", ...identity });
    await once(target, "spawn");
    try {
      const inside = (await seat.attack("processes.js", [String(target.pid)])).printed(Seen);
      // The first process and itself.
      expect(inside).toMatchObject({ seen: 2, signal: "ESRCH", environ: "ENOENT" });
      const without = await seat.attack("processes.js", [String(target.pid)], { how: "none" });
      expect(without.printed(Seen)).toMatchObject({ signal: "true", environ: "CANARY=of the host\0" });
    } finally {
      target.kill("SIGKILL");
    }
  });

  test("the environment of bubblewrap itself holds nothing but the job's mark", async () => {
    const inside = await seat.attack("processes.js", ["1"]);
    expect(inside.printed(Seen).first).toBe(`PATCHBAY_PROCESS_OF=${inside.marker}\0`);
    // --clearenv is for the program alone: what bwrap was started with stays readable.
    const words = ["--unshare-user", "--unshare-pid", "--ro-bind", "/", "/", "--proc", "/proc", "--clearenv"];
    const leaked = execFileSync("bwrap", [...words, "cat", "/proc/1/environ"], {
      env: { CANARY: "of the host" },
      encoding: "utf8",
      ...(process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}),
    });
    expect(leaked).toContain("CANARY=of the host");
  });

  test("no value of the environment is in a command line", async () => {
    const secret = `value-${Math.random().toString(36).slice(2)}`;
    const script = "cat /proc/1/cmdline /proc/self/cmdline | tr '\\0' ' '; echo; sleep 0.3; printenv SOME";
    const running = seat.attack("sh", ["-c", script], { env: { SOME: secret } });
    const seen: number[] = [];
    const look = setInterval(() => seen.push(...livingWith(secret)), 5);
    const inside = await running;
    clearInterval(look);
    expect(inside.lines.at(-1)).toBe(secret);
    expect(inside.lines[0]).not.toContain(secret);
    expect(seen).toEqual([]);
    // With --setenv among the arguments it would be in both.
    const shown = ["--proc", "/proc", "--setenv", "SOME", secret, "cat", "/proc/1/cmdline"];
    const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const { stdout } = spawnSync(
      "bwrap",
      ["--unshare-user", "--unshare-pid", "--ro-bind", "/", "/", ...shown],
      {
        encoding: "utf8",
        ...asNobody,
      },
    );
    expect(stdout).toContain(secret);
  });

  test("a descriptor that this process was started with is closed to the program", async () => {
    const path = `/proc/self/fd/${inheritedDescriptor}`;
    const inside = await seat.attack("sh", ["-c", `cat ${path}; readlink ${path}; ls /proc/self/fd | wc -l`]);
    expect(inside.lines.join("\n")).not.toContain(inheritedText);
    expect(inside.lines[0]).toBe("/dev/null");
    // Node's own spawn hands it on.
    const file = openSync("/etc/hostname", "r");
    const script = `process.stdout.write(require("child_process").execFileSync("readlink", ["${path}"]))`;
    const left = spawnSync(process.execPath, ["-e", script], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe", ...nothingUpTo(inheritedDescriptor), file],
    });
    closeSync(file);
    expect(left.stdout.trim()).toBe("/etc/hostname");
  });

  const ways: [string, string, object, string | undefined][] = [
    ["its own end", "leave", {}, undefined],
    ["the wall clock", "stay", { timeoutMs: 1500 }, "timeout"],
    ["a stall", "stay", { stallMs: 1500 }, "stalled"],
    ["a cancel", "stay", { cancelOnLine: true }, "cancelled"],
    ["too much output", "noise", { outputBytes: 200_000 }, "output"],
  ];
  test.each(ways)("nothing survives %s", async (_way, mode, change, ended) => {
    const token = `survivor-${Math.random().toString(36).slice(2)}`;
    const inside = await seat.attack("survives.js", [token, mode], change);
    expect(inside.lines[0]).toBe("started");
    expect(inside.end?.ended).toBe(ended);
    expect(livingWith(token)).toEqual([]);
  });

  test("what a sandbox is needed for: without one it does survive", async () => {
    const token = `survivor-${Math.random().toString(36).slice(2)}`;
    try {
      const without = await seat.attack("survives.js", [token, "stay"], { how: "none", cancelOnLine: true });
      expect(without.end?.ended).toBe("cancelled");
      expect(livingWith(token).length).toBeGreaterThan(0);
    } finally {
      endAll(token);
    }
  });

  test("a program that asks to end in order gets the time for it", async () => {
    const script =
      "trap 'echo goodbye > ~/farewell; exit 0' TERM; echo started; while :; do sleep 0.01; done";
    const inside = await seat.attack("sh", ["-c", script], { cancelOnLine: true, graceMs: 20_000 });
    expect(inside.end).toMatchObject({ ended: "cancelled" });
    const { stdout } = spawnSync("cat", [`${inside.home}/farewell`], { encoding: "utf8" });
    expect(stdout).toBe("goodbye\n");
  });

  test("when the runner is killed everything goes with it", async () => {
    const token = `survivor-${Math.random().toString(36).slice(2)}`;
    const doomed = await openSeat(name);
    const attempt = doomed.attack("survives.js", [token, "stay"]).catch((error: unknown) => error);
    while (livingWith(token).length < 3) await delay(20);
    doomed.kill();
    expect(await attempt).toBeInstanceOf(Error);
    while (livingWith(token).length > 0) await delay(20);
    await doomed.close();
  });
});
