// The steps of a job as lines of time.
import { html } from "hono/html";
import type { JobSpec } from "../../../job/job-spec.ts";
import type { JobState } from "../../../job/job-state.ts";
import type { JobResult } from "../../../job/result.ts";
import { duration, money, since } from "../quantities.ts";
import type { Html } from "./layout.ts";
import { statusSign, statusWord } from "./status.ts";

interface Step {
  id: string;
  agent: string;
  role: string;
  status: string;
  attempts: number;
  startMs: number | undefined;
  endMs: number | undefined;
  durationMs: number | undefined;
  costUsd: number | null | undefined;
  simulated: boolean;
}

function stepsOf(spec: JobSpec, state: JobState | undefined, result: JobResult | undefined): Step[] {
  return spec.steps.map(({ step_id: id, agent, role }) => {
    const known = state?.steps.find((step) => step.step_id === id);
    const ended = result?.steps.find((step) => step.step_id === id);
    const startMs = timeOf(known?.started_at ?? ended?.started_at);
    const endMs = timeOf(known?.finished_at ?? ended?.finished_at);
    return {
      id,
      agent,
      role,
      status: state?.phase === "finished" ? (ended?.status ?? "pending") : (known?.status ?? "pending"),
      attempts: known?.attempts ?? ended?.attempts ?? 0,
      startMs,
      endMs,
      durationMs:
        ended?.metrics.duration_ms ??
        (startMs !== undefined && endMs !== undefined ? endMs - startMs : undefined),
      costUsd: ended ? ended.metrics.cost_usd : known?.cost_usd,
      simulated: ended?.simulated ?? false,
    };
  });
}

function timeOf(text: string | null | undefined): number | undefined {
  return text === null || text === undefined ? undefined : Date.parse(text);
}

const width = 1000;

export function timeline(
  spec: JobSpec,
  state: JobState | undefined,
  result: JobResult | undefined,
  nowMs: number,
): Html {
  const steps = stepsOf(spec, state, result);
  const starts = steps.flatMap(({ startMs }) => startMs ?? []);
  const begin = Math.min(...starts, nowMs);
  const ends = steps.flatMap(({ endMs, startMs }) => (startMs === undefined ? [] : [endMs ?? nowMs]));
  const whole = Math.max(1, Math.max(...ends, begin + 1) - begin);
  const x = (ms: number): number => Math.round(((ms - begin) / whole) * width);
  return html`<ol class="steps card">
    ${steps.map((step) => {
      const { startMs } = step;
      const bar =
        startMs === undefined
          ? ""
          : html`<rect
              class="bar ${Object.hasOwn(barKinds, step.status) ? step.status : ""}"
              x="${x(startMs)}"
              y="1"
              width="${Math.max(4, x(step.endMs ?? nowMs) - x(startMs))}"
              height="10"
              rx="2"
            />`;
      return html`<li class="step">
        ${statusSign(step.status, true)}
        <div>
          <span class="name">${step.id}</span>
          <span class="meta"
            >${step.agent}${step.simulated ? " (simulated)" : ""},
            ${step.role}${step.attempts > 1 ? `, try ${step.attempts}` : ""}</span
          >
        </div>
        <svg
          class="gantt"
          viewBox="0 0 ${width} 12"
          preserveAspectRatio="none"
          role="img"
          aria-label="${step.id}: ${statusWord(step.status)}"
        >
          <rect class="lane" width="${width}" height="12" rx="2" />
          ${bar}
        </svg>
        <span class="right"
          >${step.status === "running" && startMs !== undefined ? since(startMs, nowMs) : duration(step.durationMs)}</span
        >
        <span class="right soft">${step.simulated ? "–" : money(step.costUsd)}</span>
      </li>`;
    })}
  </ol>`;
}

const barKinds = { success: 1, failed: 1, timeout: 1, needs_human: 1, cancelled: 1 };
