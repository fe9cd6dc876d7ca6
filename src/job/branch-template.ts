// How the branches of jobs are called: a template whose beginning names the issue, so that they are found again.

/** What is used unless the repository's configuration says otherwise. */
export const defaultBranchTemplate = "patchbay/{number}-{slug}-{id}";

const placeholder = /\{([a-z_]*)\}/g;
const known: ReadonlySet<string> = new Set(["number", "slug", "id"]);

/** What is wrong with a template; undefined when nothing is. */
export function templateProblem(template: string): string | undefined {
  const names = [...template.matchAll(placeholder)].map(([, name = ""]) => name);
  const stranger = names.find((name) => !known.has(name));
  if (stranger !== undefined) return `there is no {${stranger}}; known: {number}, {slug}, {id}`;
  if (!/^[^{}]*\{number\}[-_/.]/.test(template) || !names.includes("id")) {
    return "it needs {number} with a hyphen, a slash, a dot or an underscore after it before anything else, and {id}";
  }
  if (names.length !== new Set(names).size) return "each placeholder may stand in it once";
  const rest = template.replaceAll(placeholder, "x");
  return /^[A-Za-z0-9][A-Za-z0-9._/-]{0,120}$/.test(rest) &&
    !/\.\.|\/[/.]|\.(?:\/|$)|\/$|\.lock(?:\/|$)/.test(rest)
    ? undefined
    : "a branch can't be called that; letters, digits and . _ / - are possible, beginning with a letter or digit";
}

/** How the branches for an issue or pull request begin, which those of no other number do. */
export function branchPrefix(template: string, number: number): string {
  const at = template.indexOf("{number}") + "{number}".length;
  return template.slice(0, at + 1).replace("{number}", String(number));
}

/** The branch's name; an empty `slug` leaves no doubled separator behind. */
export function fillTemplate(
  template: string,
  { number, slug, id }: { number: number; slug: string; id: string },
): string {
  const withSlug = slug === "" ? template.replace(/\{slug\}[-_/.]?/, "") : template.replace("{slug}", slug);
  return withSlug.replace("{number}", String(number)).replace("{id}", id);
}
