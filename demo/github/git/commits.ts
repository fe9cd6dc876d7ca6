// Commits as data.
import type { GitRepository, Identity } from "./repository.ts";

export interface Commit {
  sha: string;
  tree: string;
  parents: string[];
  author: Identity;
  committer: Identity;
  message: string;
}

const format = ["%H", "%T", "%P", "%an", "%ae", "%aI", "%cn", "%ce", "%cI", "%B"].join("%x1f");

export interface LogOptions {
  path?: string | undefined;
  author?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  max?: number;
  reverse?: boolean;
}

/** The commits of a revision or range (`git log <range>`), newest first unless `reverse`. */
export async function log(
  repository: GitRepository,
  range: readonly string[],
  options: LogOptions = {},
): Promise<Commit[]> {
  const args = ["log", "-z", `--format=${format}`];
  if (options.author) args.push(`--author=${options.author}`);
  if (options.since) args.push(`--since=${options.since}`);
  if (options.until) args.push(`--until=${options.until}`);
  if (options.max !== undefined) args.push(`--max-count=${options.max}`);
  if (options.reverse === true) args.push("--reverse");
  args.push(...range, "--", ...(options.path ? [options.path] : []));
  const out = await repository.text(args);
  return out.split("\0").filter(Boolean).map(parse);
}

/** One commit. Throws GitError when there is none. */
export async function readCommit(repository: GitRepository, sha: string): Promise<Commit> {
  const [commit] = await log(repository, [sha], { max: 1 });
  if (!commit) throw new Error(`reading commit ${sha}`);
  return commit;
}

function parse(record: string): Commit {
  const [sha = "", tree = "", parents = "", an = "", ae = "", ad = "", cn = "", ce = "", cd = "", ...body] =
    record.split("\x1f");
  return {
    sha,
    tree,
    parents: parents.split(" ").filter(Boolean),
    author: { name: an, email: ae, date: utc(ad) },
    committer: { name: cn, email: ce, date: utc(cd) },
    message: body.join("\x1f").replace(/\n+$/, ""),
  };
}

function utc(date: string): string {
  return new Date(date).toISOString().replace(/\.\d+Z$/, "Z");
}
