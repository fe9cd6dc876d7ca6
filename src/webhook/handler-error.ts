// What a handler threw, taken out of what Probot made of it.
import { isLackOfResources, TransientError, UserError } from "../errors.ts";

/**
 * The error that decides about a delivery. Probot throws an AggregateError of what its handlers threw, each one
 * with the whole event attached (which would then be logged). A passing fault wins, since a repeat answers
 * everything anew; then a bug; a refusal only when there was nothing else. A full disk or a database that is
 * away is a passing fault: what was acknowledged is not lost for it.
 */
export function unwrapHandlerError(thrown: unknown): unknown {
  const errors = flatten(thrown);
  for (const error of errors) {
    if (error instanceof Error && "event" in error) Reflect.deleteProperty(error, "event");
  }
  const passing = errors.find((error) => error instanceof TransientError);
  if (passing) return passing;
  const resource = errors.find(isLackOfResources);
  if (resource) return new TransientError("keeping what a delivery asks for", { cause: resource });
  return errors.find((error) => !(error instanceof UserError)) ?? errors[0] ?? thrown;
}

function flatten(thrown: unknown): unknown[] {
  return thrown instanceof AggregateError ? thrown.errors.flatMap(flatten) : [thrown];
}
