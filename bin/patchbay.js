#!/usr/bin/env node
// Runs the patchbay command under Node 24 or newer: this one, or the one that the package brings along.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
// By its default: the names of Node 20 are fewer, and one that is missing would end it here.
import module from "node:module";
import { fileURLToPath } from "node:url";

const wanted = 24;
const source = new URL("../src/main.ts", import.meta.url);
const built = new URL("../dist/main.js", import.meta.url);
// Node strips no types below node_modules, so an installed package carries a plain build.
const main = import.meta.url.includes("/node_modules/") ? built : source;

if (Number(process.versions.node.split(".")[0]) >= wanted) {
  // Half of a start is reading types and compiling. Where this user may not write, it is done each time.
  module.enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/patchbay", import.meta.url)));
  await import(main.href);
} else {
  let newer;
  try {
    newer = fileURLToPath(import.meta.resolve(`node-${process.platform}-${process.arch}/bin/node`));
  } catch {
    newer = undefined;
  }
  if (newer === undefined || !existsSync(newer)) {
    console.error(
      `patchbay needs Node ${wanted} or newer and this is ${process.version}; install Node ${wanted}, or run npm install` +
        " without --omit=optional on Linux (x64 or arm64), which brings it along",
    );
    process.exit(1);
  }
  const child = spawn(newer, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === null ? 1 : 128);
  });
}
