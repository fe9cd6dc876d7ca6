// The signs that a job puts beside the conversation: labels and check runs.
import { z } from "zod";
import { createCall, once, type Requester } from "./github-call.ts";
import { statusOf } from "./github-error.ts";
import type { RepositoryName } from "./github.ts";

const Label = z.object({ name: z.string() });
const OwnCheckRun = z.object({ id: z.number(), external_id: z.string().nullish() });

/** What a check run says. https://docs.github.com/en/rest/checks/runs#create-a-check-run */
export interface CheckRunContent {
  status: "queued" | "in_progress" | "completed";
  conclusion?: "success" | "failure" | "neutral" | "cancelled" | "action_required";
  output: { title: string; summary: string };
  /** At most three; label and identifier of at most 20 characters, description of at most 40. */
  actions: { label: string; description: string; identifier: string }[];
}

/** Calls on behalf of one installation. Each throws UserError or TransientError that names the action. */
export function createSignCalls(octokit: Requester) {
  const call = createCall(octokit);
  const path = ({ owner, name: repo }: RepositoryName) => ({ owner, repo });

  return {
    /** The names of the labels on an issue or pull request; the first 100, which is the most that GitHub allows. */
    async labelsOf(repository: RepositoryName, number: number): Promise<string[]> {
      const route = "GET /repos/{owner}/{repo}/issues/{issue_number}/labels";
      const parameters = { ...path(repository), issue_number: number, per_page: 100 };
      const labels = await call(`reading the labels of #${number}`, z.array(Label), route, parameters);
      return labels.map(({ name }) => name);
    },

    /** Makes the label in the repository unless there is one of that name; one that is there keeps its look. */
    async ensureLabel(
      repository: RepositoryName,
      label: { name: string; color: string; description: string },
    ): Promise<void> {
      try {
        const route = "GET /repos/{owner}/{repo}/labels/{name}";
        await call(`reading the label ${label.name}`, Label, route, {
          ...path(repository),
          name: label.name,
        });
        return;
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
      }
      try {
        const route = "POST /repos/{owner}/{repo}/labels";
        await call(`making the label ${label.name}`, Label, route, {
          ...path(repository),
          ...label,
          ...once,
        });
      } catch (error) {
        // Someone else was faster.
        if (statusOf(error) !== 422) throw error;
      }
    },

    async addLabel(repository: RepositoryName, number: number, label: string): Promise<void> {
      await call(
        `putting the label ${label} on #${number}`,
        z.unknown(),
        "POST /repos/{owner}/{repo}/issues/{issue_number}/labels",
        { ...path(repository), issue_number: number, labels: [label] },
      );
    },

    /** A label that isn't there is none to remove. */
    async removeLabel(repository: RepositoryName, number: number, label: string): Promise<void> {
      try {
        await call(
          `taking the label ${label} off #${number}`,
          z.unknown(),
          "DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}",
          { ...path(repository), issue_number: number, name: label },
        );
      } catch (error) {
        if (statusOf(error) !== 404) throw error;
      }
    },

    /** The App's own check run of that name on a commit that carries `externalId`; undefined when there is none. */
    async findCheckRun(
      repository: RepositoryName,
      wanted: { headSha: string; name: string; externalId: string; appId: number },
    ): Promise<number | undefined> {
      const { check_runs: runs } = await call(
        `looking for the check run on ${wanted.headSha.slice(0, 12)}`,
        z.object({ check_runs: z.array(OwnCheckRun) }),
        "GET /repos/{owner}/{repo}/commits/{ref}/check-runs",
        {
          ...path(repository),
          ref: wanted.headSha,
          check_name: wanted.name,
          app_id: wanted.appId,
          filter: "all",
          per_page: 100,
        },
      );
      return runs.find((run) => run.external_id === wanted.externalId)?.id;
    },

    /** Returns the check run's id. */
    async createCheckRun(
      repository: RepositoryName,
      run: CheckRunContent & { name: string; head_sha: string; external_id: string; details_url?: string },
    ): Promise<number> {
      const route = "POST /repos/{owner}/{repo}/check-runs";
      const made = await call("creating the check run", OwnCheckRun, route, {
        ...path(repository),
        ...run,
        ...once,
      });
      return made.id;
    },

    async updateCheckRun(repository: RepositoryName, id: number, content: CheckRunContent): Promise<void> {
      await call(
        `editing check run ${id}`,
        OwnCheckRun,
        "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}",
        { ...path(repository), check_run_id: id, ...content },
      );
    },
  };
}
