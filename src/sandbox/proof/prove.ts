// The proof that a sandbox keeps an agent in, before one is trusted with it: programs of ours try to get out.
import { randomBytes } from "node:crypto";
import { chmod, copyFile, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { explain, UserError } from "../../errors.ts";
import { createDoors } from "../doors.ts";
import type { Launcher, LaunchOptions } from "../launch.ts";
import { createPriceTable } from "../model/prices.ts";
import type { SandboxOptions } from "../sandbox-options.ts";
import { setOutCanaries } from "./canaries.ts";
import { Found, type Verdict, verdictsOf } from "./verdicts.ts";

const probeMs = 20_000;
/** Far longer than the heart of what should be dead takes to beat. */
const quietMs = 200;
const egressPort = 3128;

/** A sandbox as far as it is put to the proof. */
interface Unproven {
  launch: Launcher;
  seen(host: { workspace: string; home: string }): { workspace: string; home: string };
  user: { uid: number; gid: number } | undefined;
  node: string;
}

/** Tries everything; what it finds. Throws UserError (`preflight`) when the sandbox starts nothing at all. */
export async function prove(sandbox: Unproven, options: SandboxOptions): Promise<Verdict[]> {
  // Beside the stage, which a wrapper shows to its programs.
  const prefix = join(dirname(options.stageRoot), `${basename(options.stageRoot)}-probe-`);
  const folder = await mkdtemp(prefix);
  try {
    await chmod(folder, 0o711);
    const identity = sandbox.user;
    const { canaries, close } = await setOutCanaries(folder, { identity, trustedPath: options.trustedPath });
    try {
      const probe = createProbe(sandbox, { folder, canaries, log: options.log });
      const verdicts = verdictsOf(await probe("writes", {}), { readOnly: false });
      verdicts.push(...verdictsOf(await probe("reads", { readOnly: true }), { readOnly: true }));
      verdicts.push(await endsWithAll(probe, folder));
      return verdicts;
    } finally {
      await close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Throws UserError (`preflight`) that names everything that does not hold. */
export function requireProof(verdicts: readonly Verdict[], what: string): void {
  const broken = verdicts.filter(({ holds }) => !holds);
  if (broken.length === 0) return;
  const list = broken.map(({ name, otherwise }) => `${name}: ${otherwise}`).join("; ");
  throw new UserError(`${what} does not keep agents in, so none is started: ${list}`, { code: "preflight" });
}

type Probe = (
  name: string,
  change: { readOnly?: boolean; stays?: boolean; signal?: AbortSignal; onLine?: (line: string) => void },
) => Promise<Found>;

function createProbe(
  sandbox: Unproven,
  { folder, canaries, log }: { folder: string; canaries: object; log: SandboxOptions["log"] },
): Probe {
  return async (name, { readOnly = false, stays = false, signal, onLine }) => {
    const place = join(folder, name);
    const [workspace, home, doorFolder] = ["tree", "home", "doors"].map((part) => join(place, part));
    if (workspace === undefined || home === undefined || doorFolder === undefined)
      throw new Error("no folders");
    await mkdir(join(workspace, ".git"), { recursive: true });
    await mkdir(home);
    // As a step's: it may be gone through and not read.
    await mkdir(doorFolder, { mode: 0o711 });
    await writeFile(join(workspace, ".git", "config"), "[core]\n");
    const script = join(workspace, "probe.mjs");
    await copyFile(probeSource(), script);
    await chmod(script, 0o644);
    const doors = await createDoors({
      providers: {},
      prices: createPriceTable(),
      clock: () => new Date(),
      log,
    })({
      folder: doorFolder,
      over: "sockets",
      allow: ["allowed.invalid:443"],
      limits: { maxCostUsd: undefined, maxRequests: undefined },
      ...(sandbox.user && { socketOwner: sandbox.user }),
      onDecision: () => undefined,
    });
    const word = randomBytes(8).toString("hex");
    const marker = `probe-${basename(folder)}-${name}`;
    const seen = sandbox.seen({ workspace, home });
    const told = { ...canaries, workspace: seen.workspace, proxyPort: egressPort, word, stays };
    const lines: string[] = [];
    const launch: LaunchOptions = {
      marker,
      workspace,
      home,
      timeoutMs: probeMs,
      stallMs: probeMs,
      signal: signal ?? new AbortController().signal,
      onLine(line) {
        if (lines.length < 10) lines.push(line);
        onLine?.(line);
      },
      onOutput: () => undefined,
      readOnly,
      doors: doors.folder,
    };
    try {
      const words = [
        "-c",
        'exec "$0" "$1/probe.mjs" "$2"',
        sandbox.node,
        seen.workspace,
        JSON.stringify(told),
      ];
      const end = await sandbox.launch(
        { binary: "sh", args: words, env: { PATCHBAY_PROBE: word }, stdin: "", homeFiles: [] },
        launch,
      );
      return parse(lines[0], end);
    } finally {
      await doors.close();
    }
  };
}

function parse(
  line: string | undefined,
  end: { exitCode: number | undefined; signal: string | undefined; stderrTail: string },
): Found {
  try {
    return Found.parse(JSON.parse(line ?? ""));
  } catch (cause) {
    const why = end.stderrTail.trim().slice(-500) || end.signal || `exit code ${end.exitCode ?? "unknown"}`;
    throw new UserError(`the sandbox does not run a program: ${line === undefined ? why : explain(cause)}`, {
      cause,
      code: "preflight",
    });
  }
}

/** Whether nothing goes on once a run is cancelled, whatever it did to live on. */
async function endsWithAll(probe: Probe, folder: string): Promise<Verdict> {
  const controller = new AbortController();
  const onLine = (line: string): void => {
    if (line === "stays") controller.abort();
  };
  await probe("ends", { stays: true, signal: controller.signal, onLine });
  const beat = join(folder, "ends", "home", "beat");
  const before = await stat(beat).catch(() => undefined);
  await delay(quietMs);
  const after = await stat(beat).catch(() => undefined);
  return {
    name: "end of everything",
    holds: before !== undefined && before.size === after?.size,
    otherwise: "a process outlives the end of its run",
  };
}

function probeSource(): string {
  return fileURLToPath(new URL(import.meta.url.endsWith(".ts") ? "probe.ts" : "probe.js", import.meta.url));
}
