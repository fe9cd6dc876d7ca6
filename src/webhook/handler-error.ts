// What a handler threw, taken out of what Probot made of it.
import { TransientError, UserError } from "../errors.ts";

/**
 * The error that decides about a delivery. Probot throws an AggregateError of what its handlers threw, each one
 * with the whole event attached (which would then be logged). A passing fault wins, since a repeat answers
 * everything anew; then a bug; a refusal only when there was nothing else.
 */
export function unwrapHandlerError(thrown: unknown): unknown {
  const errors = flatten(thrown);
  for (const error of errors) {
    if (error instanceof Error && "event" in error) Reflect.deleteProperty(error, "event");
  }
  return (
    errors.find((error) => error instanceof TransientError) ??
    errors.find((error) => !(error instanceof UserError)) ??
    errors[0] ??
    thrown
  );
}

function flatten(thrown: unknown): unknown[] {
  return thrown instanceof AggregateError ? thrown.errors.flatMap(flatten) : [thrown];
}
