// The writes against a folder that looks like a delegated group: few machines that run tests have a real one. Killing
// what is in a group is done to real processes.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createCgroup, prepareCgroup } from "../../../src/sandbox/limits/cgroup.ts";
import { temporaryFolder } from "../../temp-folder.ts";

const root = await temporaryFolder();
const limits = { memoryBytes: 1_000_000_000, pids: 100, cpus: 1.5, fileBytes: 1, outputBytes: 1 };
let folders = 0;

/** A mount with the group /service in it. */
async function delegated(controllers = "cpu memory pids"): Promise<{ mount: string; service: string }> {
  const mount = join(root, String(++folders));
  const service = join(mount, "service");
  await mkdir(service, { recursive: true });
  await writeFile(join(service, "cgroup.events"), "populated 1\nfrozen 0\n");
  await writeFile(join(service, "cgroup.controllers"), `${controllers}\n`);
  await writeFile(join(service, "cgroup.subtree_control"), "");
  await writeFile(join(service, "cgroup.procs"), "");
  return { mount, service };
}

async function prepared(): Promise<string> {
  const { mount } = await delegated();
  const found = await prepareCgroup(mount, "0::/service\n");
  if (!("folder" in found)) throw new Error(found.reason);
  return found.folder;
}

test("this process moves aside, and the controllers are handed to the children", async () => {
  const { mount, service } = await delegated();
  await writeFile(join(service, "cgroup.procs"), `${process.pid}\n`);
  expect(await prepareCgroup(mount, "1:name=systemd:/x\n0::/service\n")).toEqual({ folder: service });
  expect(await readFile(join(service, "patchbay/cgroup.procs"), "utf8")).toBe(String(process.pid));
  expect(await readFile(join(service, "cgroup.subtree_control"), "utf8")).toBe("+memory +pids +cpu");
  // A second process of the service finds itself in there already.
  expect(await prepareCgroup(mount, "0::/service/patchbay\n")).toEqual({ folder: service });
});

test("what keeps it from working is told", async () => {
  const { mount } = await delegated("cpu memory");
  const reason = async (membership: string) => prepareCgroup(mount, membership);
  expect(await reason("4:memory:/x\n")).toEqual({ reason: "this machine has no cgroup version 2" });
  expect(await reason("0::/\n")).toMatchObject({ reason: expect.stringContaining("the root cgroup") });
  expect(await reason("0::/service\n")).toMatchObject({
    reason: expect.stringMatching(/^no pids controller/),
  });
  await writeFile(join(mount, "service/cgroup.controllers"), "memory pids\n");
  await rm(join(mount, "service/cgroup.subtree_control"));
  expect(await reason("0::/service\n")).toMatchObject({ reason: expect.stringContaining("Delegate=yes") });
});

test("a launch has a group with its limits, which tells what was hit", async () => {
  const folder = await prepared();
  const launch = await createCgroup(folder, limits, ["prlimit", "--"])("job", () => undefined);
  const group = join(folder, `job-${process.pid}-1`);
  const value = (name: string) => readFile(join(group, name), "utf8");
  expect(launch.prefix).toEqual(["prlimit", "--"]);
  expect(await value("memory.max")).toBe("1000000000");
  expect(await value("memory.oom.group")).toBe("1");
  expect(await value("pids.max")).toBe("100");
  await launch.enter(4711);
  expect(await value("cgroup.procs")).toBe("4711");

  const hit = () => launch.hit({ wasKilled: false, said: "" });
  expect(await hit()).toBeUndefined();
  await writeFile(join(group, "pids.events"), "max 3\n");
  expect(await hit()).toBe("pids");
  await writeFile(join(group, "memory.events"), "low 0\nhigh 0\nmax 12\noom 1\noom_kill 1\n");
  expect(await hit()).toBe("memory");
});

test("killing goes on until the group is empty, also where there is no cgroup.kill", async () => {
  const folder = await prepared();
  const launch = await createCgroup(folder, limits, [])("job", () => undefined);
  const group = join(folder, `job-${process.pid}-1`);
  const child = spawn("sh", ["-c", "trap '' TERM; while :; do sleep 0.05; done"], { stdio: "ignore" });
  await writeFile(join(group, "cgroup.procs"), `${child.pid}\n`);
  await writeFile(join(group, "cgroup.events"), "populated 1\nfrozen 0\n");
  const exited = once(child, "exit");
  const killed = launch.kill();
  const [, signal]: unknown[] = await exited;
  expect(signal).toBe("SIGKILL");
  await writeFile(join(group, "cgroup.events"), "populated 0\nfrozen 0\n");
  await killed;
});

test("a fork bomb is ended: refused forks, look after look", async () => {
  const folder = await prepared();
  const { promise: stopped, resolve } = Promise.withResolvers<string>();
  const launch = await createCgroup(folder, limits, [])("job", resolve);
  const group = join(folder, `job-${process.pid}-1`);
  launch.watch(1);
  let refused = 0;
  const bomb = setInterval(() => void writeFile(join(group, "pids.events"), `max ${++refused}\n`), 50);
  expect(await stopped).toBe("pids");
  clearInterval(bomb);
  await launch.kill();
  await rm(group, { recursive: true });
  await launch.close();
});
