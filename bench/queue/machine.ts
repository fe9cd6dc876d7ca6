// The machine in words, so that a figure can be judged.
import { readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { availableParallelism, cpus, release, totalmem } from "node:os";

/** From statfs(2). */
const fileSystems: Record<number, string> = {
  0xef53: "ext4",
  0x58465342: "XFS",
  0x9123683e: "Btrfs",
  0x01021994: "tmpfs (nothing is durable there: these figures mean little)",
  0x794c7630: "overlayfs",
  0x2fc12fc1: "ZFS",
};

export async function describeMachine(folder: string): Promise<string> {
  const { type } = await statfs(folder);
  const system = fileSystems[type >>> 0] ?? `file system 0x${(type >>> 0).toString(16)}`;
  const gigabytes = Math.round(totalmem() / 1024 ** 3);
  const model = cpus()[0]?.model.trim() ?? "unknown";
  return [
    `${availableParallelism()} cores (${model})`,
    `${gigabytes} GB of memory`,
    `${system}${mountOptions(folder)}`,
    `Linux ${release().split("-")[0]}`,
    `Node ${process.versions.node}`,
  ].join(", ");
}

/** How the file system of `folder` is mounted (proc(5), /proc/mounts). */
function mountOptions(folder: string): string {
  const mounts = readFileSync("/proc/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" "));
  const [own] = mounts
    .filter(([, point = "-"]) => point === "/" || folder === point || folder.startsWith(`${point}/`))
    .toSorted((a, b) => (b[1]?.length ?? 0) - (a[1]?.length ?? 0));
  return own?.[3] === undefined ? "" : ` (${own[3]})`;
}
