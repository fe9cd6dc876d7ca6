// Runs a program of this folder where it may mount file systems without anybody else seeing them
// (mount_namespaces(7)); who isn't root becomes so inside of a user namespace of its own (unshare(1)).
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** What the program printed. Throws when it fails. */
export async function runWithOwnMounts(program: string, folder: string): Promise<string> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const how = process.getuid?.() === 0 ? ["--mount"] : ["--user", "--map-root-user", "--mount"];
  const args = [...how, process.execPath, path, folder];
  const { stdout } = await promisify(execFile)("unshare", args, { timeout: 50_000 });
  return stdout;
}
