// The states of a ticket; on disk each one is a folder.
import { z } from "zod";

export const QueueState = z.enum(["pending", "running", "done", "failed", "cancelled", "awaiting_approval"]);
export type QueueState = z.infer<typeof QueueState>;
