// The agents that an operator describes in AGENTS_FILE, of whatever kind.
import { z } from "zod";
import { DescribedCli } from "./described-cli.ts";
import { DescribedEndpoint } from "./described-endpoint.ts";
import { DescribedPackage } from "./described-package.ts";

const DescribedAgent = z.discriminatedUnion(
  "kind",
  [DescribedCli, DescribedEndpoint, DescribedPackage],
  'kind is "cli", "http" or "package"',
);
export type DescribedAgent = z.infer<typeof DescribedAgent>;

const List = z.array(DescribedAgent).max(50);

/** The file as it is written: a list, or an object with one, which has room for `$schema` in JSON. */
export const AgentsFile = z.union([List, z.strictObject({ $schema: z.string().optional(), agents: List })]);
