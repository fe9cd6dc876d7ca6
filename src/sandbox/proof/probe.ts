// Runs inside the sandbox that is to be proven: tries what must not work, and what must, and prints one JSON text.
// Like the bridge it is staged as it stands: only node: imports, and no word of TypeScript in it.
//
//   node probe.mjs CANARIES      CANARIES: one JSON text, see canaries.ts
import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { createConnection } from "node:net";
import { networkInterfaces } from "node:os";

const canaries = JSON.parse(process.argv[2] ?? "");

const works = (attempt = () => {}) => {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
};

const connects = async (options = { path: "", port: 0 }) =>
  new Promise((resolve) => {
    const socket = createConnection(
      options.port === 0
        ? { path: options.path, timeout: 2000 }
        : { port: options.port, host: "127.0.0.1", timeout: 2000 },
    );
    const end = (what = false) => {
      socket.destroy();
      resolve(what);
    };
    socket.once("connect", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
  });

// What the proxy answers to the wish for a host that is not on its list.
const askProxy = async (port = 0) =>
  new Promise((resolve) => {
    let answer = "";
    const socket = createConnection({ port, host: "127.0.0.1", timeout: 2000 });
    socket.setEncoding("latin1");
    socket.on("connect", () =>
      socket.write("CONNECT denied.invalid:443 HTTP/1.1\r\nHost: denied.invalid:443\r\n\r\n"),
    );
    socket.on("data", (chunk) => {
      answer += String(chunk);
      if (answer.includes("\r\n")) socket.destroy();
    });
    socket.on("timeout", () => socket.destroy());
    socket.on("error", () => {});
    socket.on("close", () => resolve(answer.split("\r\n")[0] ?? ""));
  });

const environments = () => {
  const texts = [JSON.stringify(process.env)];
  for (const name of fs.readdirSync("/proc")) {
    if (/^\d+$/.test(name)) works(() => texts.push(fs.readFileSync(`/proc/${name}/environ`, "latin1")));
  }
  return texts;
};

const append = (path = "") => fs.closeSync(fs.openSync(path, "a"));

// perl(1) is on nearly every system and can make any socket; without it the filter's presence has to do.
const opensVsock = () => {
  const { status } = spawnSync("perl", ["-e", "exit(socket(my $s, 40, 1, 0) ? 42 : 0)"]);
  if (status !== null) return status === 42;
  return !/^Seccomp:\s*2$/m.test(fs.readFileSync("/proc/self/status", "latin1"));
};

const found = {
  uid: process.getuid?.() ?? 0,
  readsFile: works(() => fs.readFileSync(canaries.file)),
  writesOutside: works(() => append(`${canaries.folder}/written`)),
  readsEnvironment: environments().some((text) => text.includes(canaries.secret)),
  seesProcess: fs.existsSync(`/proc/${canaries.pid}/fd`) && works(() => process.kill(canaries.pid, 0)),
  reachesPort: await connects({ path: "", port: canaries.port }),
  reachesSocket: await connects({ path: `\0${canaries.abstract}`, port: 0 }),
  interfaces: Object.values(networkInterfaces())
    .flat()
    .filter((one) => one?.internal === false).length,
  opensVsock: opensVsock(),
  writesCorePattern: works(() => append("/proc/sys/kernel/core_pattern")),
  writesGit:
    works(() => append(`${canaries.workspace}/.git/config`)) ||
    works(() => append(`${canaries.workspace}/.git/planted`)),
  writesWorkspace: works(() => append(`${canaries.workspace}/probe-was-here`)),
  writesHome: works(() => append(`${process.env.HOME}/probe-was-here`)),
  hasEnvironment: process.env.PATCHBAY_PROBE === canaries.word,
  proxy: canaries.proxyPort === 0 ? "" : await askProxy(canaries.proxyPort),
};
fs.writeSync(1, `${JSON.stringify(found)}\n`);

if (canaries.stays) {
  // What is to be gone when the sandbox is ended: a session of its own, deaf to SIGTERM, another environment. Where it
  // outlives a sandbox that doesn't hold, it ends with its folder, or after a minute.
  const beat =
    'trap "" TERM HUP; n=0; while [ $n -lt 3000 ] && echo x >> "$0"; do n=$((n + 1)); sleep 0.02; done 2> /dev/null';
  spawn("sh", ["-c", beat, `${process.env.HOME}/beat`], {
    detached: true,
    stdio: "ignore",
    env: { PATH: process.env.PATH },
  });
  const begin = Date.now();
  setInterval(() => {
    if (Date.now() > begin + 2000 || fs.existsSync(`${process.env.HOME}/beat`))
      works(() => fs.writeSync(1, "stays\n"));
  }, 20);
}
