// The part of the build that tsc doesn't do: role instructions lie beside the compiled code.
import { cpSync } from "node:fs";
import { join } from "node:path";

const project = join(import.meta.dirname, "..");
cpSync(join(project, "src", "agents", "roles"), join(project, "dist", "agents", "roles"), {
  recursive: true,
});
