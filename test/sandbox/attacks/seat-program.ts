// The process that opens sandboxes for the attack tests, as root with a sandbox user or as an unprivileged user.
//
//   node seat-program.ts STAGE MOUNT    requests on standard input, answers on standard output
import { createInterface } from "node:readline";
import { createBwrapLauncher } from "../../../src/sandbox/bwrap/launcher.ts";
import { openBwrap } from "../../../src/sandbox/bwrap/open-bwrap.ts";
import type { Launcher } from "../../../src/sandbox/launch.ts";
import { openUnproven } from "../../../src/sandbox/sandbox.ts";
import { testOptions } from "../open-test-sandbox.ts";
import { type AttackAnswer, AttackRequest } from "./seat-protocol.ts";

const [stageRoot = "", mount = ""] = process.argv.slice(2);
/** A filter of one instruction: every call is allowed. */
const openFilter = Buffer.from("060000000000ff7f", "hex");

async function launcherFor({
  how,
  graceMs,
  memoryBytes,
  pids,
  fileBytes,
  outputBytes,
}: AttackRequest): Promise<Launcher> {
  const base = testOptions({ kind: how === "none" ? "none" : "bwrap", stageRoot, mounts: [mount] });
  const changes = Object.entries({ memoryBytes, pids, fileBytes, outputBytes });
  const limits = {
    ...base.limits,
    ...Object.fromEntries(changes.filter(([, value]) => value !== undefined)),
  };
  const user = process.getuid?.() === 0 ? "nobody" : undefined;
  const options = { ...base, limits, user, ...(graceMs !== undefined && { graceMs }) };
  if (how !== "open-filter") return (await openUnproven(options)).sandbox.launch;
  return createBwrapLauncher({ ...(await openBwrap(options)), seccomp: openFilter });
}

async function attack(request: AttackRequest): Promise<AttackAnswer> {
  const { id, args, env, homeFiles } = request;
  const lines: string[] = [];
  let outputChars = 0;
  const controller = new AbortController();
  try {
    const launch = await launcherFor(request);
    const end = await launch(
      { binary: request.binary, args, env, stdin: "", homeFiles },
      {
        ...request,
        doors: request.doors,
        signal: controller.signal,
        onLine(line) {
          if (lines.length < 1000) lines.push(line);
          if (request.cancelOnLine) controller.abort();
        },
        onOutput(_stream, chunk) {
          outputChars += chunk.length;
        },
      },
    );
    return { id, end, lines, outputChars };
  } catch (error) {
    return {
      id,
      error: error instanceof Error ? error.message : String(error),
      lines,
      outputChars,
    };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await attack(AttackRequest.parse(JSON.parse(line)));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
