// From where an attack is tried: Patchbay started as root with a sandbox user, or as a user without any rights.
import { type ChildProcess, spawn } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, open, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { z } from "zod";
import { AttackAnswer, type AttackRequest } from "./seat-protocol.ts";

const project = resolve(import.meta.dirname, "../../..");
/** nobody and nogroup, on every distribution. */
const nobody = 65_534;
const isRoot = process.getuid?.() === 0;

export type SeatName = "as root with a sandbox user" | "as an unprivileged user";

/** Those that this process can take: only root can be both. */
export const seats: SeatName[] = isRoot
  ? ["as root with a sandbox user", "as an unprivileged user"]
  : ["as an unprivileged user"];

/** The file that the seat's process was started with, open as this descriptor. */
export const inheritedDescriptor = 100;
export const inheritedText = "what a supervisor left open";

/** For the descriptors from 3 to the one before `last`. */
export function nothingUpTo(last: number): "ignore"[] {
  return Array.from({ length: last - 3 }, () => "ignore" as const);
}

interface Attempt extends AttackAnswer {
  marker: string;
  workspace: string;
  home: string;
  /** What was printed as one JSON text. */
  printed<T extends z.ZodType>(schema: T): z.infer<T>;
}

export interface Seat {
  name: SeatName;
  /** Whose everything below is; the attacks' folders lie here. */
  folder: string;
  /** The uid of the process. */
  uid: number;
  /** A workspace with a `.git`, and a HOME. */
  newFolders(): Promise<{ marker: string; workspace: string; home: string }>;
  /** Runs a fixture of test/fixtures/attacks, or any other program. */
  attack(program: string, args: string[], change?: Partial<AttackRequest>): Promise<Attempt>;
  /** Ends its process as kill -9 does. */
  kill(): void;
  close(): Promise<void>;
}

export async function openSeat(name: SeatName): Promise<Seat> {
  const drops = isRoot && name === "as an unprivileged user";
  const folder = await mkdtemp(join(tmpdir(), "patchbay-seat-"));
  await chmod(folder, 0o755);
  if (drops) await chown(folder, nobody, nobody);
  const canary = join(folder, "inherited");
  await writeFile(canary, inheritedText);
  const left = await open(canary);

  const place = drops ? await openPlace(folder) : { root: project, words: [] };
  const inPlace = (path: string): string =>
    path.startsWith(`${project}/`) ? join(place.root, relative(project, path)) : path;
  const fixtures = inPlace(join(project, "test/fixtures/attacks"));
  const drop = drops ? ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups", "--"] : [];
  const program = inPlace(join(import.meta.dirname, "seat-program.ts"));
  const node = [inPlace(process.execPath), program, join(folder, "stage"), fixtures];
  const child = spawn("env", [...place.words, ...drop, ...node], {
    cwd: "/",
    env: { PATH: (process.env["PATH"] ?? "").split(":").map(inPlace).join(":"), HOME: folder },
    stdio: ["pipe", "pipe", "inherit", ...nothingUpTo(inheritedDescriptor), left.fd],
  });
  const exited = new Promise((done) => child.once("exit", done));
  const ask = createConversation(child);
  let attempts = 0;

  async function newFolders() {
    const marker = `attack-${process.pid}-${Math.random().toString(36).slice(2)}-${++attempts}`;
    const workspace = join(folder, marker, "tree");
    const home = join(folder, marker, "home");
    await mkdir(join(workspace, ".git"), { recursive: true });
    await mkdir(home);
    await writeFile(join(workspace, ".git", "config"), "[core]\n");
    if (drops) {
      for (const path of [
        join(folder, marker),
        workspace,
        home,
        join(workspace, ".git"),
        join(workspace, ".git/config"),
      ]) {
        await chown(path, nobody, nobody);
      }
    }
    return { marker, workspace, home };
  }

  return {
    name,
    folder,
    uid: drops ? nobody : (process.getuid?.() ?? 0),
    newFolders,
    async attack(fixture, args, change = {}) {
      const folders = await newFolders();
      const interpreter = fixture.endsWith(".js") ? ["node"] : fixture.endsWith(".pl") ? ["perl"] : undefined;
      const [binary = "", ...words] = interpreter
        ? [...interpreter, join(fixtures, fixture), ...args]
        : [fixture, ...args];
      const request = { how: "bwrap" as const, ...folders, binary, args: words, ...change };
      const answer = await ask(request);
      return {
        ...answer,
        marker: request.marker,
        workspace: request.workspace,
        home: request.home,
        printed: (schema) => schema.parse(JSON.parse(answer.lines.join("\n"))),
      };
    },
    kill: () => void child.kill("SIGKILL"),
    async close() {
      child.stdin?.end();
      await exited;
      await left.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

function createConversation(child: ChildProcess) {
  const waiting = new Map<number, (answer: AttackAnswer) => void>();
  let fail: (error: Error) => void = () => undefined;
  const gone = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  gone.catch(() => undefined);
  child.once("error", fail);
  child.once("exit", (code) => fail(new Error(`the seat's process ended with ${code}`)));
  if (!child.stdout || !child.stdin) throw new Error("the seat's process has no pipes");
  createInterface({ input: child.stdout }).on("line", (line) => {
    const answer = AttackAnswer.parse(JSON.parse(line));
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  const { stdin } = child;
  let last = 0;
  return (request: object): Promise<AttackAnswer> => {
    const id = ++last;
    const answer = new Promise<AttackAnswer>((done) => waiting.set(id, done));
    stdin.write(`${JSON.stringify({ ...request, id })}\n`);
    return Promise.race([answer, gone]);
  };
}

/**
 * Where an unprivileged user finds this project. A checkout below a closed folder is shown elsewhere, in a mount
 * namespace of the seat's own.
 */
async function openPlace(folder: string): Promise<{ root: string; words: string[] }> {
  for (let at = project; at !== "/"; at = dirname(at)) {
    if (((await stat(at)).mode & 0o001) !== 0) continue;
    const root = join(folder, "project");
    await mkdir(root);
    const script = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';
    return { root, words: ["unshare", "--mount", "sh", "-c", script, "sh", project, root] };
  }
  return { root: project, words: [] };
}
