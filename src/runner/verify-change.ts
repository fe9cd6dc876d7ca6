// The repository's own commands on what an agent has left, in the agent's sandbox and without any network.
//
// They come from the job's spec, so from the base branch, but what they run is the checkout: as hostile as its agent. They
// get a HOME of their own, no doors and no key, and what they change of the checkout is undone.
import { join } from "node:path";
import { createSink } from "../artifacts/bounded-sink.ts";
import type { Verified, Verify, VerifyRun } from "../job/verify.ts";
import { readable } from "../publisher/render/fence.ts";
import type { End } from "../sandbox/launch.ts";
import type { RunnerDeps } from "./deps.ts";
import type { StepRun } from "./step-run.ts";

/** Of each command's output: where it fails stands at its end. */
const maxToldChars = 6000;

export interface VerifyEnd {
  status: Verified["status"];
  runs: VerifyRun[];
}

/** Runs all commands, one after the other; a stop of the step ends them. Their output is in the step's verify.txt. */
export async function verifyChange(
  deps: Pick<RunnerDeps, "artifacts" | "sandbox" | "redactor" | "limits" | "clock">,
  { spec, step, workspace, signal }: StepRun,
  { run: commands, timeout_sec: timeoutSec }: Verify,
): Promise<VerifyEnd> {
  const sandbox = await deps.sandbox();
  const home = await workspace.openHome(`.verify-${step.step_id}`);
  const path = join(deps.artifacts.stepFolder(spec.job_id, step.step_id), "verify.txt");
  const sink = createSink(path, deps.redactor.stream(), deps.limits.maxOutputChars);
  const runs: VerifyRun[] = [];
  try {
    for (const command of commands) {
      if (signal.aborted) break;
      sink.write(`$ ${command}\n`);
      const startedAt = deps.clock().getTime();
      const mask = deps.redactor.stream();
      let tail = "";
      const end = await sandbox.launch(
        { binary: "sh", args: ["-c", command], env: { CI: "true" }, stdin: "", homeFiles: [] },
        {
          marker: `${spec.job_id}/${step.step_id}`,
          workspace: workspace.tree,
          home,
          readOnly: false,
          doors: undefined,
          timeoutMs: timeoutSec * 1000,
          // A test run may be silent to its end.
          stallMs: timeoutSec * 1000,
          signal,
          onLine: () => undefined,
          onOutput(_stream, chunk) {
            sink.write(chunk);
            tail = (tail + mask.push(chunk)).slice(-2 * maxToldChars);
          },
        },
      );
      const status = statusOf(end);
      const output = status === "passed" ? undefined : masked(deps, plain(tail + mask.flush()));
      runs.push({
        command,
        status,
        exit_code: end.exitCode ?? null,
        duration_ms: Math.max(0, deps.clock().getTime() - startedAt),
        ...(output !== undefined && { output: endOf(output) }),
      });
      sink.write(`\n→ ${status}${end.exitCode === undefined ? "" : ` (${end.exitCode})`}\n\n`);
    }
  } finally {
    sink.close();
  }
  const hasPassed = runs.length === commands.length && runs.every((one) => one.status === "passed");
  return { status: hasPassed ? "passed" : "failed", runs };
}

const endOf = (text: string): string =>
  text.length <= maxToldChars ? text : `[… cut …]\n${text.slice(-maxToldChars)}`;

/** Once more: a secret may have stood between colours. */
function masked({ redactor }: Pick<RunnerDeps, "redactor">, text: string): string {
  const mask = redactor.stream();
  return mask.push(text) + mask.flush();
}

/** Of lines that were written over only the last state, and without colours. */
function plain(output: string): string {
  return readable(output.replaceAll("\r\n", "\n").replaceAll(/[^\n]*\r/g, "")).trim();
}

function statusOf({ exitCode, ended }: End): VerifyRun["status"] {
  if (ended === "timeout" || ended === "stalled") return "timeout";
  if (ended !== undefined) return "stopped";
  return exitCode === 0 ? "passed" : "failed";
}
