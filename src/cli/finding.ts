// One thing that the doctor looked at.
export interface Finding {
  name: string;
  /** `missing` keeps Patchbay from working; `note` is worth knowing. */
  level: "ok" | "note" | "missing";
  found: string;
  remedy?: string;
}
