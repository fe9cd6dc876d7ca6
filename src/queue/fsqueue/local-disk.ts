// The fsqueue serves one machine: a network file system is refused, with the way out.
import { readFile, realpath, statfs } from "node:fs/promises";
import { UserError } from "../../errors.ts";

/** From statfs(2), the kernel's include/uapi/linux/magic.h and, for what is not in it, coreutils' src/stat.c. */
const networkFileSystems: Readonly<Record<number, string>> = {
  0x6969: "NFS",
  0x517b: "SMB",
  0xff534d42: "CIFS",
  0xfe534d42: "SMB2",
  0x5346414f: "AFS",
  0x6b414653: "AFS",
  0x73757245: "Coda",
  0x564c: "NCP",
  0x00c36400: "Ceph",
  0x0bd00bd0: "Lustre",
  0x01021997: "9p",
  0x01161970: "GFS2",
  0x7461636f: "OCFS2",
  0x47504653: "GPFS",
  0x19830326: "BeeGFS",
  0x20030528: "OrangeFS",
  0xaad7aaea: "PanFS",
  0xbacbacbc: "a folder of the host (vmhgfs)",
  0x786f4256: "a folder of the host (vboxsf)",
};

/** All of FUSE has this one; what it is says only the mount (fuse(8), `fuse.<subtype>`). */
const fuse = 0x65735546;
const networkSubtypes = new Set(
  "afp beegfs blobfuse blobfuse2 ceph ceph-fuse cvmfs2 davfs gcsfuse gcsfs glusterfs goofys juicefs lustre mfs moosefs mount-s3 nfs rclone s3fs s3ql seaweedfs smbnetfs sshfs".split(
    " ",
  ),
);

/**
 * Throws UserError when `root` lies on a network file system: inotify(7) tells nothing of what other machines do
 * there, and a process of another machine can't be seen to be dead.
 */
export async function requireLocalDisk(root: string): Promise<void> {
  const { type } = await statfs(root);
  const mountType = type === fuse ? mountTypeOf(await realpath(root), await readMounts()) : undefined;
  const name = networkName(type, mountType);
  if (name !== undefined) {
    throw new UserError(
      `the queue's folder ${root} is on ${name}; the file queue serves one machine. ` +
        "Put QUEUE_ROOT on a local disk, or set DATABASE_URL to share the work among machines",
    );
  }
}

/** What the network file system of this type is called; undefined for a local one. */
export function networkName(type: number, mountType: string | undefined): string | undefined {
  // Some platforms give the type as a signed 32-bit number.
  const unsigned = type >>> 0;
  if (unsigned !== fuse) return networkFileSystems[unsigned];
  const subtype = mountType?.replace(/^fuse\./, "");
  return subtype !== undefined && networkSubtypes.has(subtype) ? subtype : undefined;
}

/** The type of the mount on which a path lies, by the text of /proc/self/mountinfo (proc(5)). The last one counts. */
export function mountTypeOf(path: string, mountinfo: string): string | undefined {
  let best = { point: "", type: undefined as string | undefined };
  for (const line of mountinfo.split("\n")) {
    const [own = "", rest = ""] = line.split(" - ");
    const point = own
      .split(" ")[4]
      ?.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    if (point === undefined || point.length < best.point.length) continue;
    const below = point === "/" ? "/" : `${point}/`;
    if (path === point || path.startsWith(below)) best = { point, type: rest.split(" ")[0] };
  }
  return best.type;
}

async function readMounts(): Promise<string> {
  return readFile("/proc/self/mountinfo", "utf8");
}
