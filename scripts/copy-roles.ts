// The part of the build that tsc doesn't do: role instructions, and the dashboard's style and script, lie beside the
// compiled code.
import { cpSync } from "node:fs";
import { join } from "node:path";

const project = join(import.meta.dirname, "..");
for (const folder of ["agents/roles", "api/dashboard/assets"]) {
  cpSync(join(project, "src", folder), join(project, "dist", folder), { recursive: true });
}
