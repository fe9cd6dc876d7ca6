// Removes what nobody needs any more: artifacts of old jobs, workspaces that a dead runner left.
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { chooseRemovals, type Kept, type Removal } from "../../artifacts/retention.ts";
import { explain } from "../../errors.ts";
import { removeFolder, removeRemains, sizeOf } from "../../io/remove-folder.ts";
import { JobId } from "../../job/ids.ts";
import type { House } from "../assemble.ts";
import { useOnGitHub, useOutside, usesInQueues } from "./find-uses.ts";

export interface Collected {
  /** Of artifacts. */
  removed: Removal[];
  kept: Kept[];
  /** Jobs whose workspaces were left by a runner that died. */
  workspaces: { id: string; bytes: number }[];
}

type Needed = Pick<
  House,
  "config" | "artifacts" | "jobs" | "outbox" | "probot" | "hasApp" | "audit" | "clock" | "log"
>;

/** Removes it, or with `dryRun` only says what would be. A job that can't be removed is logged and kept. */
export async function collectGarbage(house: Needed, { dryRun }: { dryRun: boolean }): Promise<Collected> {
  const { config, log } = house;
  if (!dryRun) {
    for (const root of [config.ARTIFACTS_ROOT, config.workspacesRoot]) await removeRemains(root);
  }
  const chosen = await chooseArtifacts(house);
  const removed: Removal[] = [];
  for (const one of chosen.removals) {
    try {
      if (dryRun || (await removeArtifacts(house, one))) removed.push(one);
    } catch (error) {
      log.error({ job: one.id, error: explain(error) }, "removing the artifacts of an old job");
    }
  }
  const ids = new Set(removed.map(({ id }) => id));
  return {
    removed,
    kept: chosen.jobs.filter(({ id }) => !ids.has(id)),
    workspaces: await collectWorkspaces(house, { dryRun }),
  };
}

async function chooseArtifacts(house: Needed): Promise<{ jobs: Kept[]; removals: Removal[] }> {
  const { config, artifacts, clock } = house;
  const limits = { ttlMs: config.ARTIFACTS_TTL_SEC * 1000, maxBytes: config.ARTIFACTS_MAX_BYTES };
  const nowMs = clock().getTime();
  const uses = await usesInQueues(house);
  const jobs: Kept[] = [];
  for (const id of await jobFolders(config.ARTIFACTS_ROOT)) {
    const folder = join(config.ARTIFACTS_ROOT, id);
    const stat = await lstat(folder).catch(() => undefined);
    if (!stat?.isDirectory()) continue;
    const state = await artifacts.readState(id).catch(() => undefined);
    const changedMs = state ? Date.parse(state.updated_at) : 0;
    jobs.push({
      id,
      bytes: await sizeOf(folder),
      lastUsedMs: Math.max(stat.mtimeMs, changedMs),
      use: uses.get(id) ?? useOutside(state, nowMs),
    });
  }
  // Asked about are only those that would go; one that stays lets another go in its place.
  for (const asked = new Set<string>(); ;) {
    const removals = chooseRemovals(jobs, limits, nowMs);
    const next = removals.filter(({ id }) => !asked.has(id));
    if (next.length === 0) return { jobs, removals };
    for (const { id } of next) {
      asked.add(id);
      const spec = await artifacts.readJob(id).catch(() => undefined);
      const publication = await artifacts.readPublication(id).catch(() => undefined);
      const job = jobs.find((one) => one.id === id);
      if (job && spec) job.use = await useOnGitHub(house, spec, publication);
    }
  }
}

/** False when it is in use by now, or gone. */
async function removeArtifacts(house: Needed, { id, bytes, why }: Removal): Promise<boolean> {
  const { config, audit, log } = house;
  // Whatever was asked since: a retry of this job, say.
  if ((await usesInQueues(house)).has(id)) return false;
  await audit.insist({ kind: "artifacts_removed", fields: { job_id: id, why, bytes } });
  if (!(await removeFolder(config.ARTIFACTS_ROOT, id))) return false;
  log.info({ job: id, bytes, why }, "the artifacts of an old job are removed");
  return true;
}

/** Of jobs that don't run and have not been touched for WORKSPACES_TTL_SEC: whoever ran them has died. */
async function collectWorkspaces(
  house: Needed,
  { dryRun }: { dryRun: boolean },
): Promise<Collected["workspaces"]> {
  const { config, jobs, artifacts, clock } = house;
  const root = config.workspacesRoot;
  const found: Collected["workspaces"] = [];
  for (const id of await jobFolders(root)) {
    const stat = await lstat(join(root, id)).catch(() => undefined);
    const idleMs = clock().getTime() - (stat?.mtimeMs ?? Infinity);
    if (!stat?.isDirectory() || idleMs < config.WORKSPACES_TTL_SEC * 1000) continue;
    const ticket = await jobs.find(id);
    if (ticket && ["pending", "running", "awaiting_approval"].includes(ticket.state)) continue;
    const state = await artifacts.readState(id).catch(() => undefined);
    if (useOutside(state, clock().getTime()) !== undefined) continue;
    const bytes = await sizeOf(join(root, id));
    if (dryRun || (await removeFolder(root, id))) found.push({ id, bytes });
  }
  return found;
}

async function jobFolders(root: string): Promise<string[]> {
  const names = await readdir(root).catch(() => []);
  return names.filter((name) => /^[0-9A-Za-z]/.test(name) && JobId.safeParse(name).success);
}
