// What a branch may be called.

const maxChars = 200;

/**
 * Whether git takes this as a branch's name (git-check-ref-format(1)) and a person can read it: at most 200 characters, no
 * space, none that can't be seen, no hyphen at the beginning, and not a name that means something else to git.
 */
export function isBranchName(name: string): boolean {
  if (name === "" || name.length > maxChars) return false;
  if (/[\s\p{C}~^:?*[\]\\"'`<>|]|\.\.|\/\/|@\{/u.test(name)) return false;
  if (/^(?:@|HEAD|refs\/.*|[0-9a-f]{40}|[0-9a-f]{64})$/.test(name)) return false;
  if (/^[-/]|[/.]$/.test(name)) return false;
  return name.split("/").every((part) => !part.startsWith(".") && !part.endsWith(".lock"));
}
