// Patchbay's log, told as one comment's journey: a line for each stage, with the time since the comment.
import { z } from "zod";

const Line = z.looseObject({
  time: z.iso.datetime(),
  msg: z.string(),
  stage: z.string(),
  job: z.string().optional(),
});

export interface Step {
  stage: string;
  text: string;
  job: string | undefined;
}

/** The stage that a log line tells of; undefined for all others. */
export function readStage(line: string): Step | undefined {
  try {
    const parsed = Line.safeParse(JSON.parse(line));
    return parsed.success
      ? { stage: parsed.data.stage, text: parsed.data.msg, job: parsed.data.job }
      : undefined;
  } catch {
    return undefined;
  }
}

const colour = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
const paint = (code: number) => (text: string) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);
export const bold = paint(1);
export const dim = paint(2);
export const red = paint(31);
export const green = paint(32);
export const cyan = paint(36);

/** Prints stages as they come, with the time since `start`. */
export function createJourney() {
  let begin = performance.now();
  return {
    start(): void {
      begin = performance.now();
    },
    tell({ stage, text }: Pick<Step, "stage" | "text">): void {
      const seconds = ((performance.now() - begin) / 1000).toFixed(2).padStart(6);
      console.log(`${dim(`${seconds} s`)}  ${cyan(stage.padEnd(9))}  ${text}`);
    },
    seconds: () => (performance.now() - begin) / 1000,
  };
}
