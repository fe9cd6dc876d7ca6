// What the probe found, as a list of what holds and what doesn't. Pure.
import { z } from "zod";

export const Found = z.object({
  uid: z.int(),
  readsFile: z.boolean(),
  writesOutside: z.boolean(),
  readsEnvironment: z.boolean(),
  seesProcess: z.boolean(),
  reachesPort: z.boolean(),
  reachesSocket: z.boolean(),
  interfaces: z.int(),
  opensVsock: z.boolean(),
  writesCorePattern: z.boolean(),
  writesGit: z.boolean(),
  writesWorkspace: z.boolean(),
  writesHome: z.boolean(),
  hasEnvironment: z.boolean(),
  proxy: z.string(),
});
export type Found = z.infer<typeof Found>;

/** One thing that must hold for a sandbox to be trusted. */
export interface Verdict {
  name: string;
  holds: boolean;
  /** What an agent could do, or could not, when it doesn't. */
  otherwise: string;
}

/** What must hold for each run in it; `readOnly`: the workspace may only be read. */
export function verdictsOf(found: Found, { readOnly }: { readOnly: boolean }): Verdict[] {
  const verdict = (name: string, holds: boolean, otherwise: string): Verdict => ({ name, holds, otherwise });
  if (readOnly) {
    return [
      verdict("read-only steps", !found.writesWorkspace, "a planner or reviewer can write in the workspace"),
    ];
  }
  return [
    verdict("user", found.uid !== 0, "agents run as root"),
    verdict("files", !found.readsFile, "an agent reads other files of this machine"),
    verdict("writing outside", !found.writesOutside, "an agent writes outside of its workspace and HOME"),
    verdict("environments", !found.readsEnvironment, "an agent reads the environment of other processes"),
    verdict("processes", !found.seesProcess, "an agent sees and can end other processes of its user"),
    verdict("loopback", !found.reachesPort, "an agent reaches the services on this machine's loopback"),
    verdict("abstract sockets", !found.reachesSocket, "an agent reaches this machine's abstract sockets"),
    verdict("network", found.interfaces === 0, "an agent has a network interface besides its own loopback"),
    verdict("AF_VSOCK", !found.opensVsock, "an agent can open AF_VSOCK, which no network namespace covers"),
    verdict(
      "core_pattern",
      !found.writesCorePattern,
      "an agent can have programs run by the kernel, as root",
    ),
    verdict(".git", !found.writesGit, "an agent can change .git, and with it what git runs"),
    verdict("workspace", found.writesWorkspace, "an agent can't write in its workspace"),
    verdict("HOME", found.writesHome, "an agent can't write in its HOME"),
    verdict(
      "environment",
      found.hasEnvironment,
      "the environment that Patchbay made does not reach the agent",
    ),
    verdict(
      "egress proxy",
      / 403 /.test(found.proxy),
      `the proxy did not refuse a host that is not allowed: "${found.proxy || "no answer"}"`,
    ),
  ];
}
