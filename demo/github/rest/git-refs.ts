// Refs: reading, making, moving and deleting them without a push.
import { z } from "zod";
import { refsChanged } from "../actions/refs.ts";
import { refuseWorkflows } from "../actions/refuse-workflows.ts";
import { notFastForward, notFound, referenceExists, referenceMissing, unprocessable } from "../guesses.ts";
import { gitOf } from "../model/world.ts";
import { nodeId, repositoryApi } from "../shapes/links.ts";
import { type Call, type Endpoints, bodyAs, created, loginOf, noContent, ok, param } from "./endpoint.ts";
import { page } from "./pages.ts";

const NewRef = z.object({ ref: z.string(), sha: z.string() });
const MovedRef = z.object({ sha: z.string(), force: z.boolean().default(false) });

function refShape(call: Call, ref: string, sha: string) {
  const api = repositoryApi(call.world, call.repository());
  return {
    ref,
    node_id: nodeId("Ref", ref),
    url: `${api}/git/${ref}`,
    object: { type: "commit", sha, url: `${api}/git/commits/${sha}` },
  };
}

const fullRef = (call: Call): string => `refs/${param(call, "ref").replace(/^refs\//, "")}`;

async function allowed(call: Call, sha: string): Promise<void> {
  const git = gitOf(call.world, call.repository());
  if ((await git.resolve(sha)) === null) throw unprocessable("Object does not exist");
  await refuseWorkflows(call.world, call.actor, call.repository(), sha);
}

async function create(call: Call) {
  const { ref, sha } = bodyAs(call, NewRef);
  const git = gitOf(call.world, call.repository());
  if (!/^refs\/(heads|tags)\/./.test(ref))
    throw unprocessable("Reference name must start with 'refs/heads/' or 'refs/tags/'");
  if ((await git.resolve(ref, "object")) !== null) throw referenceExists();
  await allowed(call, sha);
  await git.setRef(ref, sha, null).catch(() => {
    throw unprocessable(`${ref} is not a valid reference name`);
  });
  await refsChanged(call.world, call.repository(), [{ ref, before: null, after: sha }], loginOf(call));
  return created(refShape(call, ref, sha));
}

async function move(call: Call) {
  const { sha, force } = bodyAs(call, MovedRef);
  const git = gitOf(call.world, call.repository());
  const ref = fullRef(call);
  const before = await git.resolve(ref);
  if (before === null) throw referenceMissing();
  await allowed(call, sha);
  if (!force && !(await git.isAncestor(before, sha))) throw notFastForward();
  await git.setRef(ref, sha, before);
  await refsChanged(call.world, call.repository(), [{ ref, before, after: sha }], loginOf(call));
  return ok(refShape(call, ref, sha));
}

async function remove(call: Call) {
  const git = gitOf(call.world, call.repository());
  const ref = fullRef(call);
  const before = await git.resolve(ref);
  if (before === null) throw referenceMissing();
  if (ref === `refs/heads/${call.repository().default_branch}`) {
    throw unprocessable("Cannot delete the default branch");
  }
  await git.setRef(ref, null, before);
  await refsChanged(call.world, call.repository(), [{ ref, before, after: null }], loginOf(call));
  return noContent();
}

export const gitRefEndpoints: Endpoints = {
  "GET /repos/{owner}/{repo}/git/ref/{ref}": {
    who: [{ contents: "read" }],
    handle: async (call) => {
      const sha = await gitOf(call.world, call.repository()).resolve(fullRef(call));
      if (sha === null) throw notFound();
      return ok(refShape(call, fullRef(call), sha));
    },
  },
  "GET /repos/{owner}/{repo}/git/matching-refs/{ref}": {
    who: [{ contents: "read" }],
    handle: async (call) => {
      const prefix = fullRef(call);
      const refs = [...(await gitOf(call.world, call.repository()).refs("refs/"))];
      return page(
        call,
        refs.filter(([ref]) => ref.startsWith(prefix)),
        ([ref, sha]) => refShape(call, ref, sha),
      );
    },
  },
  "POST /repos/{owner}/{repo}/git/refs": { who: [{ contents: "write" }], handle: create },
  "PATCH /repos/{owner}/{repo}/git/refs/{ref}": { who: [{ contents: "write" }], handle: move },
  "DELETE /repos/{owner}/{repo}/git/refs/{ref}": { who: [{ contents: "write" }], handle: remove },
};
