// Whatever a CLI prints, reading it never throws, and what is not known is kept.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { claudeCode } from "../../src/agents/claude-code.ts";
import { codex } from "../../src/agents/codex.ts";
import { emptyFold, concludeFold, foldEvent } from "../../src/agents/fold.ts";
import { opencode } from "../../src/agents/opencode.ts";
import { ask } from "./requests.ts";

const { request } = ask();

const recorded = ["claude", "codex", "opencode"].flatMap((cli) =>
  readdirSync(join(import.meta.dirname, "fixtures", cli)).flatMap((file) =>
    readFileSync(join(import.meta.dirname, "fixtures", cli, file), "utf8").split("\n"),
  ),
);

/** Recorded lines, cut or with one value replaced, and anything else. */
const line = fc.oneof(
  fc.constantFrom(...recorded),
  fc.tuple(fc.constantFrom(...recorded), fc.nat(400)).map(([text, at]) => text.slice(0, at)),
  fc
    .tuple(fc.constantFrom(...recorded), fc.json({ maxDepth: 2 }))
    .map(([text, value]) => text.replace(/:(?:"[^"]*"|\d+|\[\]|null)/, () => `:${value}`)),
  fc.json(),
  fc.string(),
);

test.each([claudeCode, codex, opencode])("$name", (adapter) => {
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 12 }),
      fc.option(fc.nat(255), { nil: undefined }),
      (lines, exitCode) => {
        const parser = adapter.createParser(request);
        const events = [...lines.flatMap((text) => parser.line(text)), ...parser.end()];
        const outcome = concludeFold(
          events.reduce(foldEvent, emptyFold),
          { exitCode, signal: undefined, ended: undefined, stderrTail: "" },
          {
            agent: adapter.name,
            endsWithFinal: adapter.endsWithFinal,
            resumed: false,
            sessionBefore: undefined,
            warnings: [],
          },
        );
        expect(exitCode !== 0 && outcome.status === "success").toBe(false);
        expect(outcome.status === "success").toBe(outcome.error === undefined);
      },
    ),
    { numRuns: 1500 },
  );
});
