// Installs the real CLIs that `npm run test:agents` drives: about 1.2 GB below test/agents/cli, once for each version.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const folder = join(import.meta.dirname, "..", "test", "agents", "cli");
const modules = join(folder, "node_modules");
const Manifest = z.object({
  version: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
});

/** The program's name → where it lies in its package. */
const programs: Record<string, string> = {
  claude: "@anthropic-ai/claude-code-linux-x64/claude",
  codex: "@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex",
  opencode: "opencode-linux-x64/bin/opencode",
  gemini: "@google/gemini-cli/bundle/gemini.js",
};

function read(path: string): z.infer<typeof Manifest> | undefined {
  return existsSync(path)
    ? Manifest.parse({ version: "", ...JSON.parse(readFileSync(path, "utf8")) })
    : undefined;
}

const wanted = read(join(folder, "package.json"))?.dependencies ?? {};
const isThere = Object.entries(wanted).every(([name, version]) =>
  version.endsWith(read(join(modules, name, "package.json"))?.version ?? "nothing"),
);
if (!isThere) {
  console.log("installing the real CLIs, about 1.2 GB");
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--omit=optional"], {
    cwd: folder,
    stdio: "inherit",
  });
}
const bin = join(folder, "bin");
rmSync(bin, { recursive: true, force: true });
mkdirSync(bin);
for (const [name, path] of Object.entries(programs))
  symlinkSync(join("..", "node_modules", path), join(bin, name));
