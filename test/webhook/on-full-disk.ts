// The route with its real inbox on a disk that becomes full, then read-only, then has room again. Tells what it
// answered. Run by full-disk.test.ts.
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { Delivery } from "../../src/job/delivery.ts";
import { newId } from "../../src/job/ids.ts";
import { createFsQueue } from "../../src/queue/fsqueue/fsqueue.ts";
import { createKeep } from "../../src/webhook/keep.ts";
import { createWebhookRoute, webhookPath } from "../../src/webhook/route.ts";
import { createVerify } from "../../src/webhook/signature.ts";
import { commentPayload } from "./payloads.ts";
import { serveRoute } from "./serve-route.ts";

const disk = process.argv[2] ?? "";
execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]);
// Somebody makes room in the end.
writeFileSync(join(disk, "room"), Buffer.alloc(400_000));
const inbox = await createFsQueue({
  root: join(disk, "inbox"),
  payload: Delivery,
  maxCrashes: 3,
  leaseMs: 600_000,
});
const secret = "a-secret-of-the-full-disk";
const route = createWebhookRoute({
  verify: createVerify(secret),
  keep: createKeep({ inbox, concerns: () => true, clock: () => new Date(), newId }),
  maxBodyBytes: 1_000_000,
  log: pino({ level: "silent" }),
});
const server = await serveRoute(route);
const body = JSON.stringify(commentPayload(`/agent fix it\n\n${"x".repeat(10_000)}`));
const signature = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;

async function deliver(guid: string): Promise<{ status: number; text: string; retryAfter: string | null }> {
  const response = await fetch(`http://127.0.0.1:${server.port}${webhookPath}`, {
    method: "POST",
    body,
    headers: {
      "X-GitHub-Delivery": guid,
      "X-GitHub-Event": "issue_comment",
      "X-Hub-Signature-256": signature,
    },
  });
  const retryAfter = response.headers.get("Retry-After");
  return { status: response.status, text: await response.text(), retryAfter };
}

const promised: string[] = [];
let full = await deliver("guid-0");
for (let n = 1; full.status === 202 && n < 1000; n += 1) {
  promised.push(`guid-${n - 1}`);
  full = await deliver(`guid-${n}`);
}
const refused = `guid-${promised.length}`;

// A mount over the mount, since one with files open for writing can't become read-only.
execFileSync("mount", ["--bind", disk, disk]);
execFileSync("mount", ["-o", "remount,bind,ro", disk]);
const readOnly = await deliver(refused);
execFileSync("umount", ["--lazy", disk]);
rmSync(join(disk, "room"));
const again = await deliver(refused);
promised.push(refused);

const claimed: string[] = [];
for (let claim = await inbox.claim(); claim; claim = await inbox.claim()) {
  if (claim.ticket.payload.body !== body) throw new Error(`${claim.ticket.id} is half written`);
  claimed.push(claim.ticket.id);
  await claim.complete();
}
await server.close();
await inbox.close();
console.log(
  JSON.stringify({
    kept: promised.length,
    full,
    readOnly,
    again,
    allClaimed: claimed.join() === promised.join(),
  }),
);
