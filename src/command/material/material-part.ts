// One kind of material: what was found, and what is missing of it.
import type { Material } from "../../job/material.ts";

export interface MaterialPart {
  found: Material[];
  /** A sentence for each thing that could not be had. */
  leftOut: string[];
}
