// The queue's folder before anything is done in it: there, local, of a known format, open to writing.
import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { UserError } from "../../errors.ts";
import { errorCode } from "../../io/file.ts";
import { requireKnownFormat } from "./format.ts";
import { type Layout, makeFolders } from "./layout.ts";
import { requireLocalDisk } from "./local-disk.ts";

const remedies: Readonly<Record<string, string>> = {
  EROFS: "its disk is mounted read-only; mount it for writing",
  EACCES: "this user may not write there; give it to the user that runs Patchbay",
  EPERM: "this user may not write there; give it to the user that runs Patchbay",
  ENOSPC: "its disk is full; make room",
  EDQUOT: "the user's quota is used up; make room",
  ENOTDIR: "a part of its path is a file",
  EEXIST: "there is a file of that name",
};

/** Makes what isn't there. Throws UserError when the queue can't work there. */
export async function prepareFolder(layout: Layout): Promise<void> {
  const { root } = layout;
  try {
    await mkdir(root, { recursive: true, mode: 0o700 });
    await requireLocalDisk(root);
    await requireKnownFormat(layout);
    await makeFolders(layout);
    // Everything may be there already on a disk that has become read-only.
    await access(layout.tmp, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const code = errorCode(cause);
    const remedy = code === undefined ? undefined : remedies[code];
    if (remedy === undefined) throw cause;
    throw new UserError(`the queue's folder ${root}: ${remedy}, or put QUEUE_ROOT elsewhere`, { cause });
  }
}
