// An agent that comes from an installed package: what an operator may say about it.
import { z } from "zod";
import { AgentName } from "./agent-name.ts";

export const DescribedPackage = z.strictObject({
  name: AgentName,
  kind: z.literal("package"),
  package: z
    .string()
    .max(214)
    .regex(/^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/, "the name of an npm package")
    .describe("Installed beside AGENTS_FILE, in its node_modules or those of a folder above"),
  options: z
    .record(z.string(), z.json())
    .default({})
    .describe("Handed to the package; a secret does not belong here"),
});
export type DescribedPackage = z.infer<typeof DescribedPackage>;
