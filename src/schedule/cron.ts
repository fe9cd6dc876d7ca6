// When a schedule is due: the five fields of crontab(5), in UTC. Pure.
import { CronExpressionParser } from "cron-parser";

const options = { tz: "UTC" } as const;

/** What is wrong with an expression; undefined when nothing is. A year in which it is never due is one. */
export function cronProblem(expression: string): string | undefined {
  if (expression.trim().split(/\s+/).length !== 5) {
    return "five fields are expected: minute, hour, day of month, month, day of week";
  }
  // "H" is another minute each time that it is read.
  if (/\bH\b/i.test(expression)) return "H is no value: say the minute";
  try {
    CronExpressionParser.parse(expression, { ...options, currentDate: new Date(0) }).next();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The first time after `after` at which it is due. */
export function nextDue(expression: string, after: Date): Date {
  return CronExpressionParser.parse(expression, { ...options, currentDate: after })
    .next()
    .toDate();
}

/** The last time at or before `at` at which it was due. */
export function lastDue(expression: string, at: Date): Date {
  const currentDate = new Date(at.getTime() + 1);
  return CronExpressionParser.parse(expression, { ...options, currentDate })
    .prev()
    .toDate();
}
