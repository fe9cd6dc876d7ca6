// Files that every sandbox shares, laid out where the sandbox's user can read them.
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import {
  access,
  chmod,
  copyFile,
  link,
  mkdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
} from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFileAtomic } from "../../io/file.ts";
import { type AgentUser, closedFolder, requireOpenWay } from "./agent-user.ts";
import type { Stage } from "./profile.ts";

const etc: Record<string, string> = {
  passwd: "root:x:0:0:root:/:/usr/sbin/nologin\nagent:x:1000:1000:agent:/home/agent:/bin/sh\n",
  group: "root:x:0:\nagent:x:1000:\n",
  hosts: "127.0.0.1 localhost sandbox\n::1 localhost\n",
  // No name is looked up anywhere else: the way out is the proxy, which looks up itself (nsswitch.conf(5)).
  "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
  "resolv.conf": "",
  hostname: "sandbox\n",
};

/**
 * Writes the shared files below `root` and returns where they are. Two processes may do so at once. Throws UserError
 * (`preflight`) when `user` can't reach `root`. `alone`: with a Node of its own, for who sees nothing but `root`.
 */
export async function prepareStage(
  root: string,
  user: AgentUser | undefined,
  { alone = false }: { alone?: boolean } = {},
): Promise<Stage> {
  await mkdir(join(root, "etc"), { recursive: true });
  await Promise.all([root, join(root, "etc")].map((folder) => chmod(folder, 0o755)));
  await requireOpenWay(root, user);
  const staged: Stage["etc"] = [];
  for (const [name, content] of Object.entries(etc)) {
    const source = join(root, "etc", name);
    await keep(source, content);
    staged.push({ path: `/etc/${name}`, source });
  }
  const bridge = join(root, "bridge.mjs");
  await keep(bridge, await bridgeSource());
  const node = await stageNode(root, user, alone);
  if (alone) await linkNode(root, node);
  return { etc: staged, bridge, node };
}

/** Writes a file of the stage, unless it is there already. */
export async function keep(path: string, content: string | Uint8Array): Promise<void> {
  const there = await readFile(path).catch(() => undefined);
  if (there?.equals(Buffer.from(content)) === true) return;
  await writeFileAtomic(path, content, { mode: 0o644 });
}

/** `bin/node`, for a PATH. */
async function linkNode(root: string, node: string): Promise<void> {
  await mkdir(join(root, "bin"), { recursive: true });
  await chmod(join(root, "bin"), 0o755);
  const temporary = join(root, "bin", `node.${process.pid}`);
  await rm(temporary, { force: true });
  await symlink(join("..", basename(node)), temporary);
  await rename(temporary, join(root, "bin", "node"));
}

/** The bridge: JavaScript as it stands, whatever its name ends with. */
async function bridgeSource(): Promise<string> {
  const name = import.meta.url.endsWith(".ts") ? "../bridge.ts" : "../bridge.js";
  return readFile(fileURLToPath(new URL(name, import.meta.url)), "utf8");
}

/** The running Node where it is, if `user` can reach it there; otherwise as a hard link or a copy. */
async function stageNode(root: string, user: AgentUser | undefined, alone: boolean): Promise<string> {
  const node = await realpath(process.execPath);
  const { mode, size, mtimeMs } = await stat(node);
  const reached =
    user === undefined || ((await closedFolder(node, user)) === undefined && (mode & 0o005) === 0o005);
  if (reached && !alone) return node;
  const version = createHash("sha256").update(`${node} ${size} ${mtimeMs}`).digest("hex").slice(0, 16);
  const staged = join(root, `node-${version}`);
  try {
    await access(staged, constants.R_OK);
    return staged;
  } catch {
    const temporary = `${staged}.${process.pid}`;
    await rm(temporary, { force: true });
    // A link shares the file's mode.
    if ((mode & 0o005) === 0o005) await link(node, temporary).catch(() => copyFile(node, temporary));
    else await copyFile(node, temporary);
    await chmod(temporary, 0o755);
    await rename(temporary, staged);
    return staged;
  }
}
