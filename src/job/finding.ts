// What the patch gate says against a change, and who may release it all the same.
import { z } from "zod";

const Rule = z.enum([
  /** It changes what runs in CI. */
  "workflow",
  /** It changes what runs elsewhere, or who may do what. */
  "protected",
  "submodule",
  /** A symbolic link that leads out of the repository. */
  "link",
  /** A name that means something else to another file system, or to a reader. */
  "path",
  "mode",
  /** Two names that are one on some file systems. */
  "collision",
  "size",
  "binary",
  /** The content of a file that Git LFS keeps elsewhere. */
  "lfs",
  "secret",
  /** It could not be searched for secrets. */
  "unsearched",
  /** The repository has every change applied by a person. */
  "hold",
]);
type Rule = z.infer<typeof Rule>;

export const Finding = z.strictObject({
  rule: Rule,
  /** The file, shown as text; empty for the change as a whole. */
  path: z.string(),
  line: z.int().positive().optional(),
  message: z.string(),
});
export type Finding = z.infer<typeof Finding>;

/** Rules that make the next reader think, and no more: everyone who may write may release these. */
const ordinary: ReadonlySet<Rule> = new Set(["mode", "collision", "size", "binary", "lfs", "hold"]);

/** What `error.details` holds for a patch that the gate stopped. */
export const GateDetails = z.object({
  /** The gravest ones, at most 50. */
  findings: z.array(Finding),
  /** How many there are. */
  total: z.int().nonnegative().default(0),
  /** The permission with which the patch may be released. */
  release_by: z.enum(["write", "maintain"]).default("maintain"),
});
export type GateDetails = z.infer<typeof GateDetails>;

const maxShown = 50;

/** The details of these findings: the gravest first, and the permission that all of them together ask for. */
export function gateDetails(findings: readonly Finding[]): GateDetails {
  const grave = findings.filter(({ rule }) => !ordinary.has(rule));
  const rest = findings.filter(({ rule }) => ordinary.has(rule));
  return {
    findings: [...grave, ...rest].slice(0, maxShown),
    total: findings.length,
    release_by: grave.length > 0 ? "maintain" : "write",
  };
}
