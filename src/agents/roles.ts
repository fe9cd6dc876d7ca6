// Role instructions: Markdown files that an operator can replace one by one.
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../errors.ts";
import { isReadOnly } from "../job/step-spec.ts";

export interface Roles {
  /** The instructions for a role; one that has no file of its own works as answerer or implementer does. */
  instructions(role: string): string;
  /** The roles that the operator's own folder has a file for. */
  own: readonly string[];
}

const builtInFolder = fileURLToPath(new URL("roles/", import.meta.url));
const maxChars = 50_000;

/**
 * Reads `<role>.md` files: the built-in ones (planner, implementer, reviewer, answerer) and, over them, those of the
 * operator's folder. Throws UserError when that folder can't be read or has no such file, and when a file in it is empty,
 * too long, or a Markdown file that is named after no role: nobody would ever see that it is left out.
 */
export async function loadRoles(folder: string | undefined): Promise<Roles> {
  const texts = await readFolder(builtInFolder);
  const known = [...texts.keys()].join(", ");
  let named: string[] = [];
  if (folder !== undefined) {
    const own = await readFolder(folder).catch((cause: unknown) => {
      if (cause instanceof UserError) throw cause;
      throw new UserError(
        `ROLES_DIR: reading the role instructions in ${folder}; is it a folder of .md files?`,
        {
          cause,
          code: "preflight",
        },
      );
    });
    if (own.size === 0) {
      throw new UserError(
        `ROLES_DIR: ${folder} holds no role instructions; name the files after roles, such as planner.md (there are ${known}), or leave ROLES_DIR empty`,
        { code: "preflight" },
      );
    }
    for (const [role, text] of own) texts.set(role, text);
    named = [...own.keys()].toSorted();
  }
  return {
    own: named,
    instructions(role) {
      const text = texts.get(role) ?? texts.get(isReadOnly(role) ? "answerer" : "implementer");
      if (text === undefined) throw new Error(`no instructions for the role ${role}`);
      return text;
    },
  };
}

async function readFolder(folder: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const name of await readdir(folder)) {
    const role = /^([a-z][a-z0-9_-]{0,31})\.md$/.exec(name)?.[1];
    const path = join(folder, name);
    if (role === undefined) {
      if (!/\.md$/i.test(name) || /^readme\.md$/i.test(name) || name.startsWith(".")) continue;
      throw new UserError(
        `ROLES_DIR: ${path} is named after no role; roles are lower-case words of at most 32 characters, as in planner.md`,
        { code: "preflight" },
      );
    }
    const text = (await readFile(path, "utf8")).trim();
    if (text === "" || text.length > maxChars) {
      throw new UserError(`ROLES_DIR: ${path} has ${text.length} characters; 1 to ${maxChars} are allowed`, {
        code: "preflight",
      });
    }
    texts.set(role, text);
  }
  return texts;
}
