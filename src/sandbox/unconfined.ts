// The launcher without a sandbox, for SANDBOX=none: the environment is built from nothing and the whole process tree
// is ended, but the program runs as this user and reaches what this user reaches.
import { startAgentProcess } from "../io/agent-process.ts";
import { endProcessTree, markerVariable } from "../io/process-tree.ts";
import { writeHomeFiles } from "./home-files.ts";
import type { Launcher } from "./launch.ts";
import { supervise } from "./supervise.ts";

/** `environment` is what the operator allows an agent to have of this process's own. */
export function createUnconfinedLauncher(options: {
  environment: Record<string, string>;
  graceMs: number;
  maxOutputBytes: number;
}): Launcher {
  return async (command, launch) => {
    await writeHomeFiles(launch.home, command.homeFiles);
    return supervise(launch, options, () => ({
      start: (output) =>
        startAgentProcess({
          file: command.binary,
          args: command.args,
          cwd: launch.workspace,
          env: {
            ...options.environment,
            ...command.env,
            HOME: launch.home,
            TERM: "dumb",
            [markerVariable]: launch.marker,
          },
          stdin: command.stdin,
          ...output,
        }),
      end: ({ pid }, graceMs) => endProcessTree(pid, launch.marker, graceMs),
    }));
  };
}
