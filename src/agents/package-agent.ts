// An agent of a package as one of ours: what it is told, what it may start, what it says.
import { UserError, explain } from "../errors.ts";
import type { Agent, AgentOutcome, AgentRequest } from "./agent.ts";
import { PackageEvent, PackageOutcome, type PackageAgent } from "./package-contract.ts";
import { cut } from "./stream.ts";
import type { z } from "zod";

/** How long a package has to come back once it was asked to end. */
const graceMs = 10_000;

/** `from` names the package in errors. Its `run` is given up when it takes longer than the step may. */
export function createPackageAgent(name: string, from: string, made: z.infer<typeof PackageAgent>): Agent {
  const { binary, versionFlag, models, run } = made;
  return {
    name,
    simulated: false,
    binary,
    versionFlag,
    models,
    async run(request) {
      const { patience, sandboxed: _, ...told } = request;
      const timeoutMs = patience?.timeoutMs ?? 600_000;
      let unread = 0;
      const late = AbortSignal.timeout(timeoutMs);
      const signal = AbortSignal.any([request.signal, late]);
      try {
        const outcome = await Promise.race([
          run({
            ...told,
            timeoutMs,
            signal,
            onEvent: (event: unknown) => {
              if (!hear(request, from, event)) unread += 1;
            },
            launch: (command, onLine) => {
              if (binary === undefined || command.binary !== binary) {
                const may = binary === undefined ? "names no program" : `names \`${binary}\` as its program`;
                throw new UserError(`The package ${from} ${may} and wants to start \`${command.binary}\`.`, {
                  code: "policy",
                });
              }
              return request.launch(command, onLine);
            },
          }),
          afterAbort(signal),
        ]);
        return counted(read(from, outcome), from, unread);
      } catch (error) {
        if (request.signal.aborted) return { ...nothing, status: "cancelled" };
        if (late.aborted) {
          const message = `${name} was still at work when the step's time was over. Ask for less or raise timeout_sec.`;
          return { ...nothing, status: "timeout", error: { code: "timeout", message } };
        }
        if (error instanceof UserError) throw error;
        const message = `the package ${from} failed: ${cut(explain(error), 1500)}`;
        return { ...nothing, status: "failed", error: { code: "crashed", message } };
      }
    },
  };
}

const nothing: Omit<AgentOutcome, "status"> = {
  report: "",
  error: undefined,
  sessionId: undefined,
  costUsd: undefined,
  tokensIn: undefined,
  tokensOut: undefined,
  warnings: [],
};

/** The outcome, with how many events were none of the contract. */
function counted(outcome: AgentOutcome, from: string, unread: number): AgentOutcome {
  if (unread === 0) return outcome;
  const events = unread === 1 ? "1 event" : `${unread} events`;
  const warning = `${events} of the package ${from} could not be read; events.jsonl keeps them`;
  return { ...outcome, warnings: [...outcome.warnings, warning] };
}

/** Whether it was an event of the contract; what is none is kept as a line that could not be read. */
function hear(request: AgentRequest, from: string, event: unknown): boolean {
  const parsed = PackageEvent.safeParse(event);
  request.onEvent(
    parsed.success
      ? parsed.data
      : { type: "unparsed", line: cut(`${from}: ${JSON.stringify(event) ?? String(event)}`, 1000) },
  );
  return parsed.success;
}

function read(from: string, outcome: unknown): AgentOutcome {
  const parsed = PackageOutcome.safeParse(outcome);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join(".") || "it"}: ${issue.message}`);
  const message = `the package ${from} ended with an outcome that breaks the contract: ${problems.join("; ")}`;
  return { ...nothing, status: "failed", error: { code: "bad_output", message: cut(message, 1500) } };
}

/** Rejects a while after the abort: whoever listens to the signal is back by then. */
function afterAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const giveUp = (): void => {
      setTimeout(() => reject(new Error("it did not end when it was asked to")), graceMs).unref();
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
  });
}
