// Where symbolic links lead, through all the links on their way. Pure.
import type { Tree } from "./tree.ts";
import { isGitLike } from "./names.ts";

type Shape = Pick<Tree, "folders" | "links">;

/** As many as Linux follows (path_resolution(7)). */
const maxHops = 40;

/**
 * Where the link at `path` leads, as a path of the tree ("" is its top); undefined when it may leave the tree or
 * enter git's folder. A `..` after a name that isn't a folder of the tree may lead anywhere: who knows what lies
 * there on somebody's machine.
 */
export function destination(tree: Shape, path: string): string | undefined {
  const target = tree.links.get(path);
  if (target === undefined) return undefined;
  let hops = 0;

  function follow(from: readonly string[], to: string): string[] | undefined {
    // A circle leads nowhere, least of all out.
    if (++hops > maxHops) return path.split("/");
    if (to === "" || to.startsWith("/") || /^[A-Za-z]:|[\\\0]/.test(to)) return undefined;
    let at = [...from];
    for (const part of to.split("/")) {
      if (part === "" || part === ".") continue;
      if (part === "..") {
        if (at.length === 0 || !tree.folders.has(at.join("/"))) return undefined;
        at.pop();
        continue;
      }
      if (isGitLike(part)) return undefined;
      const next = [...at, part].join("/");
      if (!tree.links.has(next)) {
        at.push(part);
        continue;
      }
      const through = tree.links.get(next);
      const led = through === undefined ? undefined : follow(at, through);
      if (!led) return undefined;
      at = led;
    }
    return at;
  }

  return follow(path.split("/").slice(0, -1), target)?.join("/");
}

/** For each place of the tree to which links lead: those links. */
export function aliases(tree: Shape): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const path of tree.links.keys()) {
    const place = destination(tree, path);
    if (place !== undefined) found.set(place, [...(found.get(place) ?? []), path]);
  }
  return found;
}

/** The other names under which links make `path` reachable. */
export function otherNames(found: ReadonlyMap<string, readonly string[]>, path: string): string[] {
  const names = (found.get("") ?? []).map((link) => `${link}/${path}`);
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
    for (const link of found.get(path.slice(0, end)) ?? []) names.push(`${link}${path.slice(end)}`);
  }
  return names;
}
