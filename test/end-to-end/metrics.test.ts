// What a running Patchbay tells a program of its own machine.
import { join } from "node:path";
import { expect, test } from "vitest";
import { freePort } from "../free-port.ts";
import { temporaryFolder } from "../temp-folder.ts";
import { createWorld } from "./world.ts";

const folder = await temporaryFolder();

test("health and metrics of the web and of a runner, and no secret among them", async () => {
  const runnerPort = await freePort();
  const world = await createWorld(join(folder, "world"), { METRICS_TOKEN: "a-token-of-the-operator" });
  try {
    const web = await world.start("web");
    await world.start("runner", { RUNNER_METRICS_PORT: String(runnerPort) });
    const webPort = /"port":(\d+)/.exec(web.lines.find((line) => line.includes("listening for")) ?? "")?.[1];
    const number = await world.openIssue("Too many tries");
    await world.comment(number, "/agent fix allow five tries");
    await world.published(1);
    for (const port of [webPort, runnerPort]) {
      const health = await fetch(`http://127.0.0.1:${port}/healthz`);
      expect([health.status, await health.text()]).toEqual([200, '{"status":"ok"}']);
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      expect(text).toMatch(/^patchbay_info\{version="\d+\.\d+\.\d+"\} 1$/m);
      expect(text).toMatch(/^patchbay_queue_tickets\{queue="jobs",state="done"\} 1$/m);
      expect(text).toMatch(/^patchbay_agent_info\{agent="codex",version="",simulated="true"\} 1$/m);
      for (const secret of ["a-token-of-the-operator", world.env["WEBHOOK_SECRET"] ?? "?", folder]) {
        expect(text).not.toContain(secret);
      }
    }
  } finally {
    await world.stop();
  }
});
