// Looking in from another process: what was asked, what was delivered, what broke; and faults to order.
import { Hono } from "hono";
import { z } from "zod";
import type { FaultHandle, Faults } from "../faults.ts";
import type { RequestLog } from "../http/request-log.ts";
import type { App } from "../model/accounts.ts";
import type { Sender } from "../webhooks/sender.ts";

export interface InspectOptions {
  app: () => App;
  url: () => string;
  requests: RequestLog;
  sender: Sender;
  faults: Faults;
  violations: readonly string[];
}

const NewFault = z.object({
  kind: z.enum([
    "server_error",
    "secondary_limit",
    "too_many_requests",
    "primary_limit",
    "hold",
    "slow",
    "cut",
    "lost_delivery",
  ]),
  method: z.string().optional(),
  path: z.string().optional(),
  bodyIncludes: z.string().optional(),
  nth: z.number().int().positive().optional(),
  times: z.number().int().positive().optional(),
  after: z.boolean().optional(),
  status: z.number().optional(),
  retryAfterSec: z.number().optional(),
  resetSec: z.number().optional(),
  delayMs: z.number().optional(),
  event: z.string().optional(),
  action: z.string().optional(),
});
type NewFault = z.infer<typeof NewFault>;

function order(faults: Faults, wish: NewFault): FaultHandle | null {
  switch (wish.kind) {
    case "server_error":
      return faults.serverError(wish, wish.status);
    case "secondary_limit":
      return faults.secondaryLimit(wish, wish.retryAfterSec);
    case "too_many_requests":
      return faults.tooManyRequests(wish, wish.retryAfterSec);
    case "primary_limit":
      return faults.primaryLimit(wish, wish.resetSec ?? 0);
    case "hold":
      return faults.hold(wish);
    case "slow":
      return faults.slow(wish, wish.delayMs ?? 1_000);
    case "cut":
      return faults.cut(wish);
    case "lost_delivery":
      faults.loseDelivery(wish);
      return null;
  }
}

/** The routes under `/_demo` that only look, and those of the faults. */
export function inspectRoutes(options: InspectOptions): Hono {
  const { requests, sender, faults, violations } = options;
  const app = new Hono();
  app.get("/app", (c) => {
    const { id, slug, private_key, webhook_secret, webhook_url } = options.app();
    return c.json({ url: options.url(), id, slug, private_key, webhook_secret, webhook_url });
  });
  app.get("/requests", (c) => c.json(requests.entries));
  app.get("/deliveries", (c) => c.json({ pending: sender.pending(), deliveries: sender.deliveries }));
  app.post("/deliveries/:id/redeliver", (c) => {
    const delivery = sender.deliveries.find((one) => one.id === Number(c.req.param("id")));
    if (!delivery) return c.json({ message: "no such delivery" }, 404);
    sender.redeliver(delivery);
    return c.json({}, 202);
  });
  app.get("/violations", (c) => c.json(violations));
  app.get("/faults", (c) => c.json(faults.list()));
  app.post("/faults", async (c) => {
    const wish = NewFault.safeParse(await c.req.json());
    if (!wish.success) return c.json({ message: z.prettifyError(wish.error) }, 422);
    return c.json({ id: order(faults, wish.data)?.id ?? null }, 201);
  });
  app.delete("/faults", (c) => {
    faults.clear();
    return c.json({});
  });
  app.post("/faults/:id/:verb{release|drop|remove}", (c) => {
    const fault = faults.find(Number(c.req.param("id")));
    if (!fault) return c.json({ message: "no such fault" }, 404);
    const verb = z.enum(["release", "drop", "remove"]).parse(c.req.param("verb"));
    fault[verb]();
    return c.json({});
  });
  return app;
}
