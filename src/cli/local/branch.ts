// The gated patch as a branch of the repository on this machine; its work tree stays as it is.
import { homedir } from "node:os";
import { UserError } from "../../errors.ts";
import { run } from "../../io/exec.ts";
import type { JobSpec } from "../../job/job-spec.ts";
import type { JobResult } from "../../job/result.ts";
import { withCommit } from "../../publisher/commit.ts";
import type { Rooms } from "../rooms.ts";
import type { LocalRepository } from "./repository.ts";

/** Makes the branch, once, and returns its name; what the gate held is the caller's to know. Throws UserError when the patch is gone, or the branch can't be made. */
export async function makeBranch(
  rooms: Rooms,
  job: { spec: JobSpec; result: JobResult; repository: LocalRepository },
): Promise<string> {
  const { artifacts, config, git, mirrors } = rooms;
  const { spec, result, repository } = job;
  const patch = await artifacts.readPatch(spec.job_id);
  if (!result.patch || !patch) throw new UserError("there is no patch to put on a branch");
  const mirror = await mirrors.fetchLocal(repository.folder, repository.base.sha, spec.job_id);
  const branch = `patchbay/${slug(spec.goal)}-${spec.job_id.slice(-6)}`;
  const request = {
    jobId: spec.job_id,
    mirror,
    baseSha: repository.base.sha,
    patch,
    expected: result.patch,
    message: message(spec, result),
    identity: {
      ...(await author(repository, config.trustedPath)),
      dateSec: Math.floor(Date.parse(spec.created_at) / 1000),
    },
  };
  await withCommit({ git, workRoot: config.workspacesRoot }, request, async ({ sha, call }) => {
    await git(["push", "--quiet", "--no-verify", repository.gitDir, `${sha}:refs/heads/${branch}`], {
      ...call,
      allowFile: true,
    });
  });
  return branch;
}

function slug(goal: string): string {
  const words = goal
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return words.slice(0, 40).replace(/-+$/, "") || "change";
}

function message(spec: JobSpec, result: JobResult): string {
  const [first = ""] = spec.goal.split("\n");
  const subject = first.length <= 72 ? first : `${first.slice(0, 71)}…`;
  return `${subject}\n\n${result.summary}\n\nPatchbay-Job: ${spec.job_id}\n`;
}

/** Who commits here, by the repository's or the person's own configuration. */
async function author({ folder }: LocalRepository, path: string): Promise<{ name: string; email: string }> {
  const read = async (key: string): Promise<string> => {
    const env = { PATH: path, HOME: homedir(), LC_ALL: "C" };
    const options = { env, timeoutMs: 20_000, okExitCodes: [1] };
    return (await run("git", ["-C", folder, "config", "--get", key], options)).stdout.toString("utf8").trim();
  };
  return {
    name: (await read("user.name")) || "Patchbay",
    email: (await read("user.email")) || "patchbay@localhost",
  };
}
