// `patchbay gc`: what nobody needs any more is removed now, or only told.
import { assemble } from "../assemble.ts";
import { readEnvironment } from "../environment.ts";
import { table } from "../jobs/table.ts";
import { collectGarbage, type Collected } from "./collect-garbage.ts";

/** Prints what was removed, or with `dryRun` would be, and why what is in use stays. Safe beside a running Patchbay. */
export async function gc(options: { dryRun?: boolean; json?: boolean }): Promise<void> {
  const config = readEnvironment();
  const house = await assemble({ ...config, LOG_LEVEL: "error" }, config.credentials);
  try {
    const collected = await collectGarbage(house, { dryRun: options.dryRun === true });
    if (options.json) console.log(JSON.stringify(resource(collected), undefined, 2));
    else tell(collected, options.dryRun === true);
  } finally {
    await house.close();
  }
}

function resource({ removed, kept, workspaces }: Collected) {
  const shown = ({ id, bytes, lastUsedMs }: Collected["kept"][number]) => ({
    job_id: id,
    bytes,
    last_used: new Date(lastUsedMs).toISOString(),
  });
  return {
    removed: removed.map((one) => ({ ...shown(one), why: one.why })),
    kept: kept.map((one) => ({ ...shown(one), use: one.use ?? null })),
    workspaces: workspaces.map(({ id, bytes }) => ({ job_id: id, bytes })),
  };
}

const whys = { old: "not used for ARTIFACTS_TTL_SEC", space: "more than ARTIFACTS_MAX_BYTES" };

function tell({ removed, kept, workspaces }: Collected, dryRun: boolean): void {
  const verb = dryRun ? "would be removed" : "removed";
  const rows = [
    ...removed.map(({ id, bytes, lastUsedMs, why }) => [id, size(bytes), day(lastUsedMs), whys[why]]),
    ...workspaces.map(({ id, bytes }) => [id, size(bytes), "-", "the workspace of a runner that died"]),
  ];
  if (rows.length > 0) console.log(table([["JOB", "SIZE", "LAST USED", "WHY"], ...rows]));
  const freed = [...removed, ...workspaces].reduce((sum, { bytes }) => sum + bytes, 0);
  const used = kept.filter(({ use }) => use !== undefined);
  const left = kept.reduce((sum, { bytes }) => sum + bytes, 0);
  console.log(
    `${rows.length} ${verb}, ${size(freed)}; ${kept.length} jobs stay with ${size(left)}, ${used.length} of them in use`,
  );
  for (const { id, use } of used.slice(0, 20)) console.log(`  ${id}  ${use ?? ""}`);
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const at = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${(bytes / 1000 ** at).toFixed(at === 0 ? 0 : 1)} ${units[at] ?? "B"}`;
}
