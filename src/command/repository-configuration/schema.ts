// `.github/agent.yml`: what a repository says about the agents that work on it. It narrows what the operator allows.
import { z } from "zod";
import { HostPort } from "../../job/host-port.ts";
import { modelName, verbs } from "../grammar.ts";
import { BranchName, BranchTemplate, Permission, PublishMode } from "../../job/job-spec.ts";
import { Severity } from "../../job/review-finding.ts";
import { checkStepReferences } from "../../job/step-references.ts";
import { StepSpec } from "../../job/step-spec.ts";
import { Verify } from "../../job/verify.ts";

const name = z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, "a lower-case word of at most 32 characters");
const pipelineName = name.refine(
  (word) => !verbs.some((verb) => verb.name === word),
  "a word that is no command",
);
const login = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}(?:\[bot\])?$/, "a GitHub login, such as ada or dependabot[bot]");
/** GitHub's slugs: https://docs.github.com/en/rest/teams/teams#get-a-team-by-name */
const team = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[a-z0-9][a-z0-9_-]{0,99}$/, "a team, such as acme/maintainers");
const who = z.union([login, team], {
  error: "a GitHub login, such as ada or dependabot[bot], or a team, such as acme/maintainers",
});
/** Not less than what the operator asks of everybody. */
const minimum = Permission.extract(["write", "maintain", "admin"]);

const PipelineConfiguration = z
  .strictObject({
    summary: z.string().max(120).default("").describe("One line for the list of pipelines in the help."),
    steps: z.array(StepSpec).min(1).max(32),
  })
  .superRefine(({ steps }, context) => {
    for (const message of checkStepReferences(steps).problems) context.addIssue({ code: "custom", message });
  });

export const RepositoryConfiguration = z.strictObject({
  $schema: z.string().optional(),
  version: z.literal(1).default(1),
  pipelines: z
    .record(pipelineName, PipelineConfiguration)
    .default({})
    .describe("Pipelines of this repository; one with a built-in's name replaces it."),
  labels: z
    .record(z.string().min(1).max(50), name)
    .default({})
    .describe("Label → the pipeline that it starts, beside agent:<pipeline>."),
  agents: z.record(name, name).default({}).describe("Role → agent, for every step of that role."),
  models: z
    .record(name, z.string().regex(modelName, "a model's name"))
    .default({})
    .describe("Agent → model."),
  permissions: z
    .strictObject({
      run: minimum.default("write"),
      cancel: minimum.default("write"),
      approve: minimum.default("write"),
      apply: minimum.default("write"),
    })
    .prefault({})
    .describe("The permission on this repository that a command needs at least."),
  allow: z
    .array(who)
    .max(200)
    .optional()
    .describe("Only these people and members of these teams, beside their permission."),
  deny: z.array(who).max(200).default([]).describe("None of these people and members of these teams."),
  protected_paths: z
    .array(z.string().min(1).max(255))
    .max(200)
    .default([])
    .describe("Globs of files whose change is held for a person, beside the operator's."),
  publish: z
    .strictObject({
      mode: PublishMode.default("pull_request").describe(
        "pull_request: a draft pull request; branch: only its branch; hold: a person applies each change first.",
      ),
      base: BranchName.optional().describe(
        "The branch from which jobs start and into which pull requests go; without it the default branch.",
      ),
      branch: BranchTemplate.optional().describe(
        "What branches are called, such as agent/{number}-{slug}-{id}.",
      ),
    })
    .prefault({})
    .describe("Where changes go."),
  review: z
    .strictObject({
      request_changes_at: Severity.optional().describe(
        "`/agent review` requests changes when it finds something as grave as this; without it, it only comments.",
      ),
    })
    .prefault({})
    .describe("How pull requests are reviewed. A review never approves."),
  on_ci_failure: z
    .strictObject({
      pipeline: name.default("fix").describe("The pipeline that mends it."),
      max_attempts: z
        .int()
        .min(1)
        .max(10)
        .default(2)
        .describe("How many repairs follow on one another before a person is needed."),
    })
    .optional()
    .describe("When a check fails on a pull request that a job made, another job mends it."),
  budget: z
    .strictObject({
      max_cost_usd: z.number().nonnegative().optional(),
      max_calls: z.int().nonnegative().optional(),
    })
    .prefault({})
    .describe("The most that one job may use."),
  verify: Verify.optional().describe("Commands of this repository that try each change, in the sandbox."),
  egress: z
    .array(HostPort)
    .max(64)
    .optional()
    .describe("Of the operator's allowed hosts, those that this repository's jobs may reach."),
});
export type RepositoryConfiguration = z.infer<typeof RepositoryConfiguration>;
