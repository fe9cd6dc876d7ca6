// Which packages hold the real CLIs for a machine, and where in them the programs lie.

export interface AgentPackage {
  /** The program's name. */
  program: string;
  /** Its folder below node_modules. */
  folder: string;
  /** What npm installs it from. */
  spec: string;
  version: string;
  /** The program's file in that folder. */
  file: string;
}

export interface Machine {
  platform: string;
  arch: string;
  /** Of glibc; undefined where there is none, as on Alpine. */
  glibc: string | undefined;
}

export interface AgentVersions {
  claude: string;
  codex: string;
  opencode: string;
  gemini: string;
}

/** Rust's names, which Codex uses inside of its packages. */
const triples: Record<string, string> = {
  x64: "x86_64-unknown-linux-musl",
  arm64: "aarch64-unknown-linux-musl",
};

/**
 * The packages of `versions` for `machine`. Claude Code, Codex and OpenCode have one for each platform. Throws where the
 * sandbox, and so the test, does not run: on anything but Linux with glibc on x64 or arm64.
 */
export function agentPackages(
  { platform, arch, glibc }: Machine,
  { claude, codex, opencode, gemini }: AgentVersions,
): AgentPackage[] {
  const triple = Object.hasOwn(triples, arch) ? triples[arch] : undefined;
  if (platform !== "linux" || triple === undefined || glibc === undefined) {
    const libc = platform === "linux" && glibc === undefined ? " without glibc" : "";
    throw new Error(
      `the real CLIs can't be installed for ${platform}-${arch}${libc}: they are known for Linux with glibc on x64 and arm64 only. Run npm run test:agents on such a machine; npm test needs none of them`,
    );
  }
  const of = `linux-${arch}`;
  const pack = (program: string, folder: string, version: string, file: string): AgentPackage => ({
    program,
    folder,
    spec: `${folder}@${version}`,
    version,
    file,
  });
  return [
    pack("claude", `@anthropic-ai/claude-code-${of}`, claude, "claude"),
    {
      ...pack("codex", `@openai/codex-${of}`, `${codex}-${of}`, `vendor/${triple}/bin/codex`),
      spec: `@openai/codex-${of}@npm:@openai/codex@${codex}-${of}`,
    },
    pack("opencode", `opencode-${of}`, opencode, "bin/opencode"),
    pack("gemini", "@google/gemini-cli", gemini, "bundle/gemini.js"),
  ];
}
