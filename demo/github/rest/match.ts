// From a method and a path to GitHub's own path template.
import { type Route, served } from "../openapi/served.ts";

export interface Match {
  route: Route;
  params: Record<string, string>;
}

/** Parameters that may hold slashes, as in `contents/{path}` and `git/ref/{ref}`. */
const deep = new Set(["path", "ref", "branch", "basehead"]);

const patterns = served
  .map((route) => {
    const [method = "", template = ""] = route.split(" ");
    const names = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
    const source = template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
      deep.has(name) ? "(.+)" : "([^/]+)",
    );
    // `contents/` alone is the root folder.
    const optional = source.replace(/\/contents\/\(\.\+\)$/, "/contents(?:/(.*))?");
    return { route, method, names, expression: new RegExp(`^${optional}$`) };
  })
  // The more a template says literally, the earlier it is asked.
  .toSorted((a, b) => literal(b.route) - literal(a.route));

function literal(route: string): number {
  return route.replaceAll(/\{\w+\}/g, "").length;
}

/** The served operation for a request, or null. */
export function match(method: string, path: string): Match | null {
  for (const pattern of patterns) {
    if (pattern.method !== method) continue;
    const found = pattern.expression.exec(path);
    if (!found) continue;
    const params = pattern.names.map((name, at) => [name, decode(found[at + 1] ?? "")]);
    return { route: pattern.route, params: Object.fromEntries(params) };
  }
  return null;
}

/** Whether a path without the `/api/v3` prefix is one of REST's, and not a web page. */
export function isRestPath(path: string): boolean {
  return /^\/(repos|app|apps|app-manifests|installation|rate_limit|user|users|meta)(\/|$)/.test(path);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
