// Runs inside the sandbox, alone: makes ports of 127.0.0.1 out of the sockets in a folder, then runs a program as if it
// were that program.
//
//   node bridge.mjs DOORS ENVIRONMENT PROGRAM [ARGUMENT…]
//
// DOORS is the folder of the sockets, which may be missing. ENVIRONMENT is a file with the program's whole environment as JSON, removed once
// it is read, for a wrapper that has no other way to hand it on; "-" leaves the environment as it is.
//
// Only node: imports, and no word of TypeScript in it: the file is staged as it stands, and a sandbox starts faster when
// Node has no types to strip. Nothing depends on its good behaviour: an agent may end it, and has then only cut itself off.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync, readFileSync, rmSync } from "node:fs";
import { createConnection, createServer } from "node:net";
import { constants } from "node:os";

const [folder = "", environment = "-", file = "", ...args] = process.argv.slice(2);

// A socket's path ends at 107 bytes (unix(7)); by its folder's descriptor it is short wherever it lies. The folder may be
// gone through and not read, which is enough for O_PATH (open(2); its number is that of x64 and arm64).
const searchOnly = 0o10000000;
const near = !existsSync(folder) ? "" : `/proc/self/fd/${openSync(folder, searchOnly)}`;
const doors = [
  { path: `${near}/egress.sock`, port: 3128 },
  { path: `${near}/model.sock`, port: 3129 },
].filter(({ path }) => existsSync(path));

for (const { path, port } of doors) {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const door = createConnection({ path, allowHalfOpen: true });
    const close = () => {
      client.destroy();
      door.destroy();
    };
    client.on("error", close);
    door.on("error", close);
    client.pipe(door).pipe(client);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
}

const takeEnvironment = () => {
  const text = readFileSync(environment, "utf8");
  try {
    rmSync(environment);
  } catch {
    // It goes when the run has ended.
  }
  return JSON.parse(text);
};
const child = spawn(file, args, {
  stdio: "inherit",
  ...(environment === "-" ? {} : { env: takeEnvironment() }),
});
process.on("SIGTERM", () => child.kill("SIGTERM"));
process.on("SIGINT", () => child.kill("SIGINT"));
process.on("SIGHUP", () => child.kill("SIGHUP"));
child.on("error", (error) => {
  process.stderr.write(`starting ${file}: ${error.message}\n`);
  process.exit(127);
});
child.on("exit", (code, signal) =>
  process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
);
