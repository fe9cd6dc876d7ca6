// Finds an installed package, reads what it promises, and only then runs its code.
//
// It becomes part of Patchbay's own process. So it is looked for beside the operator's file and nowhere else, never in
// a repository, and not taken from where others can write.
import { readFile, realpath, stat } from "node:fs/promises";
import { findPackageJSON } from "node:module";
import { dirname, join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { z } from "zod";
import { UserError, explain } from "../errors.ts";
import type { Agent } from "./agent.ts";
import type { DescribedPackage } from "./described-package.ts";
import { createPackageAgent } from "./package-agent.ts";
import { AgentModule, contractVersion, PackageAgent, PackageManifest } from "./package-contract.ts";

export interface LoadedPackage {
  agent: Agent;
  /** Name and version. */
  from: string;
}

/**
 * The agent of the package, looked for from the folder of `agentsFile`. `closed` are folders in which agents write. Throws
 * UserError (`preflight`) that names the package and what is wrong with it.
 */
export async function loadPackageAgent(
  description: DescribedPackage,
  where: { agentsFile: string; closed: readonly string[] },
): Promise<LoadedPackage> {
  const { name, package: wanted, options } = description;
  const refuse = (problem: string, cause?: unknown): UserError =>
    new UserError(`AGENTS_FILE: the package ${wanted} of the agent ${name}: ${problem}`, {
      cause,
      code: "preflight",
    });

  const agentsFile = await realpath(where.agentsFile);
  const found = findManifest(wanted, agentsFile);
  if (found === undefined) {
    throw refuse(`it is not installed; run: npm install --prefix ${dirname(agentsFile)} ${wanted}`);
  }
  const manifest = PackageManifest.safeParse(parse(await readFile(found, "utf8")));
  if (!manifest.success) throw refuse(`its package.json is not right: ${tell(manifest.error)}`);
  const { patchbay, version } = manifest.data;
  if (patchbay.contract !== contractVersion) {
    throw refuse(
      `it is made for version ${patchbay.contract} of the contract, and this Patchbay knows ${contractVersion}; install a version of either that fits`,
    );
  }
  const entry = await realpath(join(dirname(found), patchbay.agent)).catch((cause: unknown) => {
    throw refuse(`${patchbay.agent} is not there: ${explain(cause)}`, cause);
  });
  await requireTrusted(await realpath(dirname(found)), entry, where.closed).catch((cause: unknown) => {
    throw refuse(explain(cause), cause);
  });

  let made: unknown;
  try {
    const loaded: unknown = await import(pathToFileURL(entry).href);
    const module = AgentModule.safeParse(Object.assign({}, loaded));
    if (!module.success) throw refuse(`it does not keep the contract: ${tell(module.error)}`);
    made = await module.data.createAgent({ name, options: structuredClone(options) });
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw refuse(`it can't be loaded: ${explain(cause)}`, cause);
  }
  const agent = PackageAgent.safeParse(made);
  if (!agent.success) throw refuse(`createAgent returned no agent: ${tell(agent.error)}`);
  const from = `${wanted} ${version}`;
  return { agent: createPackageAgent(name, from, agent.data), from };
}

function findManifest(name: string, agentsFile: string): string | undefined {
  try {
    return findPackageJSON(name, pathToFileURL(agentsFile));
  } catch {
    return undefined;
  }
}

/** Throws for code that an agent, or another user of this machine, could have written. */
async function requireTrusted(folder: string, entry: string, closed: readonly string[]): Promise<void> {
  if (!entry.startsWith(folder + sep)) throw new Error("its agent lies outside of it");
  for (const place of closed) {
    const real = await realpath(place).catch(() => place);
    if (entry.startsWith(real + sep)) {
      throw new Error(`it lies in ${place}, where agents write; move AGENTS_FILE and its packages elsewhere`);
    }
  }
  for (const path of [folder, dirname(entry), entry]) {
    const { mode, uid } = await stat(path);
    const owners = [0, process.getuid?.() ?? 0];
    if ((mode & 0o002) !== 0 || !owners.includes(uid)) {
      throw new Error(`${path} can be written by other users; make it root's or your own: chmod o-w, chown`);
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function tell(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => [...path, message].join(": ")).join("; ");
}
