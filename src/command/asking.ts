// Who asked for what and what was decided: for the record that the operator keeps.
import type { Permission } from "../job/job-spec.ts";
import type { Trigger } from "./trigger.ts";

export interface Asking {
  decision: "allowed" | "denied" | "ignored";
  trigger: Trigger;
  /** As it was at that moment; null when nobody was asked, since an ignored sender's doesn't matter. */
  permission: Permission | null;
  /** Why it was ignored or what became of it when no job did. */
  note?: string;
}
