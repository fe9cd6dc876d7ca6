// The paths whose change makes something run elsewhere, or decides who may do what. As globs; the gate compares
// them without case, since other file systems do.

/** What stands for this list in PROTECTED_PATHS. */
const defaultWord = "default";

/** What programs of agents, and git and husky, read from a checkout and act on. */
export const agentConfigurationPaths: readonly string[] = [
  "**/.claude/**",
  "**/.mcp.json",
  "**/CLAUDE.md",
  "**/CLAUDE.local.md",
  "**/AGENTS.md",
  "**/AGENTS.override.md",
  "**/.codex/**",
  "**/.gemini/**",
  "**/GEMINI.md",
  "**/.opencode/**",
  "**/opencode.json",
  "**/opencode.jsonc",
  ".gitmodules",
  "**/.husky/**",
];

export const defaultProtectedPaths: readonly string[] = [
  ".github/workflows/**",
  ".github/actions/**",
  ".github/agent.yml",
  ".github/agent.yaml",
  "CODEOWNERS",
  ".github/CODEOWNERS",
  "docs/CODEOWNERS",
  ...agentConfigurationPaths,
];

/** What is wrong with a glob as an operator or a repository may write it; undefined when nothing is. */
export function globProblem(glob: string): string | undefined {
  if (glob.startsWith("/")) return `${glob}: begins at the repository's top already; leave the first / out`;
  if (glob.startsWith("!")) return `${glob}: can't be an exception; list only what is protected`;
  if (/[{}]/.test(glob)) return `${glob}: write the alternatives in braces as patterns of their own`;
  if (glob.endsWith("/")) return `${glob}: write ${glob}** for everything below it`;
  return undefined;
}

/** The list that this setting means: `default` in it stands for the built-in ones. */
export function expandProtectedPaths(globs: readonly string[]): string[] {
  return [...new Set(globs.flatMap((glob) => (glob === defaultWord ? defaultProtectedPaths : [glob])))];
}
