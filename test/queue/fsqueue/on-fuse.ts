// Opens a queue on a mount of the type fuse.sshfs, which answers what the kernel asks for until then, and tells what
// was said to that. Run by disk.test.ts.
import { spawnSync } from "node:child_process";
import { openSync, read, writeSync } from "node:fs";
import { createFsQueue } from "../../../src/queue/fsqueue/fsqueue.ts";
import { Payload } from "../claims.ts";

const folder = process.argv[2] ?? "";
const device = openSync("/dev/fuse", "r+");
const options = "fd=3,rootmode=40000,user_id=0,group_id=0,subtype=sshfs";
const stdio = ["ignore", "inherit", "inherit", device] as const;
const mounted = spawnSync("mount", ["-i", "-t", "fuse", "-o", options, "me@there:/srv", folder], {
  stdio: [...stdio],
});
if (mounted.status !== 0) throw new Error("mounting a FUSE file system");

/** From the kernel's include/uapi/linux/fuse.h: FUSE_INIT, FUSE_STATFS, FUSE_GETATTR, and the lengths of the answers. */
const answers: Record<number, () => Buffer> = {
  26() {
    const init = Buffer.alloc(64);
    // Version 7.31, and writes of at most 4096 bytes.
    init.writeUInt32LE(7, 0);
    init.writeUInt32LE(31, 4);
    init.writeUInt32LE(4096, 20);
    return init;
  },
  17: () => Buffer.alloc(80),
  3() {
    const attributes = Buffer.alloc(104);
    attributes.writeUInt32LE(0o40755, 76);
    return attributes;
  },
};

const request = Buffer.alloc(128 * 1024);
function serve(): void {
  read(device, request, 0, request.length, null, (error) => {
    if (error) return;
    const body = answers[request.readUInt32LE(4)]?.();
    const head = Buffer.alloc(16);
    head.writeUInt32LE(16 + (body?.length ?? 0), 0);
    // ENOSYS: there is nothing else.
    head.writeInt32LE(body ? 0 : -38, 4);
    head.writeBigUInt64LE(request.readBigUInt64LE(8), 8);
    writeSync(device, body ? Buffer.concat([head, body]) : head);
    serve();
  });
}
serve();

let said = "nothing";
try {
  await createFsQueue({ root: folder, payload: Payload, maxCrashes: 3, leaseMs: 600_000 });
} catch (error) {
  said = String(error);
}
console.log(said);
// Ends the read that waits for the kernel's next question, and with it this process.
spawnSync("umount", ["--lazy", folder]);
