// The files that an agent's adapter wants in HOME before the program starts.
import { constants } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { safeJoin } from "../io/file.ts";
import type { Command } from "./launch.ts";

/**
 * Writes them below `home`. Throws when one would lie elsewhere or behind a symbolic link: an earlier run of the same
 * step may have been there.
 */
export async function writeHomeFiles(home: string, files: Command["homeFiles"]): Promise<void> {
  for (const { path, content } of files) {
    const target = safeJoin(home, path);
    await mkdir(dirname(target), { recursive: true });
    const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
    const file = await open(target, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
    try {
      await file.writeFile(content);
    } finally {
      await file.close();
    }
  }
}
