// The fsqueue serves one machine: a network file system is refused, with the way out.
import { statfs } from "node:fs/promises";
import { UserError } from "../../errors.ts";

/** From statfs(2) and the kernel's include/uapi/linux/magic.h. */
const networkFileSystems: Readonly<Record<number, string>> = {
  0x6969: "NFS",
  0x517b: "SMB",
  0xff534d42: "CIFS",
  0xfe534d42: "SMB2",
  0x5346414f: "AFS",
  0x00c36400: "Ceph",
  0x0bd00bd0: "Lustre",
  0x01021997: "9p",
  0x01161970: "GFS2",
  0x7461636f: "OCFS2",
};

/**
 * Throws UserError when `root` lies on a network file system: inotify(7) tells nothing of what other machines do
 * there, and a process of another machine can't be seen to be dead.
 */
export async function requireLocalDisk(root: string): Promise<void> {
  const { type } = await statfs(root);
  // Some platforms give the type as a signed 32-bit number.
  const name = networkFileSystems[type >>> 0];
  if (name) {
    throw new UserError(
      `the queue's folder ${root} is on ${name}; the file queue serves one machine. ` +
        "Put QUEUE_ROOT on a local disk, or set DATABASE_URL to share the work among machines",
    );
  }
}
