// An agent made of a CLI, in three thin layers: a command line, a stream of events, an outcome.
import { UserError } from "../errors.ts";
import type { Agent, AgentEvent, AgentOutcome, AgentRequest, ProcessEnd } from "./agent.ts";
import type { CliAdapter } from "./cli-adapter.ts";
import { concludeFold, emptyFold, foldEvent } from "./fold.ts";
import type { FoldState } from "./fold-state.ts";

/** The agent that drives `adapter`'s CLI through the request's `launch`. */
export function createCliAgent(adapter: CliAdapter): Agent {
  return {
    name: adapter.name,
    simulated: false,
    binary: adapter.binary,
    versionFlag: adapter.versionFlag,
    models: adapter.models,
    repeatsFailedCalls: adapter.repeatsFailedCalls,
    async run(request) {
      if (request.sessionId === undefined) return (await runOnce(adapter, request, [])).outcome;
      const prompt = request.resumePrompt ?? request.prompt;
      const first = await runOnce(adapter, { ...request, prompt }, []);
      if (!first.sessionWasLost) return first.outcome;
      const warning = `${adapter.name} no longer knows session ${request.sessionId}; a new one was started`;
      const fresh = { ...request, sessionId: undefined, sessionBefore: undefined };
      return (await runOnce(adapter, fresh, [warning])).outcome;
    },
  };
}

interface Run {
  outcome: AgentOutcome;
  /** The CLI refused the session before anything else happened. */
  sessionWasLost: boolean;
}

async function runOnce(adapter: CliAdapter, request: AgentRequest, warnings: string[]): Promise<Run> {
  const { command, warnings: told } = adapter.command(request);
  const parser = adapter.createParser(request);
  let state: FoldState = emptyFold;
  const take = (events: AgentEvent[]): void => {
    for (const event of events) {
      request.onEvent(event);
      state = foldEvent(state, event);
    }
  };
  const end = await start(adapter, request, () =>
    request.launch(command, (line) => {
      if (line.trim() !== "") take(parser.line(line));
    }),
  );
  take(parser.end());
  const outcome = concludeFold(state, end, {
    agent: adapter.name,
    endsWithFinal: adapter.endsWithFinal,
    resumed: request.sessionId !== undefined,
    sessionBefore: request.sessionBefore,
    warnings: [...warnings, ...told],
  });
  return { outcome, sessionWasLost: sessionWasLost(state, end) };
}

/** All three CLIs exit with 1 for an unknown session and say so on stderr only. */
function sessionWasLost(state: FoldState, end: ProcessEnd): boolean {
  const nothingHappened = state.events === 0 && end.ended === undefined && end.exitCode !== 0;
  return nothingHappened && /session|conversation|thread|rollout/i.test(end.stderrTail);
}

async function start(
  adapter: CliAdapter,
  { signal }: AgentRequest,
  launch: () => Promise<ProcessEnd>,
): Promise<ProcessEnd> {
  const cancelled: ProcessEnd = {
    exitCode: undefined,
    signal: undefined,
    ended: "cancelled",
    stderrTail: "",
  };
  if (signal.aborted) return cancelled;
  try {
    return await launch();
  } catch (cause) {
    if (signal.aborted) return cancelled;
    if (cause instanceof UserError) throw cause;
    if (isMissing(cause)) {
      throw new UserError(
        `The program \`${adapter.binary}\` of the agent \`${adapter.name}\` can't be started. Is it installed and on the PATH?`,
        { cause, code: "preflight" },
      );
    }
    throw new Error(`running ${adapter.binary}`, { cause });
  }
}

function isMissing(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && (at.code === "ENOENT" || at.code === "EACCES")) return true;
    if (/\bspawn .+ (?:ENOENT|EACCES)\b/.test(at.message)) return true;
  }
  return false;
}
