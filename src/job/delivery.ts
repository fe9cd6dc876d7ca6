// One webhook call as the inbox keeps it.
import { z } from "zod";

export const Delivery = z.strictObject({
  /** Minted before the 202; job ids derive from it. */
  inbox_id: z.string().regex(/^[0-9a-f]{32}$/),
  guid: z.string().regex(/^[0-9A-Za-z-]{1,64}$/),
  event: z.string().regex(/^[a-z_]{1,64}$/),
  received_at: z.iso.datetime(),
  /** The raw JSON body, as it was signed. */
  body: z.string(),
});
export type Delivery = z.infer<typeof Delivery>;
