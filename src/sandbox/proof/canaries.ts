// What a sandboxed program must not find: set out on this machine for as long as the proof takes.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { startAgentProcess } from "../../io/agent-process.ts";

export interface Canaries {
  /** A readable file, and a folder that everybody may write into. */
  file: string;
  folder: string;
  /** A word in the environment of a process with this pid. */
  secret: string;
  pid: number;
  /** Services of this machine: a port of its loopback and an abstract socket. */
  port: number;
  abstract: string;
}

/** Sets them out below `folder`; the process runs as `identity`, so that only the sandbox keeps it apart. */
export async function setOutCanaries(
  folder: string,
  { identity, trustedPath }: { identity: { uid: number; gid: number } | undefined; trustedPath: string },
): Promise<{ canaries: Canaries; close(): Promise<void> }> {
  const open = join(folder, "outside");
  await mkdir(open);
  await chmod(open, 0o777);
  const file = join(open, "canary");
  await writeFile(file, "canary", { mode: 0o644 });
  const secret = `canary-${randomBytes(16).toString("hex")}`;
  const host = await startAgentProcess({
    file: "sleep",
    args: ["60"],
    cwd: "/",
    env: { PATH: trustedPath, CANARY: secret },
    stdin: "",
    identity,
    onStdout: () => undefined,
    onStderr: () => undefined,
  });
  const [tcp, local] = [createServer(), createServer()];
  const abstract = `patchbay-${secret}`;
  tcp.listen({ port: 0, host: "127.0.0.1" });
  local.listen({ path: `\0${abstract}` });
  await Promise.all([once(tcp, "listening"), once(local, "listening")]);
  const address = tcp.address();
  return {
    canaries: {
      file,
      folder: open,
      secret,
      pid: host.pid,
      port: typeof address === "object" && address ? address.port : 0,
      abstract,
    },
    async close() {
      process.kill(host.pid, "SIGKILL");
      await Promise.all([host.exited, close(tcp), close(local)]);
    },
  };
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, "close");
}
