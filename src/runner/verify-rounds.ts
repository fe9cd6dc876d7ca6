// Whether a step's change stands: the repository's commands are run on it, and their failure goes back to the agent.
import type { Agent } from "../agents/agent.ts";
import { explain, UserError } from "../errors.ts";
import type { ErrorCode } from "../job/error-code.ts";
import type { Verified, VerifyRun } from "../job/verify.ts";
import { isReadOnly } from "../job/step-spec.ts";
import { codeSpan } from "../publisher/render/fence.ts";
import type { RunnerDeps } from "./deps.ts";
import { takeSnapshot } from "./patch.ts";
import type { StepRun } from "./step-run.ts";
import { verifyChange } from "./verify-change.ts";

type Verdict =
  | { kind: "stands" }
  /** The agent is to mend it; `told` is what the commands said, of which nothing is trusted. */
  | { kind: "back"; told: string }
  | { kind: "fails"; code: ErrorCode; message: string };

export interface VerifyRounds {
  /** Tries the tree that the checkout is. What the commands change of it is undone. */
  try(agent: Agent, tree: string): Promise<Verdict>;
  /** What came of it; undefined as long as there was nothing to try. */
  verified(): Verified | undefined;
  /** What the commands changed, or that they fail and nobody minds. */
  warnings: readonly string[];
}

export function openVerifyRounds(deps: RunnerDeps, run: StepRun): VerifyRounds {
  const { verify } = run.spec;
  const warnings: string[] = [];
  let sentBack = 0;
  let verified: Verified | undefined;

  return {
    warnings,
    verified: () => verified,
    async try(agent, tree) {
      verified = undefined;
      if (!verify || isReadOnly(run.step.role) || tree === run.changeFrom) return { kind: "stands" };
      if (agent.simulated) {
        verified = { status: "not_run", sent_back: sentBack, runs: [] };
        return { kind: "stands" };
      }
      const tried = await verifyChange(deps, run, verify).catch(cannotRun);
      if (tried instanceof UserError) return { kind: "fails", code: tried.code, message: explain(tried) };
      const { status, runs } = tried;
      if (await undo(deps, run, tree)) {
        const told = "the commands of verify changed files that git doesn't ignore; that was undone";
        if (!warnings.includes(told)) warnings.push(told);
      }
      verified = { status, sent_back: sentBack, runs };
      if (status === "passed" || run.signal.aborted) return { kind: "stands" };
      const failed = runs.filter((one) => one.status !== "passed");
      if (sentBack < verify.rounds) {
        sentBack += 1;
        return { kind: "back", told: failed.map(toldOf).join("\n\n") };
      }
      const names = failed.map(({ command }) => codeSpan(command));
      const message = `${names.join(" and ")} failed on the change${sentBack > 0 ? `, also after it was sent back ${sentBack === 1 ? "once" : `${sentBack} times`}` : ""}`;
      if (verify.on_failure === "stop") return { kind: "fails", code: "verify", message };
      warnings.push(message);
      return { kind: "stands" };
    },
  };
}

/** The sandbox is not as it should be, which a person can mend. */
function cannotRun(error: unknown): UserError {
  if (error instanceof UserError) return error;
  throw error;
}

function toldOf({ command, status, exit_code: exitCode, output }: VerifyRun): string {
  const end = status === "failed" ? `exit code ${exitCode ?? "unknown"}` : status;
  return `$ ${command}\n${output ?? ""}\n→ ${end}`;
}

/** Makes the checkout the tree again, where it isn't any more; what git ignores stays. */
async function undo({ git }: RunnerDeps, { workspace }: StepRun, tree: string): Promise<boolean> {
  try {
    if ((await takeSnapshot(git, workspace)).tree === tree) return false;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    await workspace.checkOut(tree);
    return true;
  }
  await workspace.goOn(tree);
  return true;
}
