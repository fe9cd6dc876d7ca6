// This process's audit log in DATA_ROOT/audit.
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { type AuditLog, createAuditLog } from "../../audit/audit-log.ts";
import type { Config } from "../../config.ts";
import type { Log } from "../../log.ts";

export function auditFolder(config: Pick<Config, "DATA_ROOT">): string {
  return join(config.DATA_ROOT, "audit");
}

export function openAudit(
  config: Pick<Config, "DATA_ROOT">,
  options: { mask: (text: string) => string; clock: () => Date; log: Log },
): AuditLog {
  return createAuditLog({
    ...options,
    folder: auditFolder(config),
    process: {
      pid: process.pid,
      boot_id: bootId(),
      host: hostname(),
      uid: process.getuid?.() ?? null,
      command: process.argv.slice(2),
      node: process.version,
    },
  });
}

/** Changes with each boot (proc(5)); null where there is no such thing. */
function bootId(): string | null {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return null;
  }
}
