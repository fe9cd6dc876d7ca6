// What a sandboxed program sees, as arguments for bwrap(1). Pure.
//
// Everything is read-only but /workspace, /home/agent and memory-backed /tmp, /run and /dev/shm. There is no /sys, no
// host /etc, no other home; each namespace is new, and the program can make none itself.
import { dirname } from "node:path";

/** Where the agent finds its folders. */
export const seenWorkspace = "/workspace";
export const seenHome = "/home/agent";
/** Where the sockets of the step lie, and what makes ports of them. */
export const seenDoors = "/run/patchbay";
export const seenNode = "/opt/node";
export const seenBridge = "/opt/bridge.mjs";

export interface HostSystem {
  /** /bin, /lib and the like: links into /usr on a merged system, folders elsewhere (file-hierarchy(7)). */
  roots: { path: string; linkTo: string | undefined }[];
  /** Files and folders of /etc that programs need and that hold nothing of this machine. */
  etc: string[];
}

export interface Stage {
  /** Files of this machine that take the place of /etc/passwd and the like. */
  etc: { path: string; source: string }[];
  node: string;
  bridge: string;
}

export interface Profile {
  system: HostSystem;
  stage: Stage;
  workspace: string;
  /** Whether the workspace has a `.git` to be kept as it is. */
  hasGit: boolean;
  home: string;
  doors: string | undefined;
  readOnly: boolean;
  /** Further folders and files, read-only at their own paths. */
  mounts: readonly string[];
  env: Readonly<Record<string, string>>;
}

const mebibyte = 1024 * 1024;

/** The arguments before `--`, for `--args`: so neither the environment nor the paths are in any command line. */
export function bwrapArguments(profile: Profile): string[] {
  const { system, stage, workspace, home, doors, readOnly, mounts, env } = profile;
  return [
    ["--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"],
    ["--unshare-cgroup-try", "--disable-userns", "--assert-userns-disabled"],
    ["--die-with-parent", "--new-session", "--cap-drop", "ALL"],
    ["--uid", "1000", "--gid", "1000", "--hostname", "sandbox"],
    ["--clearenv", ...Object.entries(env).flatMap(([name, value]) => ["--setenv", name, value])],
    ["--ro-bind", "/usr", "/usr"],
    ...system.roots.map(({ path, linkTo }) =>
      linkTo === undefined ? ["--ro-bind", path, path] : ["--symlink", linkTo, path],
    ),
    ...system.etc.map((path) => ["--ro-bind", path, path]),
    ...stage.etc.map(({ path, source }) => ["--ro-bind", source, path]),
    ["--proc", "/proc", "--dev", "/dev"],
    ["--size", String(64 * mebibyte), "--tmpfs", "/dev/shm"],
    ["--size", String(256 * mebibyte), "--perms", "1777", "--tmpfs", "/tmp"],
    ["--size", String(16 * mebibyte), "--perms", "0755", "--tmpfs", "/run"],
    ["--symlink", "../run", "/var/run", "--symlink", "../tmp", "/var/tmp"],
    ["--ro-bind", stage.node, seenNode, "--symlink", seenNode, "/opt/bin/node"],
    ...mounts.map((path) => ["--ro-bind", path, path]),
    ["--bind", home, seenHome, readOnly ? "--ro-bind" : "--bind", workspace, seenWorkspace],
    profile.hasGit ? ["--ro-bind", `${workspace}/.git`, `${seenWorkspace}/.git`] : [],
    doors === undefined ? [] : ["--ro-bind", stage.bridge, seenBridge, "--ro-bind", doors, seenDoors],
    ["--remount-ro", "/", "--remount-ro", "/dev"],
    ["--chdir", seenWorkspace],
  ].flat();
}

/** The PATH inside: what of the operator's is there at all, then the usual places, then our own Node. */
export function seenPath(path: string, mounts: readonly string[]): string {
  const usual = ["/usr/local/bin", "/usr/bin", "/bin"];
  const there = path
    .split(":")
    .filter((folder) => usual.includes(folder) || isBelow(folder, ["/usr", ...mounts]));
  return [...new Set([...there, ...usual, dirname("/opt/bin/node")])].join(":");
}

/** Whether `path` is one of `folders` or lies below one. */
export function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
}
