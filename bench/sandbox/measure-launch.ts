// What it costs to start a program in the sandbox, beside starting it without anything around it.
import { chmod, chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { startAgentProcess } from "../../src/io/agent-process.ts";
import { listen } from "../../src/sandbox/listen.ts";
import { openSandbox } from "../../src/sandbox/sandbox.ts";
import { median } from "../queue/quantile.ts";

/** Of all rounds, in ms. */
export interface Taken {
  median: number;
  fastest: number;
}

export interface Launched {
  bare: Taken;
  /** In the sandbox without any network, and with the doors to the proxies. */
  withoutNetwork: Taken;
  withNetwork: Taken;
  /** Opening and proving the sandbox, once in the life of a process. */
  openMs: number;
  tier: string;
}

/** Medians of `rounds` starts of true(1), in turns. As root they run as nobody. */
export async function measureLaunch(rounds: number): Promise<Launched> {
  const folder = await mkdtemp(join(tmpdir(), "patchbay-bench-"));
  await chmod(folder, 0o755);
  const path = "/usr/local/bin:/usr/bin:/bin";
  const begin = performance.now();
  const sandbox = await openSandbox({
    kind: "bwrap",
    environment: { PATH: path },
    graceMs: 1000,
    user: process.getuid?.() === 0 ? "nobody" : undefined,
    limits: { memoryBytes: 8e9, pids: 1024, fileBytes: 2e9, outputBytes: 1e8 },
    mounts: [],
    trustedPath: path,
    stageRoot: join(folder, "stage"),
    log: pino({ level: "silent" }),
  });
  const openMs = performance.now() - begin;

  const [workspace, home, doors] = [join(folder, "tree"), join(folder, "home"), join(folder, "doors")];
  await mkdir(join(workspace, ".git"), { recursive: true });
  await mkdir(home);
  await mkdir(doors);
  const open = [];
  for (const name of ["egress.sock", "model.sock"]) {
    const door = { server: createServer(), settled: async () => undefined };
    open.push(await listen(door, join(doors, name), sandbox.user));
  }
  if (sandbox.user) await chown(doors, sandbox.user.uid, sandbox.user.gid);

  const inSandbox = (folderOfDoors: string | undefined) => async (): Promise<void> => {
    const { exitCode } = await sandbox.launch(
      { binary: "true", args: [], env: {}, stdin: "", homeFiles: [] },
      {
        marker: "bench",
        workspace,
        home,
        timeoutMs: 20_000,
        stallMs: 20_000,
        signal: new AbortController().signal,
        onLine: () => undefined,
        onOutput: () => undefined,
        readOnly: false,
        doors: folderOfDoors,
      },
    );
    if (exitCode !== 0) throw new Error(`true ended with ${exitCode}`);
  };
  const bare = async (): Promise<void> => {
    const started = await startAgentProcess({
      file: "/usr/bin/true",
      args: [],
      cwd: "/",
      env: {},
      stdin: "",
      onStdout: () => undefined,
      onStderr: () => undefined,
    });
    await started.ended;
  };

  const ways = { bare, without: inSandbox(undefined), with: inSandbox(doors) };
  const taken = { bare: [] as number[], without: [] as number[], with: [] as number[] };
  for (let round = -3; round < rounds; round++) {
    for (const name of ["bare", "without", "with"] as const) {
      const start = performance.now();
      await ways[name]();
      if (round >= 0) taken[name].push(performance.now() - start);
    }
  }
  await Promise.all(open.map((door) => door.close()));
  await rm(folder, { recursive: true, force: true });
  return {
    bare: summary(taken.bare),
    withoutNetwork: summary(taken.without),
    withNetwork: summary(taken.with),
    openMs,
    tier: sandbox.tier,
  };
}

function summary(times: readonly number[]): Taken {
  return { median: median(times), fastest: Math.min(...times) };
}
