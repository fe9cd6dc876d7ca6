// The stand-in as a program: `node demo/github/main.ts --port N --data DIR [--webhook-url URL] [--verbose]`.
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { createStandIn } from "./stand-in.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    data: { type: "string" },
    "webhook-url": { type: "string" },
    verbose: { type: "boolean", default: false },
  },
});
if (values.data === undefined) {
  console.error("usage: main.ts --data DIR [--port N] [--webhook-url URL] [--verbose]");
  process.exit(2);
}
const dataDir = resolve(values.data);
const webhookUrl = values["webhook-url"];
const standIn = await createStandIn({
  dataDir,
  port: Number(values.port),
  ...(webhookUrl === undefined ? {} : { webhookUrl }),
  ...(values.verbose ? { log: (message: string) => console.error(message) } : {}),
});
const privateKeyPath = join(dataDir, "app.pem");
await writeFile(privateKeyPath, standIn.app.privateKey, { mode: 0o600 });

let stopping = false;
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    void standIn.stop().then(() => process.exit(0));
  });
}
console.log(
  JSON.stringify({
    url: standIn.url,
    app_id: standIn.app.id,
    private_key_path: privateKeyPath,
    webhook_secret: standIn.app.webhookSecret,
  }),
);
