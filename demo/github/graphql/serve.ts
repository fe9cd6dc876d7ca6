// GraphQL over GitHub's real schema: a query that GitHub would refuse is refused here, by the same rules.
import { schema as github } from "@octokit/graphql-schema";
import {
  type GraphQLFieldResolver,
  GraphQLError,
  type GraphQLSchema,
  buildSchema,
  execute,
  parse,
  validate,
} from "graphql";
import { z } from "zod";
import type { Actor } from "../app/authenticate.ts";
import { canSee } from "../app/permissions.ts";
import { graphqlErrorType, malformedJson, notFound, requiresAuthentication } from "../guesses.ts";
import { type World, isPull, repositoryById, repositoryNamed } from "../model/world.ts";
import { rateOf, spend } from "../rest/rate-limit.ts";
import { HttpError } from "../rest/http-error.ts";
import { parseNodeId } from "../shapes/links.ts";
import { type Context, loginOf, require } from "./context.ts";
import { mutations } from "./mutations.ts";
import { actorNode } from "./actor-node.ts";
import { issueNode, pullNode, repositoryNode } from "./nodes.ts";
import { threadNode } from "./thread-node.ts";

const Body = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

let built: GraphQLSchema | null = null;
/** Parsing GitHub's schema takes a quarter of a second: only when someone asks. */
const schema = (): GraphQLSchema => (built ??= buildSchema(github.idl, { assumeValid: true }));

const Source = z.record(z.string(), z.unknown());

/** A field is a value, or a function of its arguments; one that is neither is not there yet and says so. */
const resolveField: GraphQLFieldResolver<unknown, Context> = (source, args, _context, info) => {
  const parsed = Source.safeParse(source);
  const value = parsed.data?.[info.fieldName];
  if (typeof value === "function") {
    const answer: unknown = value(args);
    return answer;
  }
  if (value === undefined) {
    throw new Error(`the stand-in does not resolve ${info.parentType.name}.${info.fieldName}`);
  }
  return value;
};

export interface GraphqlOptions {
  world: World;
  save: () => Promise<void>;
  violation: (text: string) => void;
}

/** Answers one GraphQL request. Throws HttpError for a caller that proves nothing. */
export async function serveGraphql(options: GraphqlOptions, text: string, actor: Actor): Promise<Response> {
  const { world } = options;
  if (actor.kind === "anonymous" || actor.kind === "app") throw requiresAuthentication();
  const body = Body.safeParse(safeJson(text));
  if (!body.success) throw malformedJson();
  const headers = spend(world, actor);
  const answer = (value: unknown) => Response.json(value, { headers });
  const document = tryParse(body.data.query);
  if (document instanceof GraphQLError) return answer({ errors: [document.toJSON()] });
  const invalid = validate(schema(), document);
  if (invalid.length > 0) return answer({ errors: invalid.map((error) => error.toJSON()) });
  const context: Context = { world, actor };
  const result = await execute({
    schema: schema(),
    document,
    rootValue: { ...queries(context), ...mutations(context) },
    contextValue: context,
    variableValues: body.data.variables ?? {},
    operationName: body.data.operationName ?? null,
    fieldResolver: resolveField,
  });
  await options.save();
  const errors = result.errors?.map((error) => explain(error, options));
  return answer({ ...(result.data ? { data: result.data } : {}), ...(errors ? { errors } : {}) });
}

function queries(context: Context) {
  const { world, actor } = context;
  return {
    viewer: () => actorNode(context, loginOf(context)),
    rateLimit: () => {
      const { limit, used, remaining, reset } = rateOf(world, actor);
      return { limit, used, remaining, cost: 1, nodeCount: 0, resetAt: new Date(reset * 1000).toISOString() };
    },
    repository: ({ owner, name }: { owner: string; name: string }) => {
      const repository = repositoryNamed(world, `${owner}/${name}`);
      if (!canSee(world, actor, repository)) throw notFound();
      return repositoryNode(context, repository);
    },
    node: ({ id }: { id: string }) => nodeById(context, id),
    nodes: ({ ids }: { ids: string[] }) => ids.map((id) => nodeById(context, id)),
  };
}

function nodeById(context: Context, nodeId: string): object {
  const { state } = context.world;
  const { kind, id } = parseNodeId(nodeId);
  const issue = state.issues.find((one) => one.id === Number(id));
  if (issue && (kind === "Issue" || kind === "PullRequest")) {
    const repository = repositoryById(context.world, issue.repository_id);
    require(context, repository, isPull(issue) ? { pull_requests: "read" } : { issues: "read" });
    return isPull(issue) ? pullNode(context, repository, issue) : issueNode(context, repository, issue);
  }
  const thread = state.threads.find((one) => one.id === Number(id));
  if (thread && kind === "PullRequestReviewThread") {
    require(context, repositoryById(context.world, thread.repository_id), { pull_requests: "read" });
    return threadNode(context, thread);
  }
  const repository = state.repositories.find((one) => one.id === Number(id));
  if (!repository || kind !== "Repository" || !canSee(context.world, context.actor, repository))
    throw notFound();
  return repositoryNode(context, repository);
}

/** GitHub adds a type to its errors. What the stand-in lacks is a violation, so that a test notices. */
function explain(error: GraphQLError, options: GraphqlOptions) {
  const cause = error.originalError;
  if (cause?.message.startsWith("the stand-in does not resolve")) options.violation(cause.message);
  const type = cause instanceof HttpError ? graphqlErrorType(cause) : undefined;
  return { ...(type === undefined ? {} : { type }), ...error.toJSON() };
}

function tryParse(query: string) {
  try {
    return parse(query);
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
