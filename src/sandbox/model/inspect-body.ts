// Looks through a call's body as it passes, before each piece of it goes on to the provider.
import { createJsonWalk, type Path } from "./json-walk.ts";
import { dearerThanListed, objectionTo, type Part } from "./objections.ts";
import type { CallKind } from "./provider.ts";
import { RefusedBody } from "./refused-body.ts";

export interface BodyInspection {
  /** Throws RefusedBody; then this piece must not be sent, and so the body is never complete. */
  push(chunk: Buffer): void;
  /** Throws RefusedBody when what has been seen is not a whole request. */
  end(): void;
}

/**
 * `onModel` hears the model that the body asks for, once, and may throw RefusedBody. With `limitedCost` whatever would
 * make the call dearer than its list price is refused as well.
 */
export function createBodyInspection(options: {
  kind: CallKind;
  limitedCost: boolean;
  onModel: (model: string) => void;
}): BodyInspection {
  const { kind, limitedCost, onModel } = options;
  let models = 0;

  function look(path: Path, part: Part): void {
    const [top] = path;
    if (path.length === 0 && !("container" in part && part.container === "object")) {
      throw new RefusedBody("the request is no JSON object", 400);
    }
    const objection =
      objectionTo(kind, path, part) ?? (limitedCost ? dearerThanListed(path, part) : undefined);
    if (objection !== undefined) throw new RefusedBody(objection);
    // Gemini's calls name theirs in the path.
    if (kind === "gemini" || path.length !== 1 || typeof top !== "string" || top.toLowerCase() !== "model")
      return;
    models += 1;
    // Which of two would count is the reader's choice.
    const model = "scalar" in part ? part.scalar() : undefined;
    if (typeof model !== "string" || models > 1) {
      throw new RefusedBody("the request has to name one model", 400);
    }
    onModel(model);
  }

  const walk = createJsonWalk({
    onScalar: (path, scalar) => look(path, { scalar }),
    onContainer: (path, container) => look(path, { container }),
  });

  function told(work: () => void): void {
    try {
      work();
    } catch (error) {
      throw error instanceof SyntaxError ? new RefusedBody(error.message, 400) : error;
    }
  }

  return {
    push: (chunk) => told(() => walk.push(chunk)),
    end() {
      told(() => walk.end());
      if (kind !== "gemini" && models === 0) throw new RefusedBody("the request has to name one model", 400);
    },
  };
}
