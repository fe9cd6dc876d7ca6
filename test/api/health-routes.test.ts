import { once } from "node:events";
import { networkInterfaces } from "node:os";
import { serve } from "@hono/node-server";
import { afterEach, describe, expect, test } from "vitest";
import { createHealthRoutes } from "../../src/api/health-routes.ts";
import type { Metric } from "../../src/api/metrics-text.ts";

const token = "a-token-of-the-operator";
const metric: Metric = { name: "m", help: "One.", type: "gauge", samples: [{ value: 1 }] };
const servers: ReturnType<typeof serve>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function open(
  options: { check?: () => Promise<void>; token?: string; collect?: () => Promise<Metric[]> } = {},
) {
  const log = { warn: () => undefined };
  const collect = () => Promise.resolve([metric]);
  const app = createHealthRoutes({
    check: () => Promise.resolve(),
    collect,
    token: undefined,
    log,
    ...options,
  });
  const server = serve({ fetch: app.fetch, hostname: "0.0.0.0", port: 0 });
  servers.push(server);
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return (path: string, headers: Record<string, string> = {}, host = "127.0.0.1") =>
    fetch(`http://${host}:${port}${path}`, { headers });
}

describe("/healthz", () => {
  test("says that it is well, or not, and no reason", async () => {
    let asked = 0;
    const well = await open({
      check: () => {
        asked += 1;
        return Promise.resolve();
      },
    });
    const answers = await Promise.all(Array.from({ length: 20 }, () => well("/healthz")));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    // However many ask at the same time, it is looked at once.
    expect(asked).toBe(1);
    const ill = await open({ check: () => Promise.reject(new Error("/srv/secret/path is full")) });
    const answer = await ill("/healthz", { "x-forwarded-for": "203.0.113.7" });
    expect(answer.status).toBe(503);
    expect(await answer.text()).toBe('{"status":"failing"}');
  });
});

describe("/metrics", () => {
  test("is for programs of this machine", async () => {
    const get = await open();
    const answer = await get("/metrics");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(await answer.text()).toBe("# HELP m One.\n# TYPE m gauge\nm 1\n");
  });

  test.each(["x-forwarded-for", "forwarded", "via", "x-real-ip"])(
    "not for what a proxy passed on: %s",
    async (name) => {
      const get = await open();
      const answer = await get("/metrics", { [name]: "for=127.0.0.1" });
      expect(answer.status).toBe(401);
      expect(await answer.text()).toContain("METRICS_TOKEN");
      // Without a token there is none that fits.
      for (const authorization of ["Bearer undefined", "Bearer ", `Bearer ${token}`]) {
        expect((await get("/metrics", { [name]: "x", authorization })).status).toBe(401);
      }
    },
  );

  test("nor for another machine, unless it shows the token", async () => {
    const own = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .find(({ family, internal }) => family === "IPv4" && !internal)?.address;
    const get = await open({ token });
    const places: [Record<string, string>, string | undefined][] = [
      [{ "x-forwarded-for": "203.0.113.7" }, undefined],
      ...(own === undefined ? [] : [[{}, own] satisfies [Record<string, string>, string]]),
    ];
    for (const [headers, host] of places) {
      expect((await get("/metrics", headers, host)).status).toBe(401);
      const wrong = { ...headers, authorization: `Bearer ${token}x` };
      expect((await get("/metrics", wrong, host)).status).toBe(401);
      const right = { ...headers, authorization: `Bearer ${token}` };
      expect((await get("/metrics", right, host)).status).toBe(200);
    }
  });

  test("says when it can't be told, without the reason", async () => {
    const get = await open({ collect: () => Promise.reject(new Error("/srv/secret")) });
    const answer = await get("/metrics");
    expect(answer.status).toBe(503);
    expect(await answer.text()).not.toContain("secret");
  });
});
