// Cuts the operations that the stand-in serves out of GitHub's own OpenAPI description, without prose and examples.
//
//   npm install @octokit/openapi@23.0.2        (in a scratch folder: 385 MB)
//   node scripts/extract-github-openapi.ts <folder of that package>
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { served } from "../demo/github/openapi/served.ts";
import { webhooks } from "../demo/github/openapi/webhooks.ts";

const Tree = z.record(z.string(), z.json());
type Tree = z.infer<typeof Tree>;
type Json = z.infer<ReturnType<typeof z.json>>;

/** Keys that say nothing about validity. A property of that name is kept: see `pruneProperties`. */
const prose = new Set([
  "description",
  "summary",
  "example",
  "examples",
  "externalDocs",
  "title",
  "tags",
  "x-github",
  "x-octokit",
  "deprecated",
]);

function prune(value: Json): Json {
  if (Array.isArray(value)) return value.map(prune);
  if (value === null || typeof value !== "object") return value;
  const kept: Record<string, Json> = {};
  for (const [key, child] of Object.entries(value)) {
    if (prose.has(key)) continue;
    kept[key] = key === "properties" ? pruneProperties(child) : prune(child);
  }
  return kept;
}

function pruneProperties(value: Json): Json {
  return Object.fromEntries(Object.entries(Tree.parse(value)).map(([name, child]) => [name, prune(child)]));
}

/** Follows every `#/components/…` reference of `root`, and theirs, into `components`. */
function collect(root: Json, source: Tree, components: Record<string, Record<string, Json>>): void {
  if (Array.isArray(root)) {
    for (const child of root) collect(child, source, components);
    return;
  }
  if (root === null || typeof root !== "object") return;
  const reference = root["$ref"];
  if (typeof reference === "string") {
    const [, , kind = "", name = ""] = reference.split("/");
    const group = (components[kind] ??= {});
    if (!(name in group)) {
      const definition = prune(Tree.parse(source[kind])[name] ?? null);
      group[name] = definition;
      collect(definition, source, components);
    }
  }
  for (const child of Object.values(root)) collect(child, source, components);
}

/** Keeps what a request or an answer can be checked against; error answers are the stand-in's own. */
function operation(raw: Json): Json {
  const { operationId, parameters, requestBody, responses } = Tree.parse(raw);
  const successes = Object.entries(Tree.parse(responses)).filter(([status]) => status.startsWith("2"));
  return prune({
    operationId: operationId ?? null,
    parameters: parameters ?? [],
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: Object.fromEntries(successes.map(([status, response]) => [status, withoutHeaders(response)])),
  });
}

function withoutHeaders(response: Json): Json {
  const { headers: _headers, links: _links, ...rest } = Tree.parse(response);
  return rest;
}

const minSharedChars = 200;

