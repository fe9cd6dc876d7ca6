// Paths whose change decides what runs elsewhere, or who may do what.
import picomatch from "picomatch";
import type { Finding } from "../../job/finding.ts";
import { foldPath } from "./names.ts";

type Protection = Pick<Finding, "rule" | "message">;

/** What a path is protected for; undefined when it isn't. */
export type ProtectedPaths = (path: string) => Protection | undefined;

const reasons: readonly [RegExp, Protection][] = [
  [
    /^\.github(?:$|\/(?:workflows|actions)(?:\/|$))/,
    { rule: "workflow", message: "a change here runs code in CI" },
  ],
  [/^\.github\/agent\.ya?ml$/, { rule: "protected", message: "it says what Patchbay may do here" }],
  [/(?:^|\/)codeowners$/, { rule: "protected", message: "it says who reviews what" }],
  [/^\.gitmodules$/, { rule: "submodule", message: "submodules fetch other people's code" }],
  [
    /(?:^|\/)(?:claude(?:\.local)?\.md|agents(?:\.override)?\.md)$/,
    { rule: "protected", message: "it tells other agents what to do" },
  ],
  [
    /(?:^|\/)\.(?:claude|codex|opencode|husky|mcp\.json)(?:\/|$)|(?:^|\/)opencode\.jsonc?$/,
    { rule: "protected", message: "it makes programs run on a developer's machine" },
  ],
];

/**
 * Matches paths against globs (picomatch), whatever their case and whatever another file system would drop from
 * them. A file or link in place of a folder in which something is protected is protected too.
 */
export function createProtectedPaths(globs: readonly string[]): ProtectedPaths {
  const folded = globs.map((glob) => glob.toLowerCase());
  const matchers = folded.map((glob) => picomatch(glob, { dot: true }));
  const folders = new Set(folded.flatMap((glob) => parents(glob)));
  return (path) => {
    const plain = foldPath(path);
    const at = matchers.findIndex((matches) => matches(plain));
    if (at === -1 && !folders.has(plain)) return undefined;
    const known = reasons.find(([pattern]) => pattern.test(plain))?.[1];
    return known ?? { rule: "protected", message: `a protected path (${globs[at] ?? "a folder of one"})` };
  };
}

/** The folders that a glob names before its first wildcard. */
function parents(glob: string): string[] {
  const { base, isGlob } = picomatch.scan(glob);
  const parts = base.split("/").filter((part) => part !== "");
  const depth = isGlob ? parts.length : parts.length - 1;
  return Array.from({ length: depth }, (_, count) => parts.slice(0, count + 1).join("/"));
}
