// The doctor's look at the sandbox: what it needs, whether it keeps anything in, and which limits are in force.
import { pino } from "pino";
import type { Config } from "../config.ts";
import { explain, UserError } from "../errors.ts";
import { prove } from "../sandbox/proof/prove.ts";
import { nameOf, openUnproven, type Unproven } from "../sandbox/sandbox.ts";
import { findAgentUser } from "../sandbox/bwrap/agent-user.ts";
import { findBwrap, findPrlimit, requireArchitecture } from "../sandbox/bwrap/open-bwrap.ts";
import type { Finding } from "./finding.ts";
import { sandboxOptions } from "./open-sandbox.ts";

/** Simulated agents start no program, so for them nothing of it is required. */
export async function examineSandbox(config: Config): Promise<Finding[]> {
  const findings = await examine(config);
  if (config.ENABLE_REAL_CLI) return findings;
  return findings.map((finding) => ({
    ...finding,
    level: finding.level === "missing" ? "note" : finding.level,
  }));
}

async function examine(config: Config): Promise<Finding[]> {
  if (config.SANDBOX === "none") return [withoutSandbox];
  const { trustedPath } = config;
  const parts = [
    await look("architecture", async () => requireArchitecture(process.platform, process.arch)),
    await look("sandbox user", async () => {
      const user = await findAgentUser(config.SANDBOX_USER, { trustedPath });
      return user
        ? `${user.name}, uid ${user.uid}`
        : `Patchbay's own, uid ${process.getuid?.() ?? "unknown"}`;
    }),
    ...(config.SANDBOX === "bwrap"
      ? [
          await look("bubblewrap", async () => {
            const { path, version } = await findBwrap(trustedPath);
            return `${version} in ${path}`;
          }),
        ]
      : []),
    await look("prlimit", () => findPrlimit(trustedPath)),
  ];
  if (parts.some(({ level }) => level === "missing")) return parts;
  return [...parts, ...(await examineWhole(config))];
}

/** The real profile around a program that tries to get out. */
async function examineWhole(config: Config): Promise<Finding[]> {
  const options = sandboxOptions({ config, log: pino({ level: "silent" }) });
  try {
    const opened = await openUnproven(options);
    const verdicts = await prove(opened.sandbox, options);
    const held = verdicts.filter(({ holds }) => holds).map(({ name }) => name);
    const broken = verdicts.filter(({ holds }) => !holds);
    const remedy =
      config.SANDBOX === "wrapper"
        ? "docs/sandbox.md says what SANDBOX_WRAPPER has to keep; or use SANDBOX=bwrap"
        : "this is a fault of Patchbay or of this machine's bubblewrap: report it, and run no agent here";
    return [
      ...broken.map(({ name, otherwise }): Finding => ({
        name: `sandbox: ${name}`,
        level: "missing",
        found: otherwise,
        remedy,
      })),
      {
        name: "sandbox",
        level: broken.length === 0 ? "ok" : "missing",
        found: `${nameOf(config.SANDBOX)}: ${held.length} of ${verdicts.length} probes hold (${held.join(", ")})`,
        ...(broken.length > 0 && { remedy }),
      },
      limitsFinding(opened),
    ];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [
      { name: "sandbox", level: "missing", found: explain(error), remedy: "docs/sandbox.md has each remedy" },
    ];
  }
}

function limitsFinding({ sandbox, reasons }: Unproven): Finding {
  const name = "limits";
  if (sandbox.tier !== "prlimit") return { name, level: "ok", found: `by ${sandbox.tier}` };
  return {
    name,
    level: "note",
    found: `by prlimit, process by process, with a look at the whole twice a second (${reasons.join("; ")})`,
    remedy: "run Patchbay as a systemd service with Delegate=yes; docs/sandbox.md has the unit",
  };
}

const withoutSandbox: Finding = {
  name: "sandbox",
  level: "note",
  found: "none (SANDBOX=none)",
  remedy: "agents run as this user and reach all that it reaches; use a machine that holds nothing else",
};

/** A part that is there or isn't; its error names the remedy. */
async function look(name: string, find: () => Promise<string>): Promise<Finding> {
  try {
    return { name, level: "ok", found: await find() };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const [found = "", ...remedy] = error.message.split(": ");
    return { name, level: "missing", found, ...(remedy.length > 0 && { remedy: remedy.join(": ") }) };
  }
}
