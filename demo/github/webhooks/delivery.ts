// A webhook on its way to the App: what is sent, and what became of it.
import { z } from "zod";

/** What an action hands over; the payload is complete but for `installation`. */
export interface Outgoing {
  event: string;
  action: string | null;
  installation_id: number | null;
  repository_id: number | null;
  payload: Record<string, unknown>;
}

export const Delivery = z.object({
  id: z.number(),
  guid: z.string(),
  delivered_at: z.string(),
  redelivery: z.boolean(),
  duration: z.number(),
  status: z.string(),
  status_code: z.number(),
  event: z.string(),
  action: z.string().nullable(),
  installation_id: z.number().nullable(),
  repository_id: z.number().nullable(),
  url: z.string(),
  request: z.object({
    headers: z.record(z.string(), z.string()),
    payload: z.record(z.string(), z.unknown()),
  }),
  response: z.object({ headers: z.record(z.string(), z.string()), payload: z.string() }),
});
export type Delivery = z.infer<typeof Delivery>;
