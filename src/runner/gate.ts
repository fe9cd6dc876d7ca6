// The patch gate: what may be pushed. It looks at the resulting tree, never at the patch's text.
import { blobSizes, readBlobs } from "../io/git-objects.ts";
import type { Git, GitCall } from "../io/git.ts";

export interface Finding {
  rule: "workflow" | "submodule" | "link" | "path" | "size" | "secret" | "protected";
  /** The file, shown as text. */
  path: string;
  message: string;
}

export interface GateLimits {
  maxFiles: number;
  maxBlobBytes: number;
}

/** One entry of `git diff-tree --raw` (git-diff-tree(1)). */
export interface RawChange {
  oldMode: string;
  newMode: string;
  newSha: string;
  status: string;
  path: string;
}

/** Paths whose change decides what runs elsewhere, or who may do what. */
const protectedPaths: readonly { pattern: RegExp; rule: Finding["rule"]; why: string }[] = [
  {
    pattern: /^\.github(?:\/(?:workflows|actions)(?:\/|$)|$)/i,
    rule: "workflow",
    why: "a change here runs code in CI",
  },
  { pattern: /^\.github\/agent\.ya?ml$/i, rule: "protected", why: "it says what Patchbay may do here" },
  { pattern: /^(?:|docs\/|\.github\/)CODEOWNERS$/i, rule: "protected", why: "it says who reviews what" },
  { pattern: /^\.gitmodules$/i, rule: "submodule", why: "submodules fetch other people's code" },
  {
    pattern:
      /(?:^|\/)(?:\.claude|\.codex|\.opencode|\.husky)(?:\/|$)|(?:^|\/)(?:\.mcp\.json|opencode\.jsonc?)$/i,
    rule: "protected",
    why: "it makes programs run on a developer's machine",
  },
];

/** Ways in which file systems spell ".git" (git-config(1), core.protectHFS and core.protectNTFS). */
const gitLike = /^(?:\.git|git~\d+)[ .]*(?::.*)?$/i;

/** Characters that some file systems drop from a name. */
const ignorable = /[\p{Cc}\p{Cf}]/gu;

/** What stands against pushing these changes; empty when nothing does. Pure. */
export function screenChanges(changes: readonly RawChange[], limits: GateLimits): Finding[] {
  const findings: Finding[] = [];
  if (changes.length > limits.maxFiles) {
    findings.push({
      rule: "size",
      path: "",
      message: `${changes.length} files changed, ${limits.maxFiles} are allowed`,
    });
  }
  for (const change of changes) {
    const { path } = change;
    const hit = protectedPaths.find(({ pattern }) => pattern.test(path));
    if (hit) findings.push({ rule: hit.rule, path, message: hit.why });
    if (path.split(/[/\\]/).some((part) => gitLike.test(part.replace(ignorable, "")) || part === "..")) {
      findings.push({ rule: "path", path, message: "the name can be taken for git's own folder" });
    }
    if (change.newMode === "160000" || change.oldMode === "160000") {
      findings.push({ rule: "submodule", path, message: "a submodule was added, changed or removed" });
    }
  }
  return findings;
}

/**
 * Where a symbolic link at `path` leads, as long as that surely is inside the tree; undefined when it may leave it.
 * Only leading `..` count: one that follows a name could start from wherever another link leads.
 */
export function linkTarget(path: string, target: string): string | undefined {
  if (target === "" || target.startsWith("/") || target.includes("\\") || target.includes("\0"))
    return undefined;
  const parts = target.split("/").filter((part) => part !== "" && part !== ".");
  const ups = parts.findIndex((part) => part !== "..");
  const down = ups === -1 ? [] : parts.slice(ups);
  const depth = path.split("/").length - 1;
  const up = parts.length - down.length;
  if (up > depth || down.includes("..") || down.some((part) => gitLike.test(part.replace(ignorable, ""))))
    return undefined;
  return [...path.split("/").slice(0, depth - up), ...down].join("/");
}

/** Reads and screens the change between two trees: paths, modes, links, sizes, secrets in what was added. */
export async function screenTrees(options: {
  git: Git;
  call: GitCall;
  from: string;
  to: string;
  limits: GateLimits;
  /** The names of the secrets that a text holds. */
  secretsIn: (text: string) => string[];
}): Promise<Finding[]> {
  const { git, call, limits } = options;
  const raw = await git(
    ["diff-tree", "-r", "--raw", "-z", "--no-abbrev", "--no-renames", options.from, options.to],
    call,
  );
  const changes = parseRawChanges(raw.stdout);
  const findings = screenChanges(changes, limits);
  const added = new Map<string, RawChange[]>();
  for (const change of changes) {
    if (change.newMode === "000000" || change.newMode === "160000") continue;
    added.set(change.newSha, [...(added.get(change.newSha) ?? []), change]);
  }
  const sizes = await blobSizes(git, call, [...added.keys()]);
  for (const { sha, size } of sizes.filter((blob) => blob.size > limits.maxBlobBytes)) {
    const message = `${size} bytes, ${limits.maxBlobBytes} are allowed`;
    findings.push(...(added.get(sha) ?? []).map(({ path }) => ({ rule: "size" as const, path, message })));
  }
  const readable = sizes.filter((blob) => blob.size <= limits.maxBlobBytes);
  for await (const { sha, content } of readBlobs(git, call, readable)) {
    for (const change of added.get(sha) ?? [])
      findings.push(...screenBlob(change, content, options.secretsIn));
  }
  return findings;
}

function screenBlob(
  { newMode, path }: RawChange,
  content: Buffer,
  secretsIn: (text: string) => string[],
): Finding[] {
  const findings: Finding[] = [];
  if (newMode === "120000" && linkTarget(path, content.toString("utf8")) === undefined) {
    findings.push({ rule: "link", path, message: "a symbolic link that leads out of the repository" });
  }
  for (const name of secretsIn(`${path}\n${content.toString("latin1")}`)) {
    findings.push({ rule: "secret", path, message: `it holds a secret (${name})` });
  }
  return findings;
}

/** Parses `diff-tree --raw -z`. */
export function parseRawChanges(output: Buffer): RawChange[] {
  const changes: RawChange[] = [];
  const fields = output.toString("utf8").split("\0");
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [oldMode = "", newMode = "", , newSha = "", status = ""] = (fields[at] ?? "").slice(1).split(" ");
    changes.push({ oldMode, newMode, newSha, status, path: fields[at + 1] ?? "" });
  }
  return changes;
}
