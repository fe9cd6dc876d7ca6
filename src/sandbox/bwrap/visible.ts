// Which folders must be seen inside so that a program of this machine can run there.
import { realpath, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { UserError } from "../../errors.ts";
import { locateProgram } from "../../io/locate-program.ts";
import { isBelow } from "./profile.ts";

export interface Visible {
  /** By which the program is started inside. */
  path: string;
  /** To be mounted read-only at their own paths. */
  mounts: string[];
}

const system = ["/usr", "/bin", "/sbin"];

/**
 * Finds `binary` in `path` as execvp(3) does and says what has to be mounted for it: nothing below /usr, the outermost
 * `node_modules` around it, otherwise the folder that it lies in. Throws UserError (`preflight`) when there is no such
 * program, or when that folder holds more than programs.
 */
export async function findVisible(binary: string, path: string): Promise<Visible> {
  const found = await locateProgram(binary, path);
  const file = await realpath(found);
  // Some programs look at the name by which they are called, so a link that is there inside stays one.
  if (isBelow(file, system)) return { path: isBelow(found, system) ? found : file, mounts: [] };
  const parts = file.split("/");
  const modules = parts.indexOf("node_modules");
  const folder = modules === -1 ? dirname(file) : parts.slice(0, modules + 1).join("/");
  await requireHarmless(folder, `the program ${binary} (${file})`);
  return { path: file, mounts: [folder] };
}

/** Of the system, or of the sandbox itself: mounted there, they would hide or show what they must not. */
const reserved = [
  "/",
  "/etc",
  "/proc",
  "/sys",
  "/dev",
  "/run",
  "/tmp",
  "/var",
  "/boot",
  "/home",
  "/root",
  "/opt",
  "/mnt",
];
/** Where people and programs keep secrets and whole projects. */
const telltales = [
  ".env",
  ".git",
  ".ssh",
  ".aws",
  ".config",
  ".gnupg",
  ".netrc",
  ".npmrc",
  ".docker",
  ".kube",
];

/** Throws UserError (`preflight`) when mounting `folder` would show an agent what is not a program's. */
export async function requireHarmless(folder: string, what: string): Promise<void> {
  const remedy =
    "install it with its own folder below /usr/local or /opt, for example `npm install --global --prefix /opt/agents …`";
  if (
    reserved.includes(folder) ||
    dirname(folder) === "/home" ||
    folder === homedir() ||
    isBelow(folder, ["/proc", "/sys", "/dev", "/etc", "/workspace", "/home/agent", "/run/patchbay"])
  ) {
    throw preflight(`${what} lies in ${folder}, which is never shown to an agent; ${remedy}`);
  }
  for (const name of telltales) {
    if ((await stat(join(folder, name)).catch(() => undefined)) && basename(folder) !== "node_modules") {
      throw preflight(
        `${what} lies in ${folder} beside ${name}, so the folder is not shown to an agent; ${remedy}`,
      );
    }
  }
}

function preflight(message: string): UserError {
  return new UserError(message, { code: "preflight" });
}
