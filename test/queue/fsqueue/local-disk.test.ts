import { tmpdir } from "node:os";
import { expect, test } from "vitest";
import { mountTypeOf, networkName, requireLocalDisk } from "../../../src/queue/fsqueue/local-disk.ts";

test("the disk that these tests run on", async () => {
  await expect(requireLocalDisk(tmpdir())).resolves.toBeUndefined();
});

// statfs(2), "f_type".
test.each([
  ["ext4", 0xef53],
  ["XFS", 0x58465342],
  ["Btrfs", 0x9123683e],
  ["F2FS", 0xf2f52010],
  ["ZFS", 0x2fc12fc1],
  ["tmpfs", 0x01021994],
  ["overlayfs", 0x794c7630],
])("%s is local", (_name, type) => {
  expect(networkName(type, undefined)).toBeUndefined();
  expect(networkName(type | 0, undefined)).toBeUndefined();
});

test.each([
  ["NFS", 0x6969],
  ["SMB", 0x517b],
  ["CIFS", 0xff534d42],
  ["SMB2", 0xfe534d42],
  ["AFS", 0x5346414f],
  ["AFS", 0x6b414653],
  ["Coda", 0x73757245],
  ["NCP", 0x564c],
  ["Ceph", 0x00c36400],
  ["9p", 0x01021997],
  ["OCFS2", 0x7461636f],
])("%s is refused", (name, type) => {
  expect(networkName(type, undefined)).toBe(name);
  // As a signed number of 32 bits.
  expect(networkName(type | 0, undefined)).toBe(name);
});

test("of FUSE, what goes over a network", () => {
  const fuse = 0x65735546;
  for (const type of ["fuse.sshfs", "fuse.glusterfs", "fuse.s3fs", "fuse.rclone"]) {
    expect(networkName(fuse, type)).toBe(type.slice(5));
  }
  for (const type of ["fuse.mergerfs", "fuseblk", "fuse", "virtiofs", undefined]) {
    expect(networkName(fuse, type)).toBeUndefined();
  }
});

const mountinfo = `22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
23 22 0:21 / /mnt rw,relatime - fuse.sshfs me@there:/srv rw,user_id=0,group_id=0
24 23 8:1 / /mnt/own\\040disk rw - xfs /dev/sda1 rw
25 22 0:22 / /over rw - ext4 /dev/sdb rw
26 25 0:23 / /over rw - fuse.s3fs s3fs rw
`;

test.each([
  ["/", "ext4"],
  ["/var/queue", "ext4"],
  ["/mnt", "fuse.sshfs"],
  ["/mnt/deep/folder", "fuse.sshfs"],
  ["/mnt2/folder", "ext4"],
  ["/mnt/own disk/queue", "xfs"],
  ["/over/queue", "fuse.s3fs"],
])("%s lies on %s", (path, type) => {
  expect(mountTypeOf(path, mountinfo)).toBe(type);
});
