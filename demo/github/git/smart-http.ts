// Clone, fetch and push over HTTP: `git http-backend` behind GitHub's permission checks.
import { spawn } from "node:child_process";
import { Readable } from "node:stream";
import { type Actor, actorName } from "../app/authenticate.ts";
import { canSee, permissionsOf, satisfies } from "../app/permissions.ts";
import { compareRefs, refsChanged } from "../actions/refs.ts";
import { gitAnswers } from "../guesses.ts";
import type { Repository } from "../model/state.ts";
import { type World, fullName, gitOf, repositoryDir } from "../model/world.ts";
import { gitEnvironment } from "./run.ts";

const followed = /^refs\/(heads|tags)\//;

/** The three requests of git's protocol (gitprotocol-http(5)); anything else is not git's. */
export function isGitPath(path: string): RegExpExecArray | null {
  return /^\/([\w-]+)\/([\w.-]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(path);
}

/** Answers one request of a git client. `actor` is null when its credentials are wrong. */
export async function serveGit(
  world: World,
  request: Request,
  url: URL,
  actor: Actor | null,
  save: () => Promise<void>,
): Promise<Response> {
  const [, owner = "", name = "", verb = ""] = isGitPath(url.pathname) ?? [];
  if (actor === null) return refuse(401, gitAnswers.badCredentials);
  const service = verb === "info/refs" ? url.searchParams.get("service") : verb;
  const repository = world.state.repositories.find(
    (one) => fullName(one).toLowerCase() === `${owner}/${name}`.toLowerCase(),
  );
  if (!repository || !canSee(world, actor, repository)) {
    return actor.kind === "anonymous"
      ? refuse(401, gitAnswers.noCredentials)
      : refuse(404, gitAnswers.notFound);
  }
  const permissions = permissionsOf(actor, repository);
  const pushing = service === "git-receive-pack";
  if (!satisfies(permissions, [{ contents: pushing ? "write" : "read" }])) {
    if (actor.kind === "anonymous") return refuse(401, gitAnswers.noCredentials);
    return refuse(403, gitAnswers.noWrite(actorName(world, actor), fullName(repository)));
  }
  if (pushing && repository.archived) return refuse(403, gitAnswers.noWrite("anyone", fullName(repository)));
  const mayPushWorkflows = actor.kind !== "installation" || satisfies(permissions, [{ workflows: "write" }]);
  const call = { dir: repositoryDir(world, repository), verb, mayPushWorkflows };
  if (verb !== "git-receive-pack") return backend(request, url, call);
  return world.alone(repository, () =>
    push(world, repository, actor, save, () => backend(request, url, call)),
  );
}

/** Runs a push to its end and tells what it moved before the client gets its answer. */
async function push(
  world: World,
  repository: Repository,
  actor: Actor,
  save: () => Promise<void>,
  run: () => Promise<Response>,
): Promise<Response> {
  const git = gitOf(world, repository);
  const before = await git.refs("refs/");
  const response = await run();
  const content = await response.arrayBuffer();
  const changes = compareRefs(before, await git.refs("refs/")).filter(({ ref }) => followed.test(ref));
  await refsChanged(world, repository, changes, actorName(world, actor));
  await save();
  return new Response(content, { status: response.status, headers: response.headers });
}

async function backend(
  request: Request,
  url: URL,
  call: { dir: string; verb: string; mayPushWorkflows: boolean },
): Promise<Response> {
  const env: Record<string, string> = {
    ...gitEnvironment(),
    GIT_PROJECT_ROOT: call.dir,
    GIT_HTTP_EXPORT_ALL: "1",
    PATH_INFO: `/${call.verb}`,
    QUERY_STRING: url.search.slice(1),
    REQUEST_METHOD: request.method,
    CONTENT_TYPE: request.headers.get("content-type") ?? "",
    REMOTE_ADDR: "127.0.0.1",
    STAND_IN_WORKFLOWS: call.mayPushWorkflows ? "yes" : "no",
  };
  for (const [header, variable] of [
    ["content-length", "CONTENT_LENGTH"],
    ["content-encoding", "HTTP_CONTENT_ENCODING"],
    ["git-protocol", "GIT_PROTOCOL"],
  ] as const) {
    const value = request.headers.get(header);
    if (value !== null) env[variable] = value;
  }
  const child = spawn("git", ["http-backend"], { cwd: call.dir, env, stdio: ["pipe", "pipe", "ignore"] });
  child.stdin.on("error", () => undefined);
  request.signal.addEventListener("abort", () => child.kill());
  if (request.body) Readable.fromWeb(request.body).pipe(child.stdin);
  else child.stdin.end();
  return readCgi(child.stdout);
}

/** A CGI answer (RFC 3875, 6): headers until an empty line, then the body as it comes. */
async function readCgi(stdout: Readable): Promise<Response> {
  const chunks = stdout[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  let end = -1;
  while (end < 0) {
    const next: IteratorResult<Buffer> = await chunks.next();
    if (next.done === true) throw new Error("git http-backend ended without an answer");
    head = Buffer.concat([head, next.value]);
    end = head.indexOf("\r\n\r\n");
  }
  const headers = new Headers();
  let status = 200;
  for (const line of head.subarray(0, end).toString("latin1").split("\r\n")) {
    const at = line.indexOf(":");
    const [name, value] = [line.slice(0, at), line.slice(at + 1).trim()];
    if (name.toLowerCase() === "status") status = Number.parseInt(value, 10);
    else headers.append(name, value);
  }
  async function* rest() {
    const first = head.subarray(end + 4);
    if (first.length > 0) yield first;
    for (;;) {
      const next: IteratorResult<Buffer> = await chunks.next();
      if (next.done === true) return;
      yield next.value;
    }
  }
  return new Response(ReadableStream.from(rest()), { status, headers });
}

function refuse(status: number, message: string): Response {
  const headers: Record<string, string> = { "content-type": "text/plain; charset=utf-8" };
  if (status === 401) headers["www-authenticate"] = 'Basic realm="GitHub"';
  return new Response(message, { status, headers });
}
