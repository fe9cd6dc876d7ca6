// One commit to one branch, at most once (git-push(1)).
import { TransientError, UserError } from "../errors.ts";
import { ExecError } from "../io/exec.ts";
import type { Git, GitAuth, GitCall } from "../io/git.ts";
import { fetchError } from "../io/mirror.ts";

export interface PushRequest {
  call: GitCall;
  auth: GitAuth;
  branch: string;
  sha: string;
  /** Where the branch must stand now: a commit, or null when it must not exist. */
  expected: string | null;
  /** Whether a branch that stands elsewhere has our commit below what others added. Asked only then. */
  isBelow: (head: string) => Promise<boolean>;
}

/**
 * Puts the branch at `sha`; nothing happens when it is there, or was and others have gone on from it. Throws UserError `conflict` when it stands neither
 * there nor where it was expected, UserError `github` when GitHub forbids the push, TransientError when it may go
 * better next time.
 */
export async function pushBranch(git: Git, request: PushRequest): Promise<void> {
  const { call, auth, branch, sha, expected } = request;
  const ref = `refs/heads/${branch}`;
  const found = await remoteHead(git, request, ref);
  if (found === sha) return;
  if (found !== (expected ?? undefined)) {
    if (found !== undefined && (await request.isBelow(found))) return;
    throw movedError(branch);
  }
  try {
    await git(
      [
        "push",
        "--quiet",
        "--no-verify",
        `--force-with-lease=${ref}:${expected ?? ""}`,
        auth.url,
        `${sha}:${ref}`,
      ],
      { ...call, auth, timeoutMs: 900_000 },
    );
  } catch (cause) {
    // A push whose answer was lost may have been done, and HTTP's own repeat of it then finds the branch taken.
    const now = await remoteHead(git, request, ref).catch(() => undefined);
    if (now !== sha) throw pushError(branch, cause);
  }
}

async function remoteHead(git: Git, request: PushRequest, ref: string): Promise<string | undefined> {
  const { call, auth, branch } = request;
  try {
    const output = await git(["ls-remote", "--refs", auth.url, ref], { ...call, auth });
    const lines = output.stdout.toString("utf8").split("\n");
    return lines.find((text) => text.endsWith(`\t${ref}`))?.split("\t")[0];
  } catch (cause) {
    throw fetchError(`reading the branch ${branch} at GitHub`, cause);
  }
}

function movedError(branch: string, cause?: unknown): UserError {
  return new UserError(
    `pushing to ${branch}: the branch has moved since the job began, so the change was not pushed; ask again to start from where it is now`,
    { cause, code: "conflict" },
  );
}

/** What git and GitHub said about a push, as a person's task or as something that may pass. */
export function pushError(branch: string, cause: unknown): Error {
  const action = `pushing to ${branch}`;
  if (!(cause instanceof ExecError)) return new Error(action, { cause });
  const said = cause.stderr;
  if (/refusing to allow .* workflow|without `?workflows?`? (?:permission|scope)/i.test(said)) {
    return new UserError(
      `${action}: GitHub lets an App change files under .github/workflows only with the "workflows" permission, which Patchbay does not have; apply the patch by hand`,
      { cause, code: "github" },
    );
  }
  if (/stale info|non-fast-forward|fetch first|cannot lock ref|reference already exists/i.test(said))
    return movedError(branch, cause);
  if (/protected branch|GH006|GH013|rule violations|hook declined|archived/i.test(said)) {
    return new UserError(
      `${action}: GitHub refused (${remoteWords(said)}); change the rule or apply the patch by hand`,
      {
        cause,
        code: "github",
      },
    );
  }
  if (/error: 40[134]|Authentication failed|Permission to .* denied|not found/i.test(said)) {
    return new UserError(
      `${action}: GitHub refused; check that the App is still installed on the repository and may write its contents`,
      { cause, code: "github" },
    );
  }
  return new TransientError(`${action}: no success`, { cause });
}

/** What the other side said, without git's own decoration. */
function remoteWords(stderr: string): string {
  const words = stderr
    .split("\n")
    .filter((text) => /^remote: |^ ! \[/.test(text))
    .map((text) => text.replace(/^remote:\s*(?:error:\s*)?/, "").trim())
    .filter((text) => text !== "");
  return words.join(" ").slice(0, 400) || "no reason given";
}
