// Names that are different to git and the same to other file systems. Pure.
import type { Tree } from "./tree.ts";
import { foldCase } from "./names.ts";

/** For each of the added paths that collides: with what. A folder counts as well as a file. */
export function collisions(
  tree: Pick<Tree, "paths" | "folders">,
  added: readonly string[],
): { path: string; with: string }[] {
  if (added.length === 0) return [];
  const wanted = new Map<string, { name: string; path: string }>();
  const found: { path: string; with: string }[] = [];
  for (const path of added) {
    for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
      const name = path.slice(0, end);
      const folded = foldCase(name);
      const other = wanted.get(folded);
      if (!other) wanted.set(folded, { name, path });
      else if (other.name !== name) found.push({ path, with: other.name }, { path: other.path, with: name });
    }
  }
  const addedNames = new Set([...wanted.values()].map(({ name }) => name));
  for (const names of [tree.paths, tree.folders]) {
    for (const name of names) {
      const hit = wanted.get(foldCase(name));
      if (hit && hit.name !== name && !addedNames.has(name)) found.push({ path: hit.path, with: name });
    }
  }
  return found.filter((one, at) => found.findIndex((other) => other.path === one.path) === at);
}
