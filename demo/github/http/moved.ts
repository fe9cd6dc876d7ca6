// A repository that was renamed: its old name leads to the new one, as GitHub leads.
// https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
import { isGitPath } from "../git/smart-http.ts";
import type { Repository } from "../model/state.ts";
import { type World, fullName } from "../model/world.ts";

/** The redirect for a path under an old name; undefined for any other. Only what reads may change its method. */
export function movedAnswer(world: World, method: string, url: URL): Response | undefined {
  const place = movedPlace(world, url);
  if (place === undefined) return undefined;
  const status = method === "GET" || method === "HEAD" ? 301 : 307;
  const location = `${world.base()}${place}${url.search}`;
  const documentation_url = "https://docs.github.com/v3/#http-redirects";
  const message = status === 301 ? "Moved Permanently" : "Temporary Redirect";
  return Response.json({ message, url: location, documentation_url }, { status, headers: { location } });
}

function movedPlace(world: World, { pathname }: URL): string | undefined {
  const git = isGitPath(pathname);
  if (git) {
    const [, owner = "", name = "", verb = ""] = git;
    const repository = formerly(world, `${owner}/${name}`);
    return repository && `/${fullName(repository)}.git/${verb}`;
  }
  const rest = /^(\/api\/v3)?\/repos\/([^/]+\/[^/]+)(\/.*)?$/.exec(pathname);
  const repository = rest && formerly(world, rest[2] ?? "");
  return repository ? `${rest[1] ?? ""}/repositories/${repository.id}${rest[3] ?? ""}` : undefined;
}

/** GitHub's REST paths by number, where a redirect leads, as the paths by name that are served. */
export function byName(world: World, path: string): string {
  const found = /^\/repositories\/(\d+)(\/.*)?$/.exec(path);
  const repository = found && world.state.repositories.find(({ id }) => id === Number(found[1]));
  return repository ? `/repos/${fullName(repository)}${found[2] ?? ""}` : path;
}

function formerly(world: World, name: string): Repository | undefined {
  const wanted = name.toLowerCase();
  const { repositories } = world.state;
  // A new repository takes an old name over.
  if (repositories.some((one) => fullName(one).toLowerCase() === wanted)) return undefined;
  return repositories.find(({ former_names: names }) => names.includes(wanted));
}
