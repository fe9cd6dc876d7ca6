// Which files that people write have a JSON Schema, and what it says.
import { z } from "zod";
import { AgentsFile } from "../src/agents/described-agent.ts";
import { RepositoryConfiguration } from "../src/command/repository-configuration/schema.ts";

/** As people write the file, defaults left out. What Zod checks beyond a field's own form is not in it. */
function publish(file: string, title: string, schema: z.ZodType): { file: string; text: string } {
  const json = { title, ...z.toJSONSchema(schema, { io: "input" }) };
  return { file, text: `${JSON.stringify(json, null, 2)}\n` };
}

export const publishedSchemas = [
  publish("schemas/agents.json", "Patchbay's AGENTS_FILE", AgentsFile),
  publish("schemas/agent-yml.json", "Patchbay's .github/agent.yml", RepositoryConfiguration),
];
