// Installs the real CLIs that `npm run test:agents` drives: about 1.2 GB below test/agents/cli, once for each version.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { agentPackages } from "./agent-packages.ts";

const folder = join(import.meta.dirname, "..", "test", "agents", "cli");
const modules = join(folder, "node_modules");
const Pinned = z.object({
  config: z.object({ claude: z.string(), codex: z.string(), opencode: z.string(), gemini: z.string() }),
});
const Installed = z.object({ version: z.string() });
const Report = z.object({ header: z.object({ glibcVersionRuntime: z.string().optional() }) });

function read(path: string): unknown {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

const { glibcVersionRuntime: glibc } = Report.parse(process.report.getReport()).header;
const { platform, arch } = process;
const packages = agentPackages(
  { platform, arch, glibc },
  Pinned.parse(read(join(folder, "package.json"))).config,
);
const isThere = packages.every((one) => {
  const found = Installed.safeParse(read(join(modules, one.folder, "package.json"))).data;
  return found?.version === one.version && existsSync(join(modules, one.folder, one.file));
});
if (!isThere) {
  console.log(`installing the real CLIs for ${platform}-${arch}, about 1.2 GB`);
  const specs = packages.map(({ spec }) => spec);
  execFileSync("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--omit=optional", ...specs], {
    cwd: folder,
    stdio: "inherit",
  });
}
const bin = join(folder, "bin");
rmSync(bin, { recursive: true, force: true });
mkdirSync(bin);
for (const { program, folder: of, file } of packages) {
  if (!existsSync(join(modules, of, file))) throw new Error(`${of} has no ${file}: its layout has changed`);
  symlinkSync(join("..", "node_modules", of, file), join(bin, program));
}
