// A comment as a command, in the same terms as a label.
import type { Asked } from "./answer.ts";
import { parse, type ParseOptions } from "./parse.ts";

/** What a comment asks for; undefined when it holds no command. */
export function readComment(body: string, options: ParseOptions): Asked | undefined {
  const parsed = parse(body, options);
  return parsed.kind === "ignore" ? undefined : parsed;
}
