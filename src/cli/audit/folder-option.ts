// Which audit log a command looks at.
import { resolve } from "node:path";
import { readEnvironment } from "../environment.ts";
import { auditFolder } from "./open-audit.ts";

/** A copy that lies elsewhere, or the one of this configuration. Throws UserError. */
export function folderOf(options: { folder?: string }): string {
  return options.folder === undefined ? auditFolder(readEnvironment()) : resolve(options.folder);
}