/** Moves schemas that occur more than once into components, so that they are kept, and compiled, once. */
function shareRepeated(root: Tree): Json {
  const counts = new Map<string, number>();
  visitSchemas(root, (text) => {
    counts.set(text, (counts.get(text) ?? 0) + 1);
    return null;
  });
  const names = new Map<string, string>();
  for (const [text, count] of counts) {
    if (count > 1 && text.length >= minSharedChars) names.set(text, `shared-${names.size + 1}`);
  }
  const reference = (text: string) => {
    const name = names.get(text);
    return name === undefined ? null : { $ref: `#/components/schemas/${name}` };
  };
  const slim = Tree.parse(visitSchemas(root, reference));
  const components = Tree.parse(slim["components"] ?? {});
  const schemas = Tree.parse(components["schemas"] ?? {});
  const used = new Set<string>();
  const add = (value: Json): void => {
    for (const [, name = ""] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/(shared-\d+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      const text = [...names].find(([, one]) => one === name)?.[0] ?? "null";
      // The schema itself stays, what is repeated inside it is shared in its turn.
      const inner = visitSchemas({ properties: { it: Tree.parse(JSON.parse(text)) } }, (one) =>
        one === text ? null : reference(one),
      );
      const schema = Tree.parse(Tree.parse(inner)["properties"])["it"] ?? null;
      schemas[name] = schema;
      add(schema);
    }
  };
  add(slim);
  return { ...slim, components: { ...components, schemas } };
}

/** Rebuilds a tree, asking at every place where a schema stands whether something else should stand there. */
function visitSchemas(value: Json, replace: (text: string) => Json | null, isSchema = false): Json {
  if (Array.isArray(value)) return value.map((child) => visitSchemas(child, replace, isSchema));
  if (value === null || typeof value !== "object") return value;
  if (isSchema) {
    const replacement = replace(JSON.stringify(value));
    if (replacement !== null) return replacement;
  }
  const rebuilt: Record<string, Json> = {};
  for (const [key, child] of Object.entries(value)) {
    const map = key === "properties" || (key === "schemas" && !isSchema);
    if (map && child !== null && typeof child === "object" && !Array.isArray(child)) {
      const entries = Object.entries(child).map(([name, one]): [string, Json] => [
        name,
        visitSchemas(one, replace, key === "properties"),
      ]);
      rebuilt[key] = Object.fromEntries(entries);
      continue;
    }
    const schemaHere = ["items", "anyOf", "allOf", "oneOf", "additionalProperties", "schema"].includes(key);
    rebuilt[key] = key === "enum" || key === "required" ? child : visitSchemas(child, replace, schemaHere);
  }
  return rebuilt;
}

const folder = process.argv[2];
if (folder === undefined) throw new Error("usage: extract-github-openapi.ts <folder of @octokit/openapi>");
const source = Tree.parse(JSON.parse(await readFile(join(folder, "generated/api.github.com.json"), "utf8")));
const sourcePaths = Tree.parse(source["paths"]);
const sourceWebhooks = Tree.parse(source["x-webhooks"]);
const version = z.string().parse(Tree.parse(source["info"])["version"]);
const license = (await readFile(join(folder, "LICENSE"), "utf8")).trim();

const paths: Record<string, Record<string, Json>> = {};
for (const route of served) {
  const [method = "", path = ""] = route.split(" ");
  const found = Tree.parse(sourcePaths[path] ?? {})[method.toLowerCase()];
  if (found === undefined) throw new Error(`finding ${route} in the description`);
  (paths[path] ??= {})[method.toLowerCase()] = operation(found);
}
const payloads: Record<string, Json> = {};
for (const name of webhooks) {
  const post = Tree.parse(Tree.parse(sourceWebhooks[name] ?? {})["post"] ?? {});
  const content = Tree.parse(Tree.parse(post["requestBody"] ?? {})["content"] ?? {});
  const schema = Tree.parse(content["application/json"] ?? {})["schema"];
  if (schema === undefined) throw new Error(`finding the webhook ${name} in the description`);
  payloads[name] = prune(schema);
}
/** Where the description is plainly wrong: its own words for GET /app/installations/{installation_id} are right. */
function correct(): void {
  const list = Tree.parse(paths["/app/installations"]?.["get"]);
  list["responses"] = {
    "200": {
      content: {
        "application/json": {
          schema: { type: "array", items: { $ref: "#/components/schemas/installation" } },
        },
      },
    },
  };
  paths["/app/installations"] = { get: list };
}

const sourceComponents = Tree.parse(source["components"]);

/** Writes one file: what `root` holds, the components that it needs, and whose it is. */
async function writeExtract(file: string, root: Tree): Promise<void> {
  const components: Record<string, Record<string, Json>> = {};
  collect(root, sourceComponents, components);
  const extract = {
    "x-source": `GitHub's OpenAPI description, from @octokit/openapi ${version}; cut by scripts/extract-github-openapi.ts`,
    "x-license": license,
    ...Tree.parse(shareRepeated({ ...root, components })),
  };
  const text = `${JSON.stringify(extract)}\n`;
  await writeFile(new URL(`../demo/github/openapi/${file}`, import.meta.url), text);
  console.log(`${file}: ${text.length} bytes`);
}

correct();
await writeExtract("rest.json", { openapi: source["openapi"] ?? null, paths });
await writeExtract("webhooks.json", { "x-webhooks": payloads });
