// Attacks by system calls that no agent needs. The seccomp filter is the defence; "open-filter" is the same sandbox
// with a filter that lets everything through.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { absent, examined, forbidden } from "../../../src/sandbox/seccomp/denied-calls.ts";
import { openSeat, type Seat, seats } from "./seat.ts";

const Errors = z.array(z.string());
const column = process.arch === "arm64" ? 1 : 0;
const notPermitted = "1";
const noSuchCall = "38";
const noSuchFamily = "97";

type Numbers = readonly [x64: number, arm64: number | undefined];

function numbersOf(calls: Readonly<Record<string, Numbers>>): string[] {
  return Object.values(calls).flatMap((numbers) =>
    numbers[column] === undefined ? [] : [`${numbers[column]}`],
  );
}

function call(numbers: Numbers, ...args: string[]): string {
  return [numbers[column], ...args].join(",");
}

/** Calls that do no harm when they work, with what an unprivileged process may well do. */
const works: Record<string, string> = {
  "socket(AF_VSOCK), which is in no network namespace": call(examined.socket, "40", "1", "0"),
  "ptrace(PTRACE_TRACEME)": call([101, 117], "0", "0", "0", "0"),
  "keyctl(KEYCTL_GET_KEYRING_ID), whose keys outlive the job": call([250, 219], "0", "-3", "1"),
  "personality(ADDR_NO_RANDOMIZE)": call(examined.personality, "0x0040000"),
  "set_mempolicy(MPOL_DEFAULT)": call([238, 237], "0", "0", "0"),
  "process_vm_readv of itself, nothing": call([310, 270], "0", "0", "0", "0", "0", "0"),
};

describe.each(seats)("%s", (name) => {
  let seat: Seat;
  beforeAll(async () => {
    seat = await openSeat(name);
  });
  afterAll(() => seat.close());

  const errors = async (calls: string[], how: "bwrap" | "open-filter" = "bwrap") =>
    (await seat.attack("calls.pl", calls, { how })).printed(Errors);

  test("every forbidden call is answered with EPERM, every absent one as if it weren't there", async () => {
    const calls = numbersOf(forbidden).map((number) => `${number},-1,-1,-1,-1,-1`);
    expect(new Set(await errors(calls))).toEqual(new Set([notPermitted]));
    const missing = numbersOf(absent).map((number) => `${number},-1,-1,-1,-1,-1`);
    expect(new Set(await errors([...missing, "467,0", "1073741863,0"]))).toEqual(new Set([noSuchCall]));
    // Without the filter the kernel looks at what is asked, and finds fault only with that.
    const open = await errors(calls, "open-filter");
    expect(open.filter((error) => error !== notPermitted && error !== noSuchCall).length).toBeGreaterThan(15);
  });

  test.each(Object.entries(works))("%s", async (_name, one) => {
    expect([notPermitted, noSuchFamily]).toContain((await errors([one]))[0]);
    expect(["ok", "3"]).toContain((await errors([one], "open-filter"))[0]);
  });

  test("no new namespace by clone either, and a plain fork works", async () => {
    const newUser = 0x1000_0000;
    expect(await errors([call(examined.clone, String(newUser), "0", "0", "0", "0")])).toEqual([notPermitted]);
    const inside = await seat.attack("sh", ["-c", "(echo forked) & wait; unshare --user true 2>&1"]);
    expect(inside.lines[0]).toBe("forked");
    expect(inside.lines.join("\n")).toContain("Operation not permitted");
    // This machine lets a user make them: otherwise there were no bubblewrap.
    const without = await seat.attack("unshare", ["--user", "true"], { how: "none" });
    expect(without.end).toMatchObject({ exitCode: 0 });
  });

  test("typing into the terminal is not possible", async () => {
    const TIOCSTI = "0x5412";
    expect(await errors([call(examined.ioctl, "0", TIOCSTI, "B")])).toEqual([notPermitted]);
    // ENOTTY, or EIO where the kernel has it turned off: the question got there.
    expect(["25", "5"]).toContain(
      (await errors([call(examined.ioctl, "0", TIOCSTI, "B")], "open-filter"))[0],
    );
  });

  test("mknod of a device and set-uid to root get nowhere", async () => {
    const script = "mknod ~/disk b 8 0 2>&1; setpriv --reuid=0 true 2>&1; cat /proc/self/status";
    const inside = await seat.attack("sh", ["-c", script]);
    const text = inside.lines.join("\n");
    expect(text).toMatch(/mknod: .*Operation not permitted/);
    expect(text).toMatch(/setpriv: .*(?:Operation not permitted|Invalid argument)/);
    expect(text).toMatch(/^CapEff:\t0+$/m);
    expect(text).toMatch(/^CapBnd:\t0+$/m);
    expect(text).toMatch(/^NoNewPrivs:\t1$/m);
    expect(text).toMatch(/^Seccomp:\t2$/m);
  });
});
