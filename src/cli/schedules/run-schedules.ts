// The schedules of a web process: looked at when it starts and at each full minute.
import { join } from "node:path";
import { Problem } from "../../api/problem.ts";
import { explain } from "../../errors.ts";
import { type JobRequest, specOfRequest } from "../../job/job-request.ts";
import { createLook, type LookOptions } from "../../schedule/look.ts";
import { openScheduleStates, type ScheduleStates } from "../../schedule/schedule-state.ts";
import { callbackProblem } from "../api/callback-problem.ts";
import { openProjects } from "../api/projects.ts";
import type { House, Running } from "../assemble.ts";
import { auditedSubmit } from "../audited-submit.ts";

const everyMs = 60_000;

export function schedulesOf(config: House["config"]): { folder: string; states: ScheduleStates } {
  return {
    folder: config.SCHEDULES_ROOT,
    states: openScheduleStates(join(config.DATA_ROOT, "schedules")),
  };
}

/** Looks at once, and then each minute until it is stopped. */
export function runSchedules(house: House): Running {
  const { clock, log } = house;
  const look = createLook({
    ...schedulesOf(house.config),
    specFor: createSpecFor(house),
    submit: auditedSubmit(house),
    stateOf: async (jobId) => (await house.jobs.find(jobId))?.state,
    onMissed: ({ schedule, due, outcome, reason }) =>
      house.audit.record({ kind: "refused", fields: { schedule, due, decision: outcome, note: reason } }),
    clock,
    log,
  });
  let last = Promise.resolve();
  let timer: NodeJS.Timeout;

  function once(): void {
    last = last.then(look).catch((error: unknown) => {
      log.error({ error: explain(error) }, "looking at the schedules");
    });
    timer = setTimeout(once, everyMs - (clock().getTime() % everyMs));
  }

  once();
  return {
    async stop() {
      clearTimeout(timer);
      await last;
    },
  };
}

/** What a schedule asks for goes the way of a request over HTTP. */
function createSpecFor(house: House): LookOptions["specFor"] {
  const { config, agents } = house;
  const projects = openProjects(house);

  return async (request: JobRequest, given) => {
    const { project, ref, callback_url: callback } = request;
    const problem = callback === undefined ? undefined : callbackProblem(config, callback);
    if (problem !== undefined) return { problems: [`payload.callback_url: ${problem}`] };
    try {
      const base = await projects.baseOf(project, ref);
      if (!base) return { problems: [`payload.project: "${project}" is not in PROJECT_ALIASES`] };
      const made = specOfRequest(request, {
        ...given,
        base,
        handoff: config.DEFAULT_ARTIFACT_HANDOFF,
        agents: agents.names(),
      });
      return made.problems ? { problems: made.problems.map((problem) => `payload.${problem}`) } : made;
    } catch (error) {
      if (error instanceof Problem) return { problems: [`payload: ${error.message}`] };
      throw error;
    }
  };
}
