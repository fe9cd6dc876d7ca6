// Files and folders at a commit: JSON with base64, or raw.
import type { TreeEntry } from "../git/repository.ts";
import { notFound } from "../guesses.ts";
import { gitOf } from "../model/world.ts";
import { repositoryApi, repositoryPage } from "../shapes/links.ts";
import { type Answer, type Call, type Endpoints, ok, param } from "./endpoint.ts";
import { commitNamed } from "./repositories.ts";

/** Above this GitHub sends no content in JSON, in bytes (docs: repository contents). */
const maxInlineBytes = 1_048_576;

async function contents(call: Call): Promise<Answer> {
  const { world } = call;
  const repository = call.repository();
  const git = gitOf(world, repository);
  const path = param(call, "path").replaceAll(/^\/+|\/+$/g, "");
  const ref = call.query.get("ref") ?? repository.default_branch;
  const commit = await commitNamed(call, ref).catch(() => {
    throw notFound();
  });
  if (path === "") return folder(await git.tree(commit, false), "");
  const [entry] = await git.tree(commit, false, path);
  if (!entry) throw notFound();
  if (entry.type === "tree") return folder(await git.tree(entry.sha, false), `${path}/`);
  const content = await git.blob(entry.sha);
  if (/raw/.test(call.accept)) {
    return {
      status: 200,
      raw: { type: "application/vnd.github.raw; charset=utf-8", content: new Uint8Array(content) },
    };
  }
  const inline = content.length <= maxInlineBytes;
  return ok({
    ...shape(entry, path),
    type: "file",
    size: content.length,
    encoding: inline ? "base64" : "none",
    content: inline ? content.toString("base64").replaceAll(/.{60}/g, "$&\n") : "",
  });

  function folder(entries: readonly TreeEntry[], prefix: string): Answer {
    return ok(
      entries.map((one) => ({
        ...shape(one, `${prefix}${one.path.slice(one.path.lastIndexOf("/") + 1)}`),
        size: one.size ?? 0,
      })),
    );
  }

  function shape(one: TreeEntry, at: string) {
    const escaped = at.split("/").map(encodeURIComponent).join("/");
    const api = repositoryApi(world, repository);
    const url = `${api}/contents/${escaped}?ref=${encodeURIComponent(ref)}`;
    const isTree = one.type === "tree";
    const gitUrl = `${api}/git/${isTree ? "trees" : "blobs"}/${one.sha}`;
    const page = `${repositoryPage(world, repository)}/${isTree ? "tree" : "blob"}/${ref}/${escaped}`;
    return {
      name: at.slice(at.lastIndexOf("/") + 1),
      path: at,
      sha: one.sha,
      url,
      html_url: page,
      git_url: gitUrl,
      download_url: isTree ? null : `${repositoryPage(world, repository)}/raw/${ref}/${escaped}`,
      type: isTree ? "dir" : one.type === "commit" ? "submodule" : one.mode === "120000" ? "symlink" : "file",
      _links: { self: url, git: gitUrl, html: page },
    };
  }
}

export const contentEndpoints: Endpoints = {
  "GET /repos/{owner}/{repo}/contents/{path}": { who: [{ contents: "read" }], handle: contents },
};
