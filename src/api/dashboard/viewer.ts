// Who looks at the dashboard.
import { z } from "zod";

export const Viewer = z.discriminatedUnion("kind", [
  /** Has shown the operator's token. */
  z.object({ kind: z.literal("operator") }),
  /** Has signed in on GitHub. */
  z.object({ kind: z.literal("person"), login: z.string().min(1).max(100), id: z.int() }),
]);
export type Viewer = z.infer<typeof Viewer>;
