// What an agent may not ask of a model API although it is a model call: to reach out for it.
//
// Providers offer tools that run on their side: they search the web, fetch a page, run code, speak to a server that the
// request names, load a picture from an address. Through any of them an agent without a network would have one. Pure.
import type { Container, Path, Scalar } from "./json-walk.ts";
import type { CallKind } from "./provider.ts";

/** Tools whose calls come back to the agent's program, which runs them; all others run at the provider. */
const ownTools: Record<CallKind, RegExp> = {
  // Anthropic, "Tool use", client tools; tool search only looks through the request's own list.
  anthropic: /^(?:custom|(?:bash|text_editor|memory|computer)_\d{8}|tool_search_tool_[a-z0-9_]+)$/,
  // OpenAI, "Using tools".
  responses: /^(?:function|custom|local_shell|apply_patch|namespace|tool_search)$/,
  chat: /^(?:function|custom)$/,
  // Gemini has no types: what a tool is says its key.
  gemini: /^function_?declarations$/,
};

const reaches = "lets the provider reach out for the agent";

/** Members of the request itself that may not be set, and why; compatible servers have names of their own for them. */
const forbidden: Record<CallKind, Record<string, string>> = {
  anthropic: { mcp_servers: reaches, container: reaches },
  responses: {
    background: "lets the call go on when nobody listens any more",
    mcp_servers: reaches,
    plugins: reaches,
    search_parameters: reaches,
  },
  chat: {
    web_search_options: reaches,
    plugins: reaches,
    search_parameters: reaches,
    enable_search: reaches,
    mcp_servers: reaches,
  },
  gemini: {},
};

/** Models that search whatever the request says (OpenAI's *-search-* and deep-research, OpenRouter's :online). */
const searchingModel = /-search(?:-|$)|deep-research|:online$/i;

/** Members that make a call dearer than the price list says. */
const dearer: Record<string, RegExp> = {
  speed: /^standard$/,
  inference_geo: /^global$/,
  service_tier: /^(?:auto|default|standard|standard_only|flex)$/,
};

/** What stands at a path: a scalar, or the beginning of an object or array. */
export type Part = { scalar: () => Scalar } | { container: Container };

/**
 * Why the part at `path` may not be sent; undefined when it may. Names are compared without regard to case: some servers
 * read them so.
 */
export function objectionTo(kind: CallKind, path: Path, part: Part): string | undefined {
  const [top] = path;
  if (typeof top !== "string") return undefined;
  const name = top.toLowerCase();
  const why = forbidden[kind][name];
  if (why !== undefined && isSet(path, part)) return `\`${name}\` ${why}`;
  if (path.length === 1 && name === "model" && "scalar" in part) {
    const model = String(part.scalar());
    return searchingModel.test(model) ? `the model ${model.slice(0, 100)} searches the web` : undefined;
  }
  return name === "tools" ? objectionToTool(kind, path, part) : objectionToSource(kind, path, part);
}

/** Null and false set nothing, nor does an array without elements: they come next, each with a longer path. */
function isSet(path: Path, part: Part): boolean {
  if ("container" in part) return path.length > 1 || part.container === "object";
  const value = part.scalar();
  return value !== null && value !== false;
}

/** Why a call would not cost what the list says; asked only when a cost limit holds. */
export function dearerThanListed(path: Path, part: Part): string | undefined {
  const [top] = path;
  const allowed = typeof top === "string" && path.length === 1 ? dearer[top.toLowerCase()] : undefined;
  if (!allowed) return undefined;
  const value = "scalar" in part ? part.scalar() : undefined;
  if (value === null || (typeof value === "string" && allowed.test(value))) return undefined;
  return `\`${String(top).toLowerCase()}\` makes calls dearer than the price list says, and a cost limit holds`;
}

function objectionToTool(kind: CallKind, path: Path, part: Part): string | undefined {
  const last = String(path.at(-1)).toLowerCase();
  if (kind === "gemini") {
    const isKey = path.length === 3 || (path.length === 2 && typeof path[1] === "string");
    return isKey && !ownTools.gemini.test(last) ? ranByProvider(last) : undefined;
  }
  // tools[n].type, and the tools of a namespace: tools[n].tools[m].type.
  const isType = last === "type" && (path.length === 3 || (path.length === 5 && isToolsWord(path[2])));
  if (!isType) return undefined;
  const value = "scalar" in part ? part.scalar() : undefined;
  if (value === null) return undefined;
  return typeof value === "string" && ownTools[kind].test(value) ? undefined : ranByProvider(String(value));
}

function isToolsWord(word: string | number | undefined): boolean {
  return typeof word === "string" && word.toLowerCase() === "tools";
}

function ranByProvider(tool: string): string {
  return `the tool \`${tool.slice(0, 100)}\` runs at the provider, where the sandbox's rules don't hold`;
}

/** Pictures and files have to be in the request, not at an address that the provider would fetch. */
function objectionToSource(kind: CallKind, path: Path, part: Part): string | undefined {
  if (!("scalar" in part) || path.length < 2) return undefined;
  const last = String(path.at(-1)).toLowerCase();
  const before = String(path.at(-2)).toLowerCase();
  const isAddress = {
    anthropic: () => before === "source" && (last === "url" || (last === "type" && part.scalar() === "url")),
    gemini: () => last === "fileuri" || last === "file_uri",
    responses: () => isOpenAIAddress(last === "url" ? before : last, part),
    chat: () => isOpenAIAddress(last === "url" ? before : last, part),
  }[kind]();
  if (!isAddress || isToolInput(path) || part.scalar() === null) return undefined;
  return "the provider would fetch what an address names; put the content itself in the request";
}

function isOpenAIAddress(name: string, part: { scalar: () => Scalar }): boolean {
  if (!/^(?:image|file|video|audio)_url$/.test(name)) return false;
  const value = part.scalar();
  return typeof value !== "string" || !/^data:/i.test(value);
}

/** What a model wrote as a tool's input, or an agent's program as a tool's answer, is data and fetches nothing. */
function isToolInput(path: Path): boolean {
  return path.some((part, at) => at > 1 && (part === "input" || part === "args" || part === "response"));
}
