// An audit log for tests, with a clock that the test moves.
import { type AuditLog, type AuditOptions, createAuditLog } from "../../src/audit/audit-log.ts";

export interface Writer extends AuditLog {
  /** Records an event about `job`. */
  note(job: string, more?: Record<string, string>): Promise<void>;
  /** Lets so much time pass that the next event brings the others' heads along. */
  wait(): void;
  said: string[];
}

const start = Date.parse("2026-08-12T07:49:00.000Z");
let opened = 0;

export function createWriter(folder: string, more: Partial<AuditOptions> = {}): Writer {
  let now = start + opened++ * 1000;
  const said: string[] = [];
  const say = (_: unknown, text?: string): void => void said.push(String(text));
  const log = createAuditLog({
    folder,
    mask: (text) => text.replaceAll("s3cret-value", "[redacted:TEST]"),
    clock: () => new Date((now += 10)),
    log: { error: say },
    process: { pid: 1 },
    ...more,
  });
  return {
    ...log,
    said,
    note: (job, fields = {}) => log.record({ kind: "job_queued", fields: { job_id: job, ...fields } }),
    wait() {
      now += 10 * 60 * 1000;
    },
  };
}
