// What a step leaves behind while it runs: logs.txt for people, events.jsonl for programs, the raw output.
import { join } from "node:path";
import type { AgentEvent } from "../agents/agent.ts";
import type { Decision } from "../sandbox/decision.ts";
import { createSink, type StreamMask } from "../artifacts/bounded-sink.ts";

export interface StepLog {
  event(event: AgentEvent): void;
  /** What one of the step's doors let through or refused. */
  decision(decision: Decision): void;
  output(stream: "stdout" | "stderr", chunk: string): void;
  note(text: string): void;
  close(): void;
}

/** Opens the four files in the step's folder anew; `clock` gives the current time. */
export function openStepLog(options: {
  folder: string;
  maxChars: number;
  createMask: () => StreamMask;
  clock: () => Date;
}): StepLog {
  const open = (file: string) =>
    createSink(join(options.folder, file), options.createMask(), options.maxChars);
  const logs = open("logs.txt");
  const events = open("events.jsonl");
  const raw = { stdout: open("raw_stdout.txt"), stderr: open("raw_stderr.txt") };
  const time = (): string => options.clock().toISOString();

  return {
    event(event) {
      events.write(`${JSON.stringify({ time: time(), ...event }, shortened)}\n`);
      const text = describeEvent(event);
      if (text !== undefined) logs.write(`${time().slice(11, 19)} ${text}\n`);
    },
    decision(decision) {
      const { at, ...rest } = decision;
      events.write(`${JSON.stringify({ time: at, type: "network", ...rest })}\n`);
      if (!decision.allowed)
        logs.write(`${at.slice(11, 19)} refused: ${oneLine(decision.target)}: ${oneLine(decision.reason)}\n`);
    },
    output(stream, chunk) {
      raw[stream].write(chunk);
    },
    note(text) {
      logs.write(`${time().slice(11, 19)} ${text}\n`);
    },
    close() {
      for (const sink of [logs, events, raw.stdout, raw.stderr]) sink.close();
    },
  };
}

/** One line for people; undefined for what only programs want. */
function describeEvent(event: AgentEvent): string | undefined {
  switch (event.type) {
    case "session":
      return `session ${event.sessionId}${event.model === undefined ? "" : ` with ${event.model}`}`;
    case "message":
    case "final":
      return event.type === "message" ? oneLine(event.text) : undefined;
    case "tool":
      return `${event.name} ${event.status}: ${oneLine(event.detail)}`;
    case "command":
      return `$ ${oneLine(event.command)} → ${event.exitCode ?? "?"}`;
    case "file_change":
      return `${event.change} ${oneLine(event.path)}`;
    case "usage":
      return `tokens: ${event.tokensIn ?? "unknown"} in, ${event.tokensOut ?? "unknown"} out`;
    case "retry":
      return `the CLI tries again (${event.attempt}): ${oneLine(event.message)}`;
    case "denied":
      return `denied: ${event.tool} ${oneLine(event.detail)}`;
    case "error":
      return `error ${event.code}: ${oneLine(event.message)}`;
    case "unparsed":
      return undefined;
  }
}

/** No text of an event is longer: the reports and the raw output have the rest. */
const maxEventTextChars = 20_000;

function shortened(_name: string, value: unknown): unknown {
  if (typeof value !== "string" || value.length <= maxEventTextChars) return value;
  return `${value.slice(0, maxEventTextChars)} [cut: ${value.length - maxEventTextChars} characters]`;
}

function oneLine(text: string): string {
  const flat = text.slice(0, 4000).replaceAll(/\s+/g, " ").trim();
  return flat.length <= 400 ? flat : `${flat.slice(0, 399)}…`;
}
