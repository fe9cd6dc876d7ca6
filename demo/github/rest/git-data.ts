// The Git Data API: blobs, trees and commits with the SHAs that git itself computes.
import { z } from "zod";
import { identityOf } from "../actions/repositories.ts";
import { readCommit } from "../git/commits.ts";
import type { TreeEntry } from "../git/repository.ts";
import { notFound, unprocessable } from "../guesses.ts";
import { gitOf, now } from "../model/world.ts";
import { gitCommitShape } from "../shapes/commit.ts";
import { nodeId, repositoryApi } from "../shapes/links.ts";
import { type Call, type Endpoints, bodyAs, created, loginOf, ok, param } from "./endpoint.ts";

const NewBlob = z.object({ content: z.string(), encoding: z.enum(["utf-8", "base64"]).default("utf-8") });
const NewTree = z.object({
  base_tree: z.string().nullish(),
  tree: z.array(
    z.object({
      path: z.string(),
      mode: z.string().default("100644"),
      type: z.string().default("blob"),
      sha: z.string().nullish(),
      content: z.string().optional(),
    }),
  ),
});
const Person = z.object({ name: z.string(), email: z.string(), date: z.string().optional() });
const NewCommit = z.object({
  message: z.string(),
  tree: z.string(),
  parents: z.array(z.string()).default([]),
  author: Person.optional(),
  committer: Person.optional(),
});

async function createTree(call: Call) {
  const { base_tree: base, tree: entries } = bodyAs(call, NewTree);
  const git = gitOf(call.world, call.repository());
  const baseTree = base ? await git.resolve(base, "tree") : null;
  if (base && baseTree === null) throw unprocessable("base_tree is not a valid tree oid");
  const changes = [];
  for (const { path, mode, type, sha, content } of entries) {
    if (/^\/|\/$|(^|\/)(\.\.?|\.git)(\/|$)/i.test(path))
      throw unprocessable("tree.path contains a malformed path component");
    if (sha && (await git.resolve(sha, type)) === null)
      throw unprocessable(`tree.sha ${sha} is not a valid ${type}`);
    const written = content === undefined ? (sha ?? null) : await git.writeBlob(Buffer.from(content));
    changes.push({ path, mode, type, sha: written });
  }
  return created(await treeShape(call, await git.writeTree(baseTree, changes), false));
}

async function treeShape(call: Call, sha: string, recursive: boolean) {
  const api = repositoryApi(call.world, call.repository());
  const entries = await gitOf(call.world, call.repository()).tree(sha, recursive);
  const shape = (entry: TreeEntry) => ({
    path: entry.path,
    mode: entry.mode,
    type: entry.type,
    sha: entry.sha,
    ...(entry.size === null ? {} : { size: entry.size }),
    url: `${api}/git/${entry.type === "tree" ? "trees" : "blobs"}/${entry.sha}`,
  });
  return { sha, url: `${api}/git/trees/${sha}`, tree: entries.map(shape), truncated: false };
}

async function createCommit(call: Call) {
  const wishes = bodyAs(call, NewCommit);
  const git = gitOf(call.world, call.repository());
  const tree = await git.resolve(wishes.tree, "tree");
  if (tree === null) throw unprocessable("Tree SHA does not exist");
  for (const parent of wishes.parents) {
    if ((await git.resolve(parent)) === null)
      throw unprocessable("Parent SHA does not exist or is not a commit object");
  }
  const self = identityOf(call.world, loginOf(call));
  const date = now(call.world);
  const author = wishes.author ? { date, ...wishes.author } : self;
  const committer = wishes.committer ? { date, ...wishes.committer } : author;
  const sha = await git.writeCommit({
    tree,
    parents: wishes.parents,
    message: wishes.message,
    author: { ...author, date: author.date ?? date },
    committer: { ...committer, date: committer.date ?? date },
  });
  return created(gitCommitShape(call.world, call.repository(), await readCommit(git, sha)));
}

export const gitDataEndpoints: Endpoints = {
  "POST /repos/{owner}/{repo}/git/blobs": {
    who: [{ contents: "write" }],
    handle: async (call) => {
      const { content, encoding } = bodyAs(call, NewBlob);
      const bytes = Buffer.from(content, encoding === "base64" ? "base64" : "utf8");
      const sha = await gitOf(call.world, call.repository()).writeBlob(bytes);
      return created({ sha, url: `${repositoryApi(call.world, call.repository())}/git/blobs/${sha}` });
    },
  },
  "GET /repos/{owner}/{repo}/git/blobs/{file_sha}": {
    who: [{ contents: "read" }],
    handle: async (call) => {
      const git = gitOf(call.world, call.repository());
      const sha = await git.resolve(param(call, "file_sha"), "blob");
      if (sha === null) throw notFound();
      const content = await git.blob(sha);
      if (call.accept.includes("raw")) {
        return { status: 200, raw: { type: "application/vnd.github.raw", content: new Uint8Array(content) } };
      }
      return ok({
        sha,
        node_id: nodeId("Blob", sha),
        size: content.length,
        url: `${repositoryApi(call.world, call.repository())}/git/blobs/${sha}`,
        content: content.toString("base64"),
        encoding: "base64",
      });
    },
  },
  "POST /repos/{owner}/{repo}/git/trees": { who: [{ contents: "write" }], handle: createTree },
  "GET /repos/{owner}/{repo}/git/trees/{tree_sha}": {
    who: [{ contents: "read" }],
    handle: async (call) => {
      const sha = await gitOf(call.world, call.repository()).resolve(param(call, "tree_sha"), "tree");
      if (sha === null) throw notFound();
      return ok(await treeShape(call, sha, call.query.has("recursive")));
    },
  },
  "POST /repos/{owner}/{repo}/git/commits": { who: [{ contents: "write" }], handle: createCommit },
  "GET /repos/{owner}/{repo}/git/commits/{commit_sha}": {
    who: [{ contents: "read" }],
    handle: async (call) => {
      const git = gitOf(call.world, call.repository());
      const sha = await git.resolve(param(call, "commit_sha"));
      if (sha === null) throw notFound();
      return ok(gitCommitShape(call.world, call.repository(), await readCommit(git, sha)));
    },
  },
};
