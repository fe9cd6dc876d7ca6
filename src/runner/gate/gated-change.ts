// A job's change: its patch, what the gate says of it, and whether it is held.
import { createHash } from "node:crypto";
import { explain, UserError } from "../../errors.ts";
import { type Finding, gateDetails } from "../../job/finding.ts";
import type { JobResult, ResultError } from "../../job/result.ts";
import type { RunnerDeps } from "../deps.ts";
import { diffTrees } from "../patch.ts";
import type { Workspace } from "../workspace.ts";
import { screenTrees } from "./screen-trees.ts";

export interface GatedChange {
  /** Null when nothing changed, or when the change can't be kept. */
  patch: JobResult["patch"];
  /** patch.diff */
  bytes: Buffer | undefined;
  secretsCheck: JobResult["secrets_check"];
  /** Why it is held; without a patch: why there is none. */
  error: ResultError | undefined;
  notes: string[];
}

export const unchanged: GatedChange = {
  patch: null,
  bytes: undefined,
  secretsCheck: "passed",
  error: undefined,
  notes: [],
};

/** The change from the base to the final tree, and what the gate says of it. */
export async function gatedChange(
  deps: Pick<RunnerDeps, "git" | "limits" | "gate" | "redactor" | "log">,
  {
    workspace,
    baseSha,
    tree,
    isHeld,
  }: { workspace: Workspace; baseSha: string; tree: string; /** Whatever it is. */ isHeld: boolean },
): Promise<GatedChange> {
  const { git, limits, gate } = deps;
  if (tree === workspace.baseTree) return unchanged;
  const between = { from: workspace.baseTree, to: tree };
  try {
    const bytes = await diffTrees(git, workspace, { ...between, maxBytes: limits.maxPatchBytes });
    const { findings: found, notes } = await screenTrees({
      git,
      call: workspace.call,
      ...between,
      policy: gate,
      secretsIn: (text) => deps.redactor.find(text),
    });
    const findings = found.length === 0 && isHeld ? [heldByRule] : found;
    const files = countFiles(bytes);
    const said =
      findings.length === 0 ? "the patch passes" : `the patch is held, findings: ${findings.length}`;
    deps.log.info({ stage: "gate" }, `${said}: files ${files}, bytes ${bytes.length}`);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return {
      patch: { base_sha: baseSha, tree, sha256, files, bytes: bytes.length },
      bytes,
      secretsCheck: findings.some(({ rule }) => rule === "secret") ? "failed" : "passed",
      error: gateError(findings),
      notes,
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...unchanged, error: { code: error.code, message: explain(error), details: {} } };
  }
}

const heldByRule: Finding = {
  rule: "hold",
  path: "",
  message: "every change in this repository is applied by a person, as .github/agent.yml has it",
};

function countFiles(patch: Buffer): number {
  let files = 0;
  const head = "diff --git ";
  for (let at = patch.indexOf(head); at !== -1; at = patch.indexOf(`\n${head}`, at + 1)) files++;
  return files;
}

function gateError(findings: readonly Finding[]): ResultError | undefined {
  if (findings.length === 0) return undefined;
  const details = gateDetails(findings);
  const told = details.findings
    .slice(0, 10)
    .map(({ path, line, message }) => `${place(path, line)}: ${message}`);
  const more = details.total > told.length ? [`and ${details.total - told.length} more`] : [];
  return {
    code: findings.some(({ rule }) => rule === "secret") ? "secrets_check_failed" : "gate",
    message: `the patch is held: ${[...told, ...more].join("; ")}`,
    details,
  };
}

function place(path: string, line: number | undefined): string {
  if (path === "") return "the change";
  return line === undefined ? path : `${path}:${line}`;
}
