// `npm run schemas`: the JSON Schemas that editors use, made of the Zod schemas that check the files.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { publishedSchemas } from "./published-schemas.ts";

for (const { file, text } of publishedSchemas) {
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
