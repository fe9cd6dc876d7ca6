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

const folder = process.argv[2];
if (folder === undefined) throw new Error("usage: extract-github-openapi.ts <folder of @octokit/openapi>");
const source = Tree.parse(JSON.parse(await readFile(join(folder, "generated/api.github.com.json"), "utf8")));
const sourcePaths = Tree.parse(source["paths"]);
const sourceWebhooks = Tree.parse(source["x-webhooks"]);
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
const components: Record<string, Record<string, Json>> = {};
const sourceComponents = Tree.parse(source["components"]);
collect(paths, sourceComponents, components);
collect(payloads, sourceComponents, components);

const extract = {
  "x-source": `GitHub's OpenAPI description, from @octokit/openapi ${z.string().parse(Tree.parse(source["info"])["version"])}; cut by scripts/extract-github-openapi.ts`,
  "x-license": license,
  openapi: source["openapi"],
  paths,
  "x-webhooks": payloads,
  components,
};
const target = new URL("../demo/github/openapi/github.json", import.meta.url);
await writeFile(target, `${JSON.stringify(extract)}\n`);
console.log(
  `${served.length} operations, ${webhooks.length} webhooks, ${JSON.stringify(extract).length} bytes`,
);
