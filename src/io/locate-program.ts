// Where a program lies.
import { stat } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { UserError } from "../errors.ts";

/**
 * Looks `name` up in `path` as execvp(3) does; an absolute name is taken as it is. Throws UserError (`preflight`) when
 * there is no such program; `remedy` says how to get it.
 */
export async function locateProgram(
  name: string,
  path: string,
  remedy = `the program ${name} is not installed where agents look for it (PATH); install it there`,
): Promise<string> {
  const places = isAbsolute(name) ? [name] : path.split(delimiter).map((folder) => join(folder, name));
  for (const place of places) {
    const found = await stat(place).catch(() => undefined);
    if (found?.isFile() === true && (found.mode & 0o111) !== 0) return place;
  }
  throw new UserError(remedy, { code: "preflight" });
}
