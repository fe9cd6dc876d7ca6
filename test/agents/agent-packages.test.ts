// What `npm run test:agents` installs, on machines that this one is not.
import { expect, test } from "vitest";
import { agentPackages, type Machine } from "../../scripts/agent-packages.ts";

const versions = { claude: "2.1.3", codex: "0.1.2", opencode: "1.8.0", gemini: "0.6.1" };
const debian: Machine = { platform: "linux", arch: "arm64", glibc: "2.41" };

test("each machine gets the packages of its own processor", () => {
  expect(agentPackages(debian, versions).map(({ spec, file }) => `${spec} ${file}`)).toEqual([
    "@anthropic-ai/claude-code-linux-arm64@2.1.3 claude",
    "@openai/codex-linux-arm64@npm:@openai/codex@0.1.2-linux-arm64 vendor/aarch64-unknown-linux-musl/bin/codex",
    "opencode-linux-arm64@1.8.0 bin/opencode",
    "@google/gemini-cli@0.6.1 bundle/gemini.js",
  ]);
  const [, codex] = agentPackages({ ...debian, arch: "x64" }, versions);
  expect(codex).toEqual({
    program: "codex",
    folder: "@openai/codex-linux-x64",
    spec: "@openai/codex-linux-x64@npm:@openai/codex@0.1.2-linux-x64",
    version: "0.1.2-linux-x64",
    file: "vendor/x86_64-unknown-linux-musl/bin/codex",
  });
});

test.each([
  [{ platform: "darwin", arch: "arm64", glibc: undefined }, "darwin-arm64:"],
  [{ ...debian, arch: "riscv64" }, "linux-riscv64:"],
  [{ ...debian, arch: "constructor" }, "linux-constructor:"],
  [{ ...debian, glibc: undefined }, "linux-arm64 without glibc:"],
])("a machine for which there is none is named: %j", (machine, named) => {
  expect(() => agentPackages(machine, versions)).toThrow(`can't be installed for ${named}`);
});
