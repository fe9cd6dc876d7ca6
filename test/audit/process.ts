// A process with an audit log: reads `record|insist <job>` or `close` from standard input and says when it is done.
import { createInterface } from "node:readline";
import { createAuditLog } from "../../src/audit/audit-log.ts";

// A write over the size limit is an error and not the end (setrlimit(2), RLIMIT_FSIZE).
process.on("SIGXFSZ", () => undefined);

export type Order = `${"record" | "insist"} ${string}` | "close";

const said: string[] = [];
const audit = createAuditLog({
  folder: process.argv[2] ?? "",
  mask: (text) => text,
  clock: () => new Date(),
  log: { error: (_, text) => void said.push(text) },
  process: { pid: process.pid },
});
for await (const line of createInterface({ input: process.stdin })) {
  const [verb, job = ""] = line.split(" ");
  const event = { kind: "job_queued" as const, fields: { job_id: job, padding: "x".repeat(500) } };
  if (verb === "close") break;
  try {
    await (verb === "insist" ? audit.insist(event) : audit.record(event));
    console.log(`done ${job}${said.length > 0 ? `, but: ${said.splice(0).join("; ")}` : ""}`);
  } catch (error) {
    console.log(`refused ${job}: ${String(error)}`);
  }
}
await audit.close();
process.stdin.destroy();
